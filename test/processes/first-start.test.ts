// @module-tag heavy
import { createClient } from '@som3d/client';
import { expect, onTestFinished, test } from 'vitest';
import { createDatabase, databaseKinds } from '../support/database.ts';
import { until } from '../support/jobs.ts';
import { runCommand, startProcess } from '../support/process.ts';

const LINK = /http:\/\/\S+\/app\/muestra\/[\w-]{43}/;

async function firstStart(env: Record<string, string> = {}) {
  const database = await createDatabase('sqlite');
  onTestFinished(() => database.drop());
  const server = await startProcess(database, { SOM3D_DEMO: 'true', SOM3D_EMBEDDED_WORKER: 'false', ...env });
  onTestFinished(async () => void (await server.end('SIGKILL')));
  await until(() => /First case.*\n(?:.*\n)*$/.test(server.printed()), 'the first case is queued');
  return server;
}

test('the link of the first start opens the demo case once, on this machine alone', async () => {
  const server = await firstStart();
  const link = LINK.exec(server.printed())?.[0] ?? '';
  const open = (headers: Record<string, string> = {}) => fetch(link, { redirect: 'manual', headers });
  expect((await open({ 'x-forwarded-for': '190.25.14.7' })).status).toBe(400);
  expect((await open({ forwarded: 'for=190.25.14.7' })).status).toBe(400);

  const opened = await open();
  expect(opened.status).toBe(303);
  const page = new URL(opened.headers.get('location') ?? '', link);
  expect(page.href).toMatch(new RegExp(`^${server.url}/app/casos/[\\w-]+$`));
  const cookie = opened.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  const csrf = /csrf_token=([^;]+)/.exec(cookie)?.[1] ?? '';
  const refresh = { headers: { 'x-csrf-token': csrf }, extraHeaders: { cookie } };
  const { body } = await createClient({ baseUrl: server.url }).auth.refresh(refresh);
  const doctor = createClient({ baseUrl: server.url, token: body.access_token });
  const { jobs } = (await doctor.som3d.list({ query: {} })).body;
  expect(jobs.map(({ job_id }) => job_id)).toEqual([page.pathname.split('/').at(-1)]);

  const again = await open();
  expect(again.status).toBe(400);
  expect(await again.text()).toContain('<a href="../">Ingrese con el correo');
});

test.each([
  ['NODE_ENV', 'production'],
  ['HOST', '0.0.0.0'],
])('there is no such link with %s=%s', { tags: ['long'] }, async (name, value) => {
  expect((await firstStart({ [name]: value })).printed()).not.toContain('/app/muestra/');
});

test.each(databaseKinds())('a start on %s without an administrator names the command that makes one', async (kind) => {
  const database = await createDatabase(kind);
  onTestFinished(() => database.drop());
  const start = async (ready: RegExp) => {
    const server = await startProcess(database, { SOM3D_EMBEDDED_WORKER: 'false', SOM3D_DEMO: 'false' });
    onTestFinished(async () => void (await server.end('SIGKILL')));
    await until(() => ready.test(server.printed()), 'it is greeted');
    return server;
  };
  const first = await start(/There is no administrator yet/);
  expect(first.printed()).toContain('npx som3d-server create-admin --correo you@example.com');
  await first.end('SIGTERM');
  const made = await runCommand(['create-admin', '--correo', 'jefa@example.com'], database);
  expect(made).toMatchObject({ code: 0 });
  const second = await start(/Upload a scan/);
  await createClient({ baseUrl: second.url }).health.check();
  expect(second.printed()).not.toContain('create-admin');
});
