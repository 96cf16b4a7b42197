import { chmod, open, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createClient } from '@som3d/client';
import { databases } from '@som3d/server/testing';
import { CompiledQuery } from 'kysely';
import { expect, test } from 'vitest';
import { createDatabase, createEmptyDatabase } from '../support/database.ts';
import { patientOf } from '../support/jobs.ts';
import { runCommand, startProcess } from '../support/process.ts';
import { describeApi, problemOf } from '../support/server.ts';

describeApi(
  'a database that cannot be written',
  (api) => {
    const pragma = async (text: string): Promise<void> => {
      await databases.kysely(api().deps.orm.em.fork()).executeQuery(CompiledQuery.raw(`pragma ${text}`));
    };
    const health = async () => (await fetch(`${api().url}/health`)).json() as Promise<object>;

    test('is a 503 that says when to come back, and /health names it', async () => {
      const { client } = await api().doctor();
      const params = { id: await patientOf(client) };
      const add = async () => await client.patients.createNote({ params, body: { texto: 'Control' } });
      expect(await health()).toMatchObject({ status: 'ok' });
      await pragma('query_only = on');
      try {
        const problem = await problemOf(add());
        expect(problem.status).toBe(503);
        expect(problem.detail).toMatch(/No se puede guardar/);
        expect(problem.headers.get('retry-after')).toBe('60');
        await expect.poll(health, { timeout: 10_000 }).toMatchObject({
          status: 'error',
          services: {
            database: { status: 'error', reason: expect.stringContaining('no puede escribir') as string },
            storage: { status: 'ok' },
          },
        });
      } finally {
        await pragma('query_only = off');
        // The answers of status 503.
        api().errors.splice(0);
      }
      expect(await health()).toMatchObject({ status: 'ok', services: { database: { status: 'ok' } } });
      expect((await add()).status).toBe(201);
    });

    test('is a 503 as well when the disk is full', async () => {
      const { client } = await api().doctor();
      const params = { id: await patientOf(client) };
      const add = async () => await client.patients.createNote({ params, body: { texto: 'x'.repeat(4000) } });
      // SQLite sets the bound to the present size of the file.
      await pragma('max_page_count = 1');
      try {
        const answers: number[] = [];
        for (let index = 0; index < 40; index++)
          answers.push((await add().catch((error: { status: number }) => error)).status);
        // What still fits into the last page is stored.
        expect(answers.at(-1)).toBe(503);
        expect(answers.filter((status) => status !== 201 && status !== 503)).toEqual([]);
        const { body: notes } = await client.patients.listNotes({ params, query: {} });
        expect(notes).toHaveLength(answers.filter((status) => status === 201).length);
      } finally {
        await pragma('max_page_count = 1000000');
        api().errors.splice(0);
      }
      expect((await add()).status).toBe(201);
    });
  },
  {},
  ['sqlite'],
);

const DAMAGES: Readonly<Record<string, (file: string) => Promise<void>>> = {
  'a text': (file) => writeFile(file, 'this is no database, but a text of some length'),
  'a header of zeros': async (file) => await writeFile(file, Buffer.alloc(100), { flag: 'r+' }),
  'a file that was cut': (file) => truncate(file, 40_000),
  'a page of garbage': async (file) => {
    await using handle = await open(file, 'r+');
    await handle.write(Buffer.alloc(16_384, 0xa5), 0, 16_384, 12_288);
  },
};

test.each(Object.keys(DAMAGES))(
  'a start on %s is one sentence and exit code 1',
  { tags: ['heavy'] },
  async (damage) => {
    await using database = await createDatabase('sqlite');
    await database.orm.close(true);
    const file = path.join(database.dataDir, 'som3d.sqlite');
    await DAMAGES[damage]?.(file);
    for (const command of ['serve', 'worker', 'migrate']) {
      const { code, stderr } = await runCommand([command], database);
      expect(code).toBe(1);
      expect(stderr).toContain(`som3d-server: The database ${file} is damaged (`);
      expect(stderr).toContain('put your last backup in its place');
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  },
);

test('keeps what is in the data folder from other users, whatever the folder allows', async () => {
  await using database = await createEmptyDatabase('sqlite');
  await chmod(database.dataDir, 0o755);
  // As a former version has left it.
  const file = path.join(database.dataDir, 'som3d.sqlite');
  await writeFile(file, '', { mode: 0o644 });
  const server = await startProcess(database, { SOM3D_EMBEDDED_WORKER: 'false' });
  try {
    const client = createClient({ baseUrl: server.url });
    const person = { nombre: 'Ana', apellido: 'Be', correo: 'ana@som3d.local', password: 'correct horse battery' };
    await client.auth.register({ body: person });
    const entries = await readdir(database.dataDir, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    expect(files.map((name) => path.basename(name))).toEqual(
      expect.arrayContaining(['som3d.sqlite', 'som3d.sqlite-wal']),
    );
    const modes = await Promise.all(files.map(async (name) => ((await stat(name)).mode & 0o777).toString(8)));
    expect(new Set(modes)).toEqual(new Set(['600']));
  } finally {
    await server.end('SIGKILL');
  }
});
