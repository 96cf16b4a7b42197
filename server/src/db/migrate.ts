import type { MikroORM } from '@mikro-orm/core';
import { kysely } from './kysely.ts';
import { type Migration, type Session, sessionOf } from './migrations/session.ts';
import { dialectOf, MIGRATION_TABLE, type OrmOptions } from './orm.ts';

export { type Conflict, MigrationConflictError } from './migrations/conflict.ts';

type Dialect = OrmOptions['kind'];

/** A process loads the migrations of its own database alone. */
async function migrationsOf(dialect: Dialect): Promise<readonly Migration[]> {
  const { migrations } = await (dialect === 'mysql'
    ? import('./migrations/mysql/index.ts')
    : import('./migrations/sqlite/index.ts'));
  return migrations;
}

export interface MigrationLog {
  info(fields: object, message: string): void;
}

export interface MigrationReport {
  /** Names of the migrations that this run applied. */
  readonly applied: readonly string[];
  /** The statements that changed the database, in order. */
  readonly statements: readonly string[];
  /** Conflicting rows that the migration settled by itself, a sentence each. */
  readonly settled: readonly string[];
}

/**
 * Brings the schema up to date: from an empty database, from the predecessor's, or from an interrupted run. It is safe to
 * repeat and to run in several processes at once; a second one waits for the first.
 *
 * @param log gets every statement after it ran
 * @throws MigrationConflictError when rows break a new rule; the database is then unchanged
 */
export async function migrate(orm: MikroORM, log: MigrationLog): Promise<MigrationReport> {
  if ((await pendingMigrations(orm)).length === 0) return { applied: [], statements: [], settled: [] };
  const db = kysely(orm.em);
  if (dialectOf(orm) === 'sqlite') {
    // the transaction takes the write lock at its start, and includes schema changes
    return db.transaction().execute((transaction) => applyPending(sessionOf(transaction), 'sqlite', log));
  }
  return db.connection().execute(async (connection) => {
    const session = sessionOf(connection);
    return locked(session, () => applyPending(session, 'mysql', log));
  });
}

/** Names of the pending migrations, in order. */
export async function pendingMigrations(orm: MikroORM): Promise<string[]> {
  const dialect = dialectOf(orm);
  const migrations = await migrationsOf(dialect);
  return kysely(orm.em)
    .connection()
    .execute(async (connection) => {
      const applied = await appliedNames(sessionOf(connection), dialect);
      return migrations.map(({ name }) => name).filter((name) => !applied.has(name));
    });
}

async function applyPending(session: Session, dialect: Dialect, log: MigrationLog): Promise<MigrationReport> {
  const report = { applied: [] as string[], statements: [] as string[], settled: [] as string[] };
  const change = async (statement: string): Promise<void> => {
    await session.run(statement);
    report.statements.push(statement);
    log.info({ statement }, 'schema changed');
  };
  const settle = (sentence: string): void => {
    report.settled.push(sentence);
    log.info({ settled: sentence }, 'rows settled');
  };
  const applied = await appliedNames(session, dialect);
  for (const migration of await migrationsOf(dialect)) {
    if (applied.has(migration.name)) continue;
    await migration.apply(session, change, settle);
    // not earlier: a migration with conflicts must change nothing
    await session.run(CREATE_LIST);
    await session.run(`insert into ${MIGRATION_TABLE} (name, applied_at) values (?, ?)`, [migration.name, new Date()]);
    report.applied.push(migration.name);
  }
  return report;
}

async function appliedNames(session: Session, dialect: Dialect): Promise<Set<string>> {
  const [listed] = await session.run(HAS_LIST[dialect], [MIGRATION_TABLE]);
  if (!listed) return new Set();
  const rows = await session.run<{ name: string }>(`select name from ${MIGRATION_TABLE}`);
  return new Set(rows.map(({ name }) => name));
}

/** MySQL commits every schema change by itself. So a lock separates two runs; it ends with its connection. */
export async function locked<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const [row] = await session.run<{ got: number | null }>(`select get_lock(${LOCK}, ${LOCK_WAIT_S}) as got`);
  if (Number(row?.got) !== 1) throw new Error(`another process has been migrating for ${LOCK_WAIT_S} s`);
  try {
    return await work();
  } finally {
    await session.run(`select release_lock(${LOCK})`);
  }
}

/** Lock names are global to the server, not to the database, and have at most 64 characters. */
const LOCK = "concat('som3d_migrate_', left(sha2(database(), 256), 40))";
const LOCK_WAIT_S = 600;

const CREATE_LIST = `
  create table if not exists ${MIGRATION_TABLE} (name varchar(190) not null primary key, applied_at datetime(3) not null)`;

const HAS_LIST = {
  mysql: 'select 1 as found from information_schema.tables where table_schema = database() and table_name = ?',
  sqlite: "select 1 as found from sqlite_master where type = 'table' and name = ?",
};
