// @module-tag heavy
import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Client } from '@som3d/client';
import { databases } from '@som3d/server/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBucket, hasS3 } from '../support/bucket.ts';
import { createEmptyDatabase, databaseKinds, type DatabaseKind, type TestDatabase } from '../support/database.ts';
import { until, upload } from '../support/jobs.ts';
import { runCommand } from '../support/process.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { onPath } from '../support/services.ts';

const hasDump = Boolean((await onPath('mysqldump')) ?? (await onPath('mariadb-dump')));
const kinds = databaseKinds().filter((kind) => kind === 'sqlite' || hasDump);
if (!hasDump) console.log('backups of MySQL: skipped, this machine has neither mysqldump nor mariadb-dump');

let opened: AsyncDisposableStack;
let folder: string;
beforeEach(async () => {
  opened = new AsyncDisposableStack();
  folder = await mkdtemp(path.join(tmpdir(), 'som3d-backup-'));
});
afterEach(async () => {
  await opened.disposeAsync();
  await rm(folder, { recursive: true, force: true });
});

/** The database and the files of a service under test, for a command beside it. */
function homeOf({ dataDir, deps }: TestServer): { dataDir: string; env: Record<string, string> } {
  const { database } = deps.config;
  return { dataDir, env: database.kind === 'mysql' ? { MYSQL_URL: database.url } : {} };
}

/** Writes notes one after the other until it is stopped, and keeps what was acknowledged. */
async function write(client: Client, id: number, acknowledged: string[], stop: AbortSignal): Promise<void> {
  for (let n = 0; !stop.aborted; n++) {
    const texto = `Ñandú 🦴 ${n}`;
    await client.patients.createNote({ params: { id }, body: { texto } });
    acknowledged.push(texto);
  }
}

/** An upload of which this much has arrived. */
async function beginUpload({ deps }: TestServer, id_usuario: number, received: string): Promise<void> {
  await deps.storage.put('parts/unfinished/0-a', Readable.from([received]));
  await databases
    .kysely(deps.orm.em.fork())
    .insertInto('upload')
    .values({
      upload_id: 'unfinished',
      id_usuario,
      expired: false,
      size: 1000,
      received: received.length,
      parts_json: JSON.stringify([['0-a', received.length]]),
      metadata: null,
      expires_at: new Date(Date.now() + 3_600_000),
      lease_token: null,
      lease_expires_at: null,
    })
    .execute();
}

async function notesIn(database: TestDatabase): Promise<string[]> {
  const orm = await database.open();
  const rows = await databases.kysely(orm.em.fork()).selectFrom('clinical_note').select('texto').execute();
  return rows.map(({ texto }) => texto);
}

async function emptyDatabase(kind: DatabaseKind) {
  const database = await createEmptyDatabase(kind);
  opened.use(database);
  return database;
}

describe.each(kinds)('a backup of %s that is taken while the service runs', (kind) => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer(kind, { SOM3D_QUOTA_NOTES_PER_DAY: '1000000' });
  });
  afterEach(async () => {
    await server.stop();
  });

  test('is restored with all that was acknowledged before it, and verified', { timeout: 120_000 }, async () => {
    const { client, user } = await server.doctor();
    const { job_id } = await upload(client);
    await beginUpload(server, user.id_usuario, 'what was received of an upload');
    const { body: patient } = await client.patients.create({ body: { nombres: 'Luz', apellidos: 'Ñáñez' } });
    const [acknowledged, stop] = [[] as string[], new AbortController()];
    const writer = write(client, patient.id_paciente, acknowledged, stop.signal);
    await until(() => acknowledged.length > 20, 'notes are written');

    const before = [...acknowledged];
    const dir = path.join(folder, 'one');
    const taken = await runCommand(['backup', '--out', dir], homeOf(server));
    stop.abort();
    await writer;
    expect(taken).toMatchObject({ code: 0 });
    expect((await stat(dir)).mode & 0o077).toBe(0);
    expect(acknowledged.length).toBeGreaterThan(before.length);

    const target = await emptyDatabase(kind);
    const restored = await runCommand(['restore', dir], target);
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    const verified = await runCommand(['verify', '--json'], target);
    expect(JSON.parse(verified.stdout)).toMatchObject({
      agree: true,
      needed: 1,
      stored: 1,
      missing: [],
      unneeded: [],
      incomplete_uploads: [],
    });
    expect(verified.code).toBe(0);
    const notes = new Set(await notesIn(target));
    expect(before.filter((texto) => !notes.has(texto))).toEqual([]);
    const file = `files/uploads/${job_id}.zip`;
    expect(await readFile(path.join(target.dataDir, file))).toEqual(await readFile(path.join(server.dataDir, file)));

    expect(await readFile(path.join(target.dataDir, 'files/parts/unfinished/0-a'), 'utf8')).toMatch(/^what was/);

    // A second restore finds a database there.
    expect(await runCommand(['restore', dir], target)).toMatchObject({ code: 1 });

    await rm(path.join(target.dataDir, file));
    await rm(path.join(target.dataDir, 'files/parts/unfinished/0-a'));
    const lost = await runCommand(['verify'], target);
    expect(lost).toMatchObject({ code: 1 });
    expect(lost.stdout).toContain(`job ${job_id}: uploads/${job_id}.zip`);
    expect(lost.stdout).toContain('unfinished upload unfinished');

    await appendFile(path.join(dir, file), 'x');
    const other = await emptyDatabase(kind);
    const refused = await Promise.all([
      runCommand(['verify', '--backup', dir], other),
      runCommand(['restore', dir], other),
    ]);
    for (const { code, stdout, stderr } of refused) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(file);
    }
    await expect(stat(path.join(other.dataDir, 'files'))).rejects.toThrow(/ENOENT/);
  });
});

describe('a backup', () => {
  test('goes into a folder of its own, and one that was broken off is not taken for one', async () => {
    await using database = await createEmptyDatabase('sqlite');
    await runCommand(['migrate'], database);
    const [taken, again] = [
      await runCommand(['backup', '--out', path.join(folder, 'a')], database),
      await runCommand(['backup', '--out', path.join(folder, 'a')], database),
    ];
    expect(taken).toMatchObject({ code: 0, stderr: '' });
    expect(again.stderr).toMatch(/is not empty/);
    await rm(path.join(folder, 'a', 'backup.json'));
    const restored = await runCommand(['restore', path.join(folder, 'a')], { ...database, dataDir: folder });
    expect(restored.stderr).toMatch(/is no complete backup/);
  });

  test.runIf(hasS3())('lists a bucket, or copies it', async () => {
    await using bucket = await createBucket();
    await using second = await createBucket();
    const server = await startTestServer('sqlite', bucket.env);
    try {
      const { client } = await server.doctor();
      const { job_id } = await upload(client);
      const home = homeOf(server);
      const [listed, copied] = [path.join(folder, 'listed'), path.join(folder, 'copied')];
      const backups = await Promise.all([
        runCommand(['backup', '--out', listed], home, bucket.env),
        runCommand(['backup', '--out', copied, '--files', 'copy'], home, bucket.env),
      ]);
      expect(backups).toMatchObject([{ code: 0 }, { code: 0 }]);
      expect(await readFile(path.join(listed, 'files.jsonl'), 'utf8')).toContain(`"key":"uploads/${job_id}.zip"`);
      await using there = await createEmptyDatabase('sqlite');
      expect(await runCommand(['restore', copied], there, second.env)).toMatchObject({ code: 0 });
      expect(await second.keys()).toContain(`here/uploads/${job_id}.zip`);
      await using elsewhere = await createEmptyDatabase('sqlite');
      await using empty = await createBucket();
      const without = await runCommand(['restore', listed], elsewhere, empty.env);
      expect(without.code).toBe(1);
      expect(without.stdout).toContain(`uploads/${job_id}.zip`);
    } finally {
      await server.stop();
    }
  });
});
