import { Readable } from 'node:stream';
import { createClient } from '@som3d/client';
import { audits, databases, type RunningServer, startServer } from '@som3d/server/testing';
import { afterEach, expect, test } from 'vitest';
import { Browser } from '../support/browser.ts';
import { codeOf, mailTo } from '../support/mail.ts';
import { describeApi, expectProblem, PASSWORD } from '../support/server.ts';

const NEXT = 'the secret that comes after it';
const OTHER_PASSWORD = 'otra clave bien larga';

describeApi('a new JWT_SECRET', (api) => {
  const started: RunningServer[] = [];
  afterEach(async () => {
    for (const server of started.splice(0)) await server[Symbol.asyncDispose]();
  });

  /** The same service after a restart with the next secret, with or without the one before. */
  const rotated = async (previous: string | undefined) => {
    const { config, log, clock } = api().deps;
    const next = { ...config, JWT_SECRET: NEXT, JWT_SECRET_PREVIOUS: previous };
    const server = await startServer(next, log, clock);
    started.push(server);
    return server;
  };
  const withBoth = async () => await rotated(api().deps.config.JWT_SECRET);

  test('keeps what was signed in, as long as the previous one is accepted', async () => {
    const { token, user } = await api().doctor();
    const browser = new Browser(api().url);
    await browser.call('POST', '/auth/login', { body: { correo: user.correo, password: PASSWORD } });
    const lost = browser.copy();
    await browser.refresh();
    const { url } = await withBoth();
    expect((await createClient({ baseUrl: url, token }).auth.me()).body.correo).toBe(user.correo);
    // The answer with the newest token was lost before the restart.
    const after = lost.copy({}, url);
    expect((await after.refresh()).status).toBe(200);
    expect(after.cookies.get('refresh_token')).toBe(browser.cookies.get('refresh_token'));

    const alone = await rotated(undefined);
    await expectProblem(createClient({ baseUrl: alone.url, token, retry: false }).auth.me(), 401);
  });

  test('signs with the present one alone', async () => {
    const { user } = await api().doctor();
    const { url } = await withBoth();
    const { body } = await createClient({ baseUrl: url }).auth.login({
      body: { correo: user.correo, password: PASSWORD },
    });
    const alone = await rotated(undefined);
    expect((await createClient({ baseUrl: alone.url, token: body.access_token }).auth.me()).status).toBe(200);
    const before = createClient({ baseUrl: api().url, token: body.access_token, retry: false });
    await expectProblem(before.auth.me(), 401);
  });

  test('keeps mailed codes and links', async () => {
    const [byCode, byLink, moving] = [await api().doctor(), await api().doctor(), await api().doctor()];
    const { client } = api();
    const correo = `nueva-${byCode.user.correo}`;
    const registration = { nombre: 'Ana', apellido: 'Mora', correo, password: PASSWORD };
    const { body: pending } = await client.auth.preRegister({ body: registration });
    const { body: reset } = await client.auth.forgotPasswordCode({ body: { correo: byCode.user.correo } });
    await client.auth.forgotPassword({ body: { correo: byLink.user.correo } });
    const moved = `otra-${moving.user.correo}`;
    await moving.client.auth.updateMe({ body: { correo: moved, password_actual: PASSWORD } });
    const [codeMail, resetMail, linkMail, movedMail] = [
      await mailTo(api(), correo),
      await mailTo(api(), byCode.user.correo),
      await mailTo(api(), byLink.user.correo),
      await mailTo(api(), moved),
    ];
    const link = /token=([\w-]+)/.exec(linkMail.text)?.[1] ?? '';

    const { url } = await withBoth();
    const after = createClient({ baseUrl: url, retry: false });
    const created = await after.auth.confirmCode({ body: { token: pending.token, code: codeOf(codeMail) } });
    expect(created.body.correo).toBe(correo);
    const own = createClient({ baseUrl: url, token: moving.token, retry: false });
    const confirmed = await own.auth.confirmEmail({ body: { code: codeOf(movedMail) } });
    expect(confirmed.body.correo).toBe(moved);
    const chosen = { new_password: OTHER_PASSWORD };
    await after.auth.resetPasswordCode({ body: { token: reset.token, code: codeOf(resetMail), ...chosen } });
    await after.auth.resetPassword({ body: { token: link, ...chosen } });
    for (const { user } of [byCode, byLink]) {
      await after.auth.login({ body: { correo: user.correo, password: OTHER_PASSWORD } });
    }
  });

  test('keeps links to files, and the seals of the audit', async () => {
    const { deps } = api();
    const key = 'results/rotation/1/a.txt';
    await deps.storage.put(key, Readable.from(['modelo']));
    const terms = { filename: 'a.txt', type: 'text/plain', expiresSeconds: 60, baseUrl: '' };
    const link = await deps.storage.signedUrl(key, terms);
    const doctor = await api().doctor();
    await doctor.client.patients.create({ body: { nombres: 'Ana', apellidos: 'Mora' } });

    const { url, deps: after } = await withBoth();
    expect(await (await fetch(`${url}${link}`)).text()).toBe('modelo');
    const own = createClient({ baseUrl: url, token: doctor.token });
    await own.patients.create({ body: { nombres: 'Eva', apellidos: 'Mora' } });
    const db = databases.kysely(after.orm.em.fork());
    const options = { keys: after.secrets.audit, kept: null, unsealed: 'seal' } as const;
    expect((await audits.verifyChain(db, options)).fault).toBeNull();

    const alone = await rotated(undefined);
    expect((await fetch(`${alone.url}${link}`)).status).toBe(403);
  });
});
