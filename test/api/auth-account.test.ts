import { createClient } from '@som3d/client';
import { databases } from '@som3d/server/testing';
import jwt from 'jsonwebtoken';
import { expect, test } from 'vitest';
import { Browser } from '../support/browser.ts';
import { openEvents } from '../support/events.ts';
import { upload } from '../support/jobs.ts';
import { codeOf, mailsTo, mailTo } from '../support/mail.ts';
import { describeApi, expectProblem, PASSWORD, problemOf, type Session } from '../support/server.ts';

const NEW = 'a new long password';
const HOUR = 3_600_000;

describeApi('what ends an access token', (api) => {
  const login = async ({ user }: Pick<Session, 'user'>, password = PASSWORD) => {
    const { body } = await api().client.auth.login({ body: { correo: user.correo, password } });
    return createClient({ baseUrl: api().url, token: body.access_token, retry: false });
  };
  const statusOf = async (client: ReturnType<typeof createClient>) =>
    await client.auth.me().then(
      ({ status }) => status,
      async () => (await problemOf(client.auth.me())).status,
    );

  test('a new password ends every token and session, the one that asked included', async () => {
    const doctor = await api().doctor();
    const browser = new Browser(api().url);
    await browser.login(doctor.user.correo, PASSWORD);
    const other = await login(doctor);
    await other.auth.updateMe({ body: { password: NEW, password_actual: PASSWORD } });
    expect([await statusOf(doctor.client), await statusOf(other)]).toEqual([401, 401]);
    expect((await browser.refresh()).status).toBe(401);
    expect(await statusOf(await login(doctor, NEW))).toBe(200);
    expect((await mailTo(api(), doctor.user.correo)).text).toContain('acaba de cambiar');
  });

  test('a reset ends every token', async () => {
    const doctor = await api().doctor();
    const { correo } = doctor.user;
    await api().client.auth.forgotPassword({ body: { correo } });
    const link = new URL(/https?:\/\/\S+/.exec((await mailTo(api(), correo)).text)?.[0] ?? '');
    const token = link.searchParams.get('token') ?? '';
    await api().client.auth.resetPassword({ body: { token, new_password: NEW } });
    expect(await statusOf(doctor.client)).toBe(401);
  });

  test('a logout ends the tokens of that login alone, by the cookie or by the token itself', async () => {
    const doctor = await api().doctor();
    const browser = new Browser(api().url);
    const { body } = await browser.login(doctor.user.correo, PASSWORD);
    const first = createClient({ baseUrl: api().url, token: body['access_token'] as string, retry: false });
    expect(await statusOf(first)).toBe(200);
    await browser.call('POST', '/auth/logout');
    expect([await statusOf(first), await statusOf(doctor.client)]).toEqual([401, 200]);
    await api().client.auth.logout({ extraHeaders: { authorization: `Bearer ${doctor.token}` } });
    expect(await statusOf(doctor.client)).toBe(401);
  });

  test('a token from before there were sessions lives to its end, or to the next new password', async () => {
    const doctor = await api().doctor();
    const claims = { sub: String(doctor.user.id_usuario), rol: 'MEDICO', email: doctor.user.correo, k: 'access' };
    const token = jwt.sign(claims, api().deps.secrets.jwt[0], { expiresIn: '1h' });
    const old = createClient({ baseUrl: api().url, token, retry: false });
    expect(await statusOf(old)).toBe(200);
    await doctor.client.auth.updateMe({ body: { password: NEW, password_actual: PASSWORD } });
    expect(await statusOf(old)).toBe(401);
  });

  test('a token of another user’s session is no good', async () => {
    const [doctor, other] = [await api().doctor(), await api().doctor()];
    const { sid, v } = jwt.decode(other.token) as { sid: string; v: number };
    const claims = { sub: String(doctor.user.id_usuario), k: 'access', sid, v };
    const token = jwt.sign(claims, api().deps.secrets.jwt[0], { expiresIn: '1h' });
    expect(await statusOf(createClient({ baseUrl: api().url, token, retry: false }))).toBe(401);
  });

  test('a stream of events ends with the session', async () => {
    const doctor = await api().doctor();
    const { job_id } = await upload(doctor.client);
    const events = await openEvents({ url: api().url, token: doctor.token }, job_id);
    expect((await events.next())?.data.status).toBe('queued');
    await api().client.auth.logout({ extraHeaders: { authorization: `Bearer ${doctor.token}` } });
    await databases
      .kysely(api().deps.orm.em.fork())
      .updateTable('JobConv')
      .set({ status: 'RUNNING', phase: 'loading', percent: 10, updated_at: new Date() })
      .where('job_id', '=', job_id)
      .execute();
    expect(await events.rest()).toEqual([]);
  });

  test('sessions are listed, and ended one by one or all but the own', async () => {
    const doctor = await api().doctor();
    const browser = new Browser(api().url, { 'user-agent': 'Firefox' });
    await browser.login(doctor.user.correo, PASSWORD);
    await browser.refresh();
    const third = await login(doctor);
    const { body } = await doctor.client.auth.sessions();
    expect(body).toHaveLength(3);
    expect(body.filter(({ actual }) => actual)).toHaveLength(1);
    const seen = body.find(({ navegador }) => navegador === 'Firefox');
    expect(seen?.direccion_ip).toMatch(/127\.0\.0\.1$/);
    expect(Date.parse(seen?.vence_en ?? '')).toBeGreaterThan(Date.parse(seen?.iniciada_en ?? ''));
    expect(JSON.stringify(body)).not.toContain(browser.cookies.get('refresh_token'));

    const params = { id: seen?.id ?? '' };
    const stranger = await api().doctor();
    await expectProblem(stranger.client.auth.endSession({ params }), 404);
    expect((await doctor.client.auth.endSession({ params })).status).toBe(204);
    expect((await browser.refresh()).status).toBe(401);
    await expectProblem(doctor.client.auth.endSession({ params }), 404);
    await expectProblem(doctor.client.auth.endSession({ params: { id: 'x'.repeat(65) } }), 422);
    expect((await doctor.client.auth.endOtherSessions()).body).toEqual({ ok: true, cerradas: 1 });
    expect([await statusOf(third), await statusOf(doctor.client)]).toEqual([401, 200]);
    expect((await doctor.client.auth.sessions()).body.map(({ actual }) => actual)).toEqual([true]);
    for (const call of ['sessions', 'endOtherSessions'] as const) await expectProblem(api().client.auth[call](), 401);
    await expectProblem(api().client.auth.endSession({ params }), 401);
  });
});

describeApi('one’s own password and address', (api) => {
  const change = (client: Session['client'], body: object) => client.auth.updateMe({ body });

  test('change with the present password alone', async () => {
    const { client, user } = await api().doctor();
    for (const body of [{ password: NEW }, { correo: `otro-${user.correo}` }]) {
      await expectProblem(change(client, body), 403, /contraseña actual/);
      await expectProblem(change(client, { ...body, password_actual: 'not this one' }), 403, /no es correcta/);
    }
    await api().client.auth.login({ body: { correo: user.correo, password: PASSWORD } });
    expect((await client.auth.me()).body).toEqual(user);
  });

  test('take five guesses of the present password', async () => {
    const { client } = await api().doctor();
    const guess = (password_actual: string) => change(client, { password: NEW, password_actual });
    const guesses = await Promise.all(
      Array.from({ length: 12 }, async () => (await problemOf(guess('not this one'))).status),
    );
    expect(guesses.filter((status) => status === 403)).toHaveLength(5);
    expect((await expectProblem(guess(PASSWORD), 429)).retryAfter).toBeGreaterThan(14 * 60);
  });

  test('a new address waits for the code that is mailed to it, and the old one is told', async () => {
    const { client, user } = await api().doctor();
    const correo = `nuevo-${user.correo}`;
    const asked = await change(client, { correo: correo.toUpperCase(), password_actual: PASSWORD, ciudad: 'Cali' });
    const pending = { ...user, ciudad: 'Cali', correo_pendiente: correo };
    expect([asked.status, asked.body]).toEqual([200, pending]);
    expect((await client.auth.me()).body).toEqual(pending);
    expect((await mailTo(api(), user.correo)).text).toContain('Se pidió que su cuenta use otro correo');
    const code = codeOf(await mailTo(api(), correo));
    await expectProblem(api().client.auth.login({ body: { correo, password: PASSWORD } }), 401);

    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    await expectProblem(client.auth.confirmEmail({ body: { code: wrong } }), 400);
    await expectProblem(client.auth.confirmEmail({ body: { code: 'abc' } }), 422);
    await expectProblem(api().client.auth.confirmEmail({ body: { code } }), 401);
    const confirmed = await client.auth.confirmEmail({ body: { code } });
    expect(confirmed.body).toEqual({ ...user, ciudad: 'Cali', correo });
    await expectProblem(client.auth.confirmEmail({ body: { code } }), 400);
    await api().client.auth.login({ body: { correo, password: PASSWORD } });
    await expectProblem(api().client.auth.login({ body: { correo: user.correo, password: PASSWORD } }), 401);
    expect((await mailTo(api(), user.correo, 2)).text).toContain('usa desde ahora otro correo');
  });

  test('a pending address ends with a new password, with the present address and with its time', async () => {
    const { client, user } = await api().doctor();
    const ask = async (n: number) => {
      const correo = `n${n}-${user.correo}`;
      await change(client, { correo, password_actual: PASSWORD });
      return codeOf(await mailTo(api(), correo));
    };
    const code = await ask(1);
    expect((await change(client, { correo: user.correo })).body).toEqual(user);
    await expectProblem(client.auth.confirmEmail({ body: { code } }), 400);
    const late = await ask(2);
    api().advance(2 * HOUR + 1000);
    const renewed = await api().client.auth.login({ body: { correo: user.correo, password: PASSWORD } });
    const again = createClient({ baseUrl: api().url, token: renewed.body.access_token, retry: false });
    await expectProblem(again.auth.confirmEmail({ body: { code: late } }), 400);
    expect((await again.auth.me()).body).toEqual(user);
  });

  test('an address that another account took meanwhile is a conflict, and asking has a bound', async () => {
    const { client, user } = await api().doctor();
    const correo = `codiciado-${user.correo}`;
    await change(client, { correo, password_actual: PASSWORD });
    const code = codeOf(await mailTo(api(), correo));
    await api().client.auth.register({ body: { nombre: 'Otra', apellido: 'Persona', correo, password: PASSWORD } });
    await expectProblem(client.auth.confirmEmail({ body: { code } }), 409, /^Correo ya registrado$/);
    for (let n = 0; n < 5; n++) await change(client, { correo: `m${n}-${user.correo}`, password_actual: PASSWORD });
    await expectProblem(change(client, { correo: `m9-${user.correo}`, password_actual: PASSWORD }), 429);
  });

  test('mails nobody when nothing was asked', async () => {
    const { client, user } = await api().doctor();
    await change(client, { telefono: '3001112233' });
    expect(await mailsTo(api().dataDir, user.correo)).toEqual([]);
  });
});

describeApi(
  'proof of an address',
  (api) => {
    const person = (correo: string) => ({ nombre: 'Inés', apellido: 'Peña', correo, password: PASSWORD });
    const login = async (correo: string, password = PASSWORD) => {
      const { body } = await api().client.auth.login({ body: { correo, password } });
      return createClient({ baseUrl: api().url, token: body.access_token, retry: false });
    };

    test('is missing after a registration without a code, until a reset by mail', async () => {
      const { client, user } = await api().doctor();
      const { correo } = user;
      await expectProblem(upload(client), 403);
      await api().client.auth.forgotPasswordCode({ body: { correo } });
      const code = codeOf(await mailTo(api(), correo));
      await api().client.auth.resetPasswordCode({ body: { correo, code, new_password: NEW } });
      expect((await upload(await login(correo, NEW))).status).toBe('queued');
    });

    test('comes with the code of a new address', async () => {
      const { client, user } = await api().doctor();
      const correo = `probado-${user.correo}`;
      await client.auth.updateMe({ body: { correo, password_actual: PASSWORD } });
      await expectProblem(upload(client), 403);
      await client.auth.confirmEmail({ body: { code: codeOf(await mailTo(api(), correo)) } });
      expect((await upload(client)).status).toBe('queued');
    });

    test('is there from the start with a code, and for accounts that an administrator made', async () => {
      const admin = await api().admin();
      await admin.client.admin.createDoctor({ body: person('hecho@som3d.local') });
      expect((await upload(await login('hecho@som3d.local'))).status).toBe('queued');
      const { token } = (await api().client.auth.preRegister({ body: person('codigo@som3d.local') })).body;
      const code = codeOf(await mailTo(api(), 'codigo@som3d.local'));
      await api().client.auth.confirmCode({ body: { token, code } });
      expect((await upload(await login('codigo@som3d.local'))).status).toBe('queued');
    });
  },
  { SOM3D_UPLOAD_REQUIRES: 'verified' },
);
