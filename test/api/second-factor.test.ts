import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { signIn } from '@som3d/client';
import { entities, type RunningServer, startServer } from '@som3d/server/testing';
import { TOTP, URI } from 'otpauth';
import { expect, test } from 'vitest';
import { mailTo } from '../support/mail.ts';
import { describeApi, expectProblem, PASSWORD, problemOf, type Session } from '../support/server.ts';

const MAIN = fileURLToPath(import.meta.resolve('../../server/dist/main.js'));
const STEP = 30_000;
const DAY = 86_400_000;
const password_actual = PASSWORD;

describeApi('the second factor', (api) => {
  const now = () => api().deps.clock().getTime();
  const login = async ({ user }: Session, totp?: string) =>
    await api().client.auth.login({
      body: { correo: user.correo, password: PASSWORD, ...(totp === undefined ? {} : { totp }) },
    });
  const rowOf = async ({ user }: Session) =>
    await api().deps.orm.em.fork().findOneOrFail(entities.Usuario, user.id_usuario);
  /** An administrator with a second factor, and what the app and its owner keep of it. */
  const enrolled = async () => {
    const admin = await api().admin();
    const { body } = await admin.client.auth.enrolSecondFactor({ body: { password_actual } });
    const app = URI.parse(body.otpauth_uri) as TOTP;
    const code = () => app.generate({ timestamp: now() });
    const confirmed = await admin.client.auth.confirmSecondFactor({ body: { totp: code() } });
    api().advance(STEP);
    return { admin, code, secret: body.secret, recovery: confirmed.body.codigos };
  };

  test('is enrolled, confirmed and asked for', async () => {
    const admin = await api().admin();
    const off = { activo: false, confirmado_en: null, codigos_restantes: 0 };
    expect((await admin.client.auth.secondFactor()).body).toEqual(off);
    await expectProblem(admin.client.auth.enrolSecondFactor({ body: { password_actual: 'otra' } }), 403);
    await expectProblem(admin.client.auth.confirmSecondFactor({ body: { totp: '123456' } }), 409);
    const { body } = await admin.client.auth.enrolSecondFactor({ body: { password_actual } });
    const app = URI.parse(body.otpauth_uri) as TOTP;
    expect([app.issuer, app.label, app.secret.base32]).toEqual(['SOM3D', admin.user.correo, body.secret]);
    expect((await login(admin)).body.token_type).toBe('bearer');
    await expectProblem(admin.client.auth.confirmSecondFactor({ body: { totp: 'abc' } }), 400);

    const totp = app.generate({ timestamp: now() });
    const { body: confirmed } = await admin.client.auth.confirmSecondFactor({ body: { totp } });
    expect(new Set(confirmed.codigos).size).toBe(10);
    expect((await admin.client.auth.secondFactor()).body).toMatchObject({ activo: true, codigos_restantes: 10 });
    await expectProblem(admin.client.auth.enrolSecondFactor({ body: { password_actual } }), 409);
    expect((await mailTo(api(), admin.user.correo)).text).toMatch(/código de su aplicación/);

    const missing = await problemOf(login(admin));
    expect([missing.status, missing.type]).toEqual([401, 'urn:som3d:problem:second-factor']);
    api().advance(STEP);
    const { status } = await login(admin, app.generate({ timestamp: now() }));
    expect(status).toBe(200);
  });

  test('takes a code once, also when two bring it at once', async () => {
    const { admin, code } = await enrolled();
    const totp = code();
    const both = await Promise.allSettled([login(admin, totp), login(admin, totp)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expectProblem(login(admin, totp), 401);
    api().advance(STEP);
    expect((await login(admin, code())).status).toBe(200);
  });

  test('keeps nothing that opens it in the clear', async () => {
    const { admin, secret, recovery } = await enrolled();
    const { totp_secret, totp_recovery } = await rowOf(admin);
    const stored = `${totp_secret} ${totp_recovery}`;
    expect(stored).toMatch(/^\S{40,} \[.*\]$/);
    expect(stored).not.toContain(secret);
    for (const code of recovery) expect(stored).not.toContain(code.replaceAll('-', ''));
  });
  test('recovery codes work once each, and the owner gets a mail', async () => {
    const { admin, recovery } = await enrolled();
    const [first = '', second = ''] = recovery;
    expect((await login(admin, first)).status).toBe(200);
    await expectProblem(login(admin, first), 401);
    expect((await login(admin, second.toUpperCase().replaceAll('-', ' '))).status).toBe(200);
    expect((await admin.client.auth.secondFactor()).body.codigos_restantes).toBe(8);
    expect((await mailTo(api(), admin.user.correo, 2)).text).toMatch(/Quedan 9/);
  });

  test('wrong codes lock like wrong passwords, and end for a day', async () => {
    const { admin, code } = await enrolled();
    for (let n = 0; n < 5; n++) await expectProblem(login(admin, '000000'), 401);
    await expectProblem(login(admin, code()), 429);
    api().advance(16 * 60_000);
    // A right password alone neither locks nor forgives.
    for (let n = 0; n < 7; n++) await expectProblem(login(admin), 401);
    expect((await login(admin, code())).status).toBe(200);
    const body = { totp: '000000', password_actual };
    for (let n = 0; n < 15; n++) await expectProblem(admin.client.auth.removeSecondFactor({ body }), 400);
    await expectProblem(admin.client.auth.removeSecondFactor({ body: { ...body, totp: code() } }), 429);
    api().advance(STEP);
    await expectProblem(login(admin, code()), 429);
    api().advance(DAY);
    expect((await login(admin, code())).status).toBe(200);
  });

  test('is taken away with password and code', async () => {
    const { admin, code } = await enrolled();
    const body = { totp: code(), password_actual };
    await expectProblem(admin.client.auth.removeSecondFactor({ body: { ...body, password_actual: 'otra' } }), 403);
    expect((await admin.client.auth.removeSecondFactor({ body })).body).toEqual({ ok: true });
    expect((await login(admin)).status).toBe(200);
    await expectProblem(admin.client.auth.removeSecondFactor({ body }), 409);
    const em = api().deps.orm.em.fork();
    const rows = await em.find(
      entities.ClinicalAudit,
      { entity_type: 'USUARIO', entity_id: admin.user.id_usuario },
      { orderBy: { id_audit: 'asc' } },
    );
    expect(rows.map(({ meta_json }) => meta_json)).toEqual([
      expect.stringContaining('activado') as string,
      expect.stringContaining('retirado') as string,
    ]);
  });

  test('refuses what is not whole, and guesses', async () => {
    const { client } = await api().admin();
    const empty = {} as never;
    await expectProblem(client.auth.enrolSecondFactor({ body: empty }), 422);
    await expectProblem(client.auth.confirmSecondFactor({ body: empty }), 422);
    await expectProblem(client.auth.removeSecondFactor({ body: empty }), 422);
    await client.auth.enrolSecondFactor({ body: { password_actual } });
    for (let n = 0; n < 20; n++) {
      await expectProblem(client.auth.confirmSecondFactor({ body: { totp: '000000' } }), 400);
    }
    await expectProblem(client.auth.confirmSecondFactor({ body: { totp: '000000' } }), 429);
    const wrong = { body: { password_actual: 'otra' } };
    for (let n = 0; n < 5; n++) await expectProblem(client.auth.enrolSecondFactor(wrong), 403);
    await expectProblem(client.auth.enrolSecondFactor(wrong), 429);
  });

  test('is for administrators', async () => {
    const { client } = await api().doctor();
    const body = { totp: '123456', password_actual };
    await expectProblem(client.auth.confirmSecondFactor({ body }), 403);
    await expectProblem(client.auth.removeSecondFactor({ body }), 403);
    await expectProblem(api().client.auth.removeSecondFactor({ body }), 401);
    await expectProblem(api().client.auth.enrolSecondFactor({ body }), 401);
    await expectProblem(client.auth.secondFactor(), 403);
    await expectProblem(client.auth.enrolSecondFactor({ body: { password_actual } }), 403);
    await expectProblem(api().client.auth.secondFactor(), 401);
    await expectProblem(api().client.auth.confirmSecondFactor({ body: { totp: '123456' } }), 401);
  });

  test('the client signs in with it', async () => {
    const { admin, code } = await enrolled();
    const credentials = { correo: admin.user.correo, password: PASSWORD };
    await expectProblem(signIn({ baseUrl: api().url, retry: false }, credentials), 401);
    const { client } = await signIn({ baseUrl: api().url }, { ...credentials, totp: code() });
    expect((await client.auth.me()).body.correo).toBe(admin.user.correo);
  });

  test('survives a new JWT_SECRET', async () => {
    const { admin, code, recovery } = await enrolled();
    const { config, log, clock } = api().deps;
    const next = 'the secret that comes after it';
    const restarted = async (previous: string | undefined): Promise<RunningServer> =>
      await startServer({ ...config, JWT_SECRET: next, JWT_SECRET_PREVIOUS: previous }, log, clock);
    const credentials = { correo: admin.user.correo, password: PASSWORD };
    const before = (await rowOf(admin)).totp_secret;
    const both = await restarted(config.JWT_SECRET);
    // The clean-up of the start seals it anew.
    await expect.poll(async () => (await rowOf(admin)).totp_secret).not.toBe(before);
    await both[Symbol.asyncDispose]();
    const alone = await restarted(undefined);
    const { client } = await signIn({ baseUrl: alone.url }, { ...credentials, totp: code() });
    expect((await client.auth.me()).status).toBe(200);
    await alone[Symbol.asyncDispose]();
    // The first secret opens it no more: a recovery code still does.
    api().advance(STEP);
    await expectProblem(login(admin, code()), 401);
    expect((await login(admin, recovery[0])).status).toBe(200);
  });

  test('the operator takes it away for an owner who has lost it', async () => {
    const { admin } = await enrolled();
    const { config } = api().deps;
    const reset = (correo: string) =>
      spawnSync(process.execPath, [MAIN, 'reset-totp', '--correo', correo], {
        cwd: api().dataDir,
        encoding: 'utf8',
        env: {
          PATH: process.env['PATH'] ?? '',
          SOM3D_DATA_DIR: api().dataDir,
          JWT_SECRET: config.JWT_SECRET ?? '',
          ...(config.database.kind === 'mysql' ? { MYSQL_URL: config.database.url } : {}),
        },
      });
    expect(reset('nadie@som3d.local').status).toBe(1);
    const done = reset(admin.user.correo);
    expect([done.status, done.stdout]).toEqual([0, expect.stringContaining(admin.user.correo) as string]);
    await expectProblem(admin.client.auth.me(), 401);
    expect((await login(admin)).status).toBe(200);
    expect((await mailTo(api(), admin.user.correo, 2)).text).toMatch(/Se quitó el segundo factor/);
    expect(reset(admin.user.correo).status).toBe(1);
  });
});

describeApi('the mails about an account', (api) => {
  test('go to its owner when an administrator ends sessions or suspends it', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const params = { id: doctor.user.id_usuario };
    await admin.client.admin.endUserSessions({ params });
    await admin.client.admin.endUserSessions({ params });
    await admin.client.admin.updateUser({ params, body: { suspendido: true } });
    await admin.client.admin.updateUser({ params, body: { suspendido: false } });
    const mails = [1, 2, 3].map(async (n) => (await mailTo(api(), doctor.user.correo, n)).text);
    const [ended, suspended, resumed] = await Promise.all(mails);
    expect(ended).toMatch(/cerró todas las sesiones/);
    expect(suspended).toMatch(/suspendió su cuenta/);
    expect(resumed).toMatch(/reactivó su cuenta/);
  });
});
