import { expect, test } from 'vitest';
import { Browser } from '../support/browser.ts';
import { mailTo } from '../support/mail.ts';
import { describeApi, expectProblem, PASSWORD } from '../support/server.ts';

const MISSING = { id: 2_000_000_000 };

describeApi('accounts that are stopped', (api) => {
  const login = (correo: string, password = PASSWORD) => api().client.auth.login({ body: { correo, password } });
  const idOf = (user: { id_usuario: number }) => ({ id: user.id_usuario });

  test('a suspension ends everything at once, and keeps the account from signing in', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const browser = new Browser(api().url);
    await browser.login(doctor.user.correo, PASSWORD);
    const update = (suspendido: boolean) =>
      admin.client.admin.updateUser({ params: idOf(doctor.user), body: { suspendido } });
    expect((await update(true)).body).toEqual({ ...doctor.user, suspendido: true });
    await expectProblem(doctor.client.patients.list(), 401);
    expect((await browser.refresh()).status).toBe(401);
    await expectProblem(login(doctor.user.correo), 403, /suspendida/);
    await expectProblem(login(doctor.user.correo, 'not the password'), 401, /^Credenciales inválidas$/);
    const listed = (await admin.client.admin.listSuspendedUsers({ query: { q: doctor.user.correo } })).body;
    expect(listed).toEqual([{ ...doctor.user, suspendido: true }]);

    expect((await update(true)).body.suspendido).toBe(true);
    expect((await update(false)).body).toEqual({ ...doctor.user, suspendido: false });
    await login(doctor.user.correo);
    // What was signed in before stays ended.
    await expectProblem(doctor.client.auth.me(), 401);
    const { body } = await admin.client.admin.clinicalAudit({
      query: { entity_type: 'USUARIO', entity_id: doctor.user.id_usuario },
    });
    expect(body.filter(({ entity_id }) => entity_id === doctor.user.id_usuario)).toHaveLength(2);
  });

  test('an administrator suspends neither themselves nor the last one who could undo it', async () => {
    const [admin, other] = [await api().admin(), await api().admin()];
    const suspend = (client: typeof admin.client, id: number, suspendido = true) =>
      client.admin.updateUser({ params: { id }, body: { suspendido } });
    await expectProblem(suspend(admin.client, admin.user.id_usuario), 409, /su propia cuenta/);
    // Two who suspend each other: one of them is left.
    const race = await Promise.allSettled([
      suspend(admin.client, other.user.id_usuario),
      suspend(other.client, admin.user.id_usuario),
    ]);
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [winner, loser] = race[0].status === 'fulfilled' ? [admin, other] : [other, admin];
    await expectProblem(loser.client.auth.me(), 401);
    expect((await suspend(winner.client, loser.user.id_usuario, false)).body.suspendido).toBe(false);
  });

  test('an administrator lists and ends the sessions of a user', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    await login(doctor.user.correo);
    const params = idOf(doctor.user);
    const { body } = await admin.client.admin.userSessions({ params });
    expect(body.map(({ actual }) => actual)).toEqual([false, false]);
    expect((await admin.client.admin.endUserSessions({ params })).body).toEqual({ ok: true, cerradas: 2 });
    await expectProblem(doctor.client.auth.me(), 401);
    expect((await admin.client.admin.userSessions({ params })).body).toEqual([]);
    expect((await admin.client.auth.me()).status).toBe(200);
  });

  test('an administrator sends a reset, whose link is the user’s', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    expect((await admin.client.admin.sendPasswordReset({ params: idOf(doctor.user) })).body).toEqual({ ok: true });
    const token = /token=([\w-]+)/.exec((await mailTo(api(), doctor.user.correo)).text)?.[1] ?? '';
    await api().client.auth.resetPassword({ body: { token, new_password: 'a new long password' } });
    await login(doctor.user.correo, 'a new long password');
  });

  test('all of it is for administrators, and of accounts that exist', async () => {
    expect.hasAssertions();
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const calls = [
      (client: typeof admin.client, params: { id: number }) =>
        client.admin.updateUser({ params, body: { suspendido: true } }),
      (client: typeof admin.client, params: { id: number }) => client.admin.userSessions({ params }),
      (client: typeof admin.client, params: { id: number }) => client.admin.endUserSessions({ params }),
      (client: typeof admin.client, params: { id: number }) => client.admin.sendPasswordReset({ params }),
    ];
    for (const call of calls) {
      await expectProblem(call(api().client, idOf(doctor.user)), 401);
      await expectProblem(call(doctor.client, idOf(admin.user)), 403);
      await expectProblem(call(admin.client, MISSING), 404);
      await expectProblem(call(admin.client, { id: 0 }), 422);
    }
    await expectProblem(api().client.admin.listSuspendedUsers(), 401);
    await expectProblem(doctor.client.admin.listSuspendedUsers(), 403);
    await expectProblem(admin.client.admin.listSuspendedUsers({ query: { limit: 501 } }), 422);
  });
});
