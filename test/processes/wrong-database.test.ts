// @module-tag heavy
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { createClient } from '@som3d/client';
import { afterEach, expect, test } from 'vitest';
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts';
import { storedFiles, trashedFiles, until, upload } from '../support/jobs.ts';
import { runCommand, startProcess, type ServerProcess } from '../support/process.ts';

/** Nothing is converted: the uploads are the files. */
const SOON = { SOM3D_ORPHAN_GRACE_SECONDS: '1', SOM3D_EMBEDDED_WORKER: 'false' };
const PASSWORD = 'correct horse battery';

const opened: AsyncDisposableStack = new AsyncDisposableStack();
afterEach(async () => await opened.disposeAsync());

async function serve(database: TestDatabase, env: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await startProcess(database, { ...SOON, ...env });
  opened.defer(async () => void (await server.end('SIGKILL')));
  return server;
}

async function doctorOf({ url }: ServerProcess) {
  const account = { nombre: 'Ana', apellido: 'Be', correo: 'ana@som3d.local', password: PASSWORD };
  const client = createClient({ baseUrl: url });
  await client.auth.register({ body: account });
  const { body } = await client.auth.login({ body: account });
  return createClient({ baseUrl: url, token: body.access_token });
}

async function dropDatabase({ dataDir }: TestDatabase): Promise<void> {
  const files = (await readdir(dataDir)).filter((name) => name.startsWith('som3d.sqlite'));
  for (const name of files) await rm(path.join(dataDir, name));
}

test('a start on an empty database removes no file, says why, and adopts the files when it is told to', async () => {
  const database = opened.use(await createEmptyDatabase('sqlite'));
  const first = await serve(database);
  const client = await doctorOf(first);
  await upload(client);
  await upload(client);
  await first.end('SIGTERM');
  const before = await storedFiles(database.dataDir);
  expect(before).toHaveLength(2);
  await dropDatabase(database);

  const second = await serve(database);
  await until(
    () => second.lines.some(({ msg }) => msg.includes('nothing is removed from the storage')),
    'it is logged',
  );
  await until(() => second.printed().includes('Warning: nothing is removed'), 'it is printed');
  expect(second.printed()).toContain('som3d-server storage adopt');
  const { status, body: health } = await createClient({ baseUrl: second.url }).health.check();
  expect({ status, health }).toMatchObject({
    status: 200,
    health: {
      status: 'degraded',
      services: {
        database: { status: 'ok' },
        storage: { status: 'degraded', reason: expect.stringContaining('storage adopt') as string },
      },
    },
  });
  expect(await storedFiles(database.dataDir)).toEqual(before);
  expect((await runCommand(['storage', 'status'], database, SOON)).code).toBe(1);
  const refused = await runCommand(['storage', 'sweep', '--force'], database, SOON);
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^som3d-server: nothing is removed/) as string,
  });
  await second.end('SIGTERM');
  expect(await storedFiles(database.dataDir)).toEqual(before);

  const adopted = await runCommand(['storage', 'adopt'], database, SOON);
  expect(adopted).toMatchObject({ code: 0, stdout: expect.stringContaining('2 of 2 files') as string });
  expect((await runCommand(['storage', 'status'], database, SOON)).code).toBe(0);
  const swept = await runCommand(['storage', 'sweep'], database, SOON);
  expect(swept).toMatchObject({ code: 0, stdout: expect.stringContaining('moved to the trash') as string });
  expect(await storedFiles(database.dataDir)).toEqual([]);
  expect((await trashedFiles(database.dataDir)).map((key) => `files/${key}`)).toEqual(before);
  await runCommand(['storage', 'restore'], database, SOON);
  expect(await storedFiles(database.dataDir)).toEqual(before);
});
