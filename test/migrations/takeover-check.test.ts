import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEmptyDatabase, databaseKinds, type TestDatabase } from '../support/database.ts';
import { connect, readCatalog, readRows } from './catalog.ts';
import { PREDECESSOR_ROWS, PREDECESSOR_SCHEMA } from './predecessor.sql.ts';

const MAIN = path.join(import.meta.dirname, '../../server/dist/main.js');

function urlOf({ options }: TestDatabase): string {
  if (options.kind !== 'mysql') throw new Error('not on MySQL');
  return options.url;
}

async function predecessor(...more: string[]): Promise<TestDatabase> {
  const database = await createEmptyDatabase('mysql');
  await using connection = await connect(urlOf(database));
  for (const statement of [...PREDECESSOR_SCHEMA, ...PREDECESSOR_ROWS, ...more]) await connection.query(statement);
  return database;
}

async function temporaryFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'som3d-takeover-'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Runs `takeover check` on a predecessor's `.env` of these lines. */
async function check(folder: string, lines: readonly string[]): Promise<{ code: number; output: string }> {
  const file = path.join(folder, 'old.env');
  await writeFile(file, lines.join('\n'));
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, 'takeover', 'check', '--env', file],
      { cwd: folder, env: { PATH: process.env['PATH'] ?? '' } },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
    );
  });
}

describe.runIf(databaseKinds().includes('mysql'))('takeover check', () => {
  test('says what each variable means, what the adoption settles and where the results are, and changes nothing', async () => {
    await using database = await predecessor(
      "insert into JobSTL (job_id, id_paciente, notas) values ('job-1', 1, 'otra vez')",
    );
    await using temporary = await temporaryFolder();
    const data = path.join(temporary.folder, 'data');
    await mkdir(path.join(data, 'files/jobs/job-1'), { recursive: true });
    await writeFile(path.join(data, 'files/jobs/job-1/stl_result.zip'), 'zip');
    await using connection = await connect(urlOf(database));
    const catalog = await readCatalog(connection);
    const rows = await readRows(connection, catalog);

    const { code, output } = await check(temporary.folder, [
      `MYSQL_URL=${urlOf(database).replace('mysql://', 'mysql+pymysql://')}`,
      `SOM3D_DATA_DIR=${data}`,
      'REFRESH_COOKIE_SAMESITE=Lax',
      'JWT_SECRET=secreto-del-predecesor',
      'PYTHONUNBUFFERED=1',
    ]);

    expect(output).toContain('REFRESH_COOKIE_SAMESITE: COOKIE_SAMESITE');
    expect(output).toContain('PYTHONUNBUFFERED: nothing');
    expect(output).toContain('JWT_EXPIRE_MINUTES: absent; the predecessor took 15');
    expect(output).toContain('would have merged the results that stood twice for the same job and patient: 1');
    expect(output).toContain('1 of 1 finished jobs have their result');
    expect(output).toMatch(/bcrypt: \d/);
    expect(output).toContain('Su contraseña sigue siendo la misma');
    expect(code).toBe(0);
    expect(await readCatalog(connection)).toEqual(catalog);
    expect(await readRows(connection, catalog)).toEqual(rows);
  });

  test('ends with 1 while rows are to be settled, and prints the SQL', async () => {
    await using database = await predecessor("update Suscripcion set estado = 'ACTIVA' where id_suscripcion = 2");
    await using temporary = await temporaryFolder();
    const { code, output } = await check(temporary.folder, [`MYSQL_URL=${urlOf(database)}`]);
    expect(output).toContain("UPDATE Suscripcion SET estado = 'PAUSADA' WHERE id_medico = 1");
    expect(code).toBe(1);
  });

  test('says in a sentence that the file or the database is not there', async () => {
    await using temporary = await temporaryFolder();
    const { output } = await check(temporary.folder, ['DB_HOST=127.0.0.1', 'DB_PORT=1', 'DB_USER=nobody']);
    expect(output).toMatch(/som3d-server: The database cannot be opened/);
    expect((await check(temporary.folder, ['DB_NAME=x'])).output).toContain('names no MySQL');
  });
});
