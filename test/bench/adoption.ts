import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { type Catalog, connect, lostOrChanged, readCatalog } from '../migrations/catalog.ts';
import { findMysql } from '../support/mysql.ts';
import { checksums, loadPredecessor } from './adoption-load.ts';

const MAIN = path.join(import.meta.dirname, '../../server/dist/main.js');
const LIMIT_S = 60;
const UP_TO_DATE = 'The database is up to date.';

interface Run {
  readonly seconds: number;
  /** Statements that it says it has run. */
  readonly statements: number;
}

/** `migrate` as an operator runs it, in a process of its own. */
async function migrateProcess(url: string, dataDir: string): Promise<Run> {
  const started = performance.now();
  const env = { PATH: process.env['PATH'], MYSQL_URL: url, JWT_SECRET: randomUUID(), SOM3D_DATA_DIR: dataDir };
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'migrate'], { cwd: dataDir, env });
  const said = stdout.trimEnd();
  if (!said.endsWith(UP_TO_DATE)) throw new Error(`migrate ended without a word of success:\n${said}`);
  const seconds = (performance.now() - started) / 1000;
  return { seconds, statements: said.split('\n').filter((line) => /^(create|alter|update|drop) /i.test(line)).length };
}

function columnsOf(catalog: Catalog): Map<string, string[]> {
  const tables = new Map<string, string[]>();
  // sorted: the server lists them in any order
  for (const name of Object.keys(catalog).toSorted()) {
    const [, table = '', column = ''] = /^column (\w+)\.(\w+)$/.exec(name) ?? [];
    if (table) tables.set(table, [...(tables.get(table) ?? []), column]);
  }
  return tables;
}

interface State {
  readonly catalog: Catalog;
  readonly rows: Map<string, string>;
}

/** Names of what is not the same in both. */
function differences(a: State, b: State): string[] {
  return [
    ...lostOrChanged(a.catalog, b.catalog),
    ...Object.keys(b.catalog).filter((name) => !(name in a.catalog)),
    ...changedRows(a.rows, b.rows),
  ];
}

function changedRows(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...before]
    .filter(([table, sum]) => after.get(table) !== sum)
    .map(([table, sum]) => `${table}: ${sum} => ${after.get(table)}`);
}

/** What may differ: a text that has become a mediumtext. */
function isWidening(change: string): boolean {
  return /: text (.*) => mediumtext \1$/.test(change);
}

/**
 * The adoption of a predecessor's database of `--patients` patients (100,000): how long it takes; that a second run, one
 * that has forgotten the first, and two at once change no row that was there and come to the same schema.
 */
export default async (...args: string[]): Promise<void> => {
  const { values } = parseArgs({ args, options: { patients: { type: 'string', default: '100000' } } });
  const patients = Number(values.patients);
  await using stack = new AsyncDisposableStack();
  const mysql = await findMysql();
  if (!mysql) throw new Error('this bench needs a MySQL: TEST_MYSQL_URL, Docker, or mysqld on the PATH');
  stack.defer(() => mysql.stop());
  const dataDir = await mkdtemp(path.join(tmpdir(), 'som3d-adoption-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const server = await createConnection(mysql.url);
  stack.defer(() => server.end());
  const faults: string[] = [];
  const expectNone = (of: string, found: readonly string[]): void => {
    if (found.length > 0) faults.push(`${of}: ${found.join('; ')}`);
  };
  const expect = (holds: boolean, fault: string): void => expectNone(fault, holds ? [] : ['no']);

  const load = async () => {
    const name = `som3d_adoption_${randomUUID().replaceAll('-', '')}`;
    await server.query(`create database ${name} character set utf8mb4 collate utf8mb4_general_ci`);
    stack.defer(() => server.query(`drop database ${name}`).then(() => undefined));
    const url = new URL(name, mysql.url).href;
    const database = stack.use(await connect(url));
    const started = performance.now();
    await loadPredecessor(database, patients);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const catalog = await readCatalog(database);
    const columns = columnsOf(catalog);
    // or what the server says of sizes is old
    await database.query(`analyze table ${[...columns.keys()].join(', ')}`);
    const [[size]] = (await database.query(
      'select round(sum(data_length + index_length) / 1048576) as mib from information_schema.tables where table_schema = database()',
    )) as unknown as [[{ mib: number }]];
    console.log(`loaded ${patients} patients and theirs, ${size.mib} MiB, in ${seconds} s`);
    return { url, database, catalog, columns, rows: await checksums(database, columns) };
  };
  const verify = async (
    { database, catalog, columns, rows }: Awaited<ReturnType<typeof load>>,
    of: string,
  ): Promise<State> => {
    const after = await readCatalog(database);
    expectNone(
      `${of}: lost or changed`,
      lostOrChanged(catalog, after).filter((change) => !isWidening(change)),
    );
    expectNone(`${of}: rows`, changedRows(rows, await checksums(database, columns)));
    return { catalog: after, rows: await checksums(database, columnsOf(after)) };
  };

  console.log(mysql.version);
  const one = await load();
  const first = await migrateProcess(one.url, dataDir);
  const adopted = await verify(one, 'adoption');
  console.log(`adopted in ${first.seconds.toFixed(1)} s, ${first.statements} statements`);
  expect(first.seconds < LIMIT_S, `adoption took ${first.seconds.toFixed(1)} s of ${LIMIT_S}`);

  const second = await migrateProcess(one.url, dataDir);
  expect(second.statements === 0, `the second run ran ${second.statements} statements`);
  expectNone('the second run changed', differences(adopted, await verify(one, 'second run')));
  console.log(`again in ${second.seconds.toFixed(1)} s, ${second.statements} statements`);

  const [applied] = await one.database.query('select name, applied_at from som3d_migration order by name');
  await one.database.query('delete from som3d_migration');
  const forgetful = await migrateProcess(one.url, dataDir);
  await one.database.query('delete from som3d_migration');
  await one.database.query('insert into som3d_migration (name, applied_at) values ?', [
    (applied as { name: string; applied_at: Date }[]).map((row) => [row.name, row.applied_at]),
  ]);
  expectNone('the run without the list changed', differences(adopted, await verify(one, 'run without the list')));
  console.log(`without the list of what was applied in ${forgetful.seconds.toFixed(1)} s, nothing changed`);

  const two = await load();
  expectNone('the two loads differ', changedRows(one.rows, two.rows));
  const runs = await Promise.all([migrateProcess(two.url, dataDir), migrateProcess(two.url, dataDir)]);
  const together = await verify(two, 'two at once');
  console.log(
    `two processes at once: ${runs.map((run) => `${run.seconds.toFixed(1)} s, ${run.statements} statements`).join('; ')}`,
  );
  expect(runs.filter(({ statements }) => statements > 0).length === 1, 'not exactly one of two did the work');
  const listed = 'som3d_migration';
  together.rows.delete(listed);
  adopted.rows.delete(listed);
  expectNone('two at once came to another result than one', differences(adopted, together));

  console.log(`rows: ${[...two.rows].map(([table, sum]) => `${table} ${sum.split(' ')[0]}`).join(', ')}`);
  for (const fault of faults) console.log(`FAILED ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else console.log('no row and no definition of the predecessor has changed');
};
