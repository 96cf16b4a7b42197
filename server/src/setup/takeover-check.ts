import type { MikroORM } from '@mikro-orm/core';
import type { Conflict } from '../db/migrations/conflict.ts';
import { tables } from '../db/migrations/mysql/0001-adopt.ts';
import { findConflicts } from '../db/migrations/mysql/conflicts.ts';
import { findTables } from '../db/migrations/mysql/inspect.ts';
import { findSettlements } from '../db/migrations/mysql/settlements.ts';
import { type Session, sessionOf } from '../db/migrations/session.ts';
import { kysely } from '../db/kysely.ts';
import type { Storage } from '../gateways/storage/storage.ts';
import { predecessorResult } from '../jobs/keys.ts';

/** What the adoption of a predecessor's database will do. */
export interface TakeoverReport {
  /** Tables of the predecessor that are not there: the database may be another one. */
  readonly missingTables: readonly string[];
  /** Rows of the tables that matter, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Size of tables and indexes in bytes. */
  readonly bytes: number;
  /** Rough duration of the adoption in seconds. */
  readonly seconds: number;
  /** What the adoption settles by itself, a sentence each. */
  readonly settled: readonly string[];
  /** Rows that an operator settles first. */
  readonly conflicts: readonly Conflict[];
  /** Jobs that are queued or running: they end with the predecessor. */
  readonly unfinishedJobs: readonly string[];
  readonly results: ResultsReport;
  /** Accounts by the algorithm of their password. */
  readonly passwords: Readonly<Record<string, number>>;
}

export interface ResultsReport {
  /** Finished jobs of the database. */
  readonly jobs: number;
  /** Results that stand where the predecessor wrote them. */
  readonly found: number;
  /** Jobs whose result is not there. */
  readonly missing: readonly string[];
}

const NEEDED = ['Usuario', 'Medico', 'Paciente', 'Hospital', 'Plan', 'Suscripcion', 'Pago', 'JobConv', 'JobSTL'];
const COUNTED = [...NEEDED, 'Estudio', 'VisorEstado', 'ClinicalAudit', 'clinical_note', 'mensaje'];

/**
 * Bytes of tables and indexes that an adoption works through in a second: 326 MiB took 22.6 s on two cores, see
 * docs/operations.md.
 */
const BYTES_PER_SECOND = 14 * 1024 ** 2;
/** An adoption of an empty database takes this long, in seconds. */
const LEAST_SECONDS = 3;

async function count(session: Session, table: string): Promise<number> {
  const [row] = await session.run<{ n: number }>(`select count(*) as n from \`${table}\``);
  return row?.n ?? 0;
}

async function unfinished(session: Session): Promise<string[]> {
  const rows = await session.run<{ job_id: string }>(
    "select job_id from JobConv where status in ('QUEUED', 'RUNNING') order by job_id",
  );
  return rows.map(({ job_id }) => job_id);
}

async function passwordKinds(session: Session): Promise<Record<string, number>> {
  const rows = await session.run<{ kind: string; n: number }>(`
    select case when contrasena like '$2_$%' then 'bcrypt' when contrasena like '$argon2%' then 'argon2'
      else 'unknown' end as kind, count(*) as n
    from Usuario group by kind order by kind`);
  return Object.fromEntries(rows.map(({ kind, n }) => [kind, n]));
}

/** The storage with the predecessor's results, and their place in it. */
export interface PredecessorStorage {
  readonly storage: Pick<Storage, 'stat'>;
  /** SOM3D_PREDECESSOR_RESULTS */
  readonly root: string;
}

async function results(session: Session, kept: PredecessorStorage | null): Promise<ResultsReport> {
  const jobs = await session.run<{ job_id: string }>(
    "select job_id from JobConv where status = 'DONE' order by job_id",
  );
  if (!kept) return { jobs: jobs.length, found: 0, missing: jobs.map(({ job_id }) => job_id) };
  const missing: string[] = [];
  for (const { job_id } of jobs) {
    if (!(await kept.storage.stat(predecessorResult(kept.root, job_id)))) missing.push(job_id);
  }
  return { jobs: jobs.length, found: jobs.length - missing.length, missing };
}

async function sizeOf(session: Session): Promise<number> {
  const [row] = await session.run<{ bytes: number | string | null }>(
    'select sum(data_length + index_length) as bytes from information_schema.tables where table_schema = database()',
  );
  return Number(row?.bytes ?? 0);
}

/**
 * Looks at the predecessor's database and storage before they are taken over. Only reads: the connection is in a
 * read-only transaction.
 *
 * @param kept where the predecessor's results are; null when it cannot be reached
 */
export async function checkTakeover(orm: MikroORM, kept: PredecessorStorage | null): Promise<TakeoverReport> {
  return await kysely(orm.em)
    .connection()
    .execute(async (connection) => {
      const session = sessionOf(connection);
      await session.run('start transaction read only');
      try {
        return await readReport(session, kept);
      } finally {
        await session.run('rollback');
      }
    });
}

async function readReport(session: Session, kept: PredecessorStorage | null): Promise<TakeoverReport> {
  const existing = await findTables(session);
  const has = (table: string): boolean => existing.has(table.toLowerCase());
  const rows: Record<string, number> = {};
  for (const table of COUNTED.filter(has)) rows[table] = await count(session, table);
  const bytes = await sizeOf(session);
  const settlements = await findSettlements(session, existing);
  return {
    missingTables: NEEDED.filter((table) => !has(table)),
    rows,
    bytes,
    seconds: Math.max(LEAST_SECONDS, Math.ceil(bytes / BYTES_PER_SECOND)),
    settled: settlements.map(({ report }) => report),
    conflicts: await findConflicts(session, tables),
    unfinishedJobs: has('JobConv') ? await unfinished(session) : [],
    results: has('JobConv') ? await results(session, kept) : { jobs: 0, found: 0, missing: [] },
    passwords: has('Usuario') ? await passwordKinds(session) : {},
  };
}
