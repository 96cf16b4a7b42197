import type { MikroORM } from '@mikro-orm/core';
import type { JobStatus } from '@som3d/contract';
import { type Selectable, sql } from 'kysely';
import { compiled } from '../../db/compiled.ts';
import { type Database, kysely } from '../../db/kysely.ts';
import { containsWords } from '../../db/like.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { readPage, type PageOf } from '../../http/pages.ts';
import type { JobState } from '../../jobs/states.ts';

const COLUMNS = [
  'job_id',
  'id_usuario',
  'id_paciente',
  'status',
  'phase',
  'percent',
  'error',
  'nombre_proceso',
  'queue_name',
  'enable_ortopedia',
  'enable_appendicular',
  'enable_muscles',
  'enable_skull',
  'enable_teeth',
  'enable_hip_implant',
  'extra_tasks_json',
  'params_json',
  'metrics_json',
  'created_at',
  'updated_at',
  'started_at',
  'finished_at',
  'result_key',
  'result_size',
  'request_fingerprint',
  'priority',
  'preview_size',
] as const;

/** A job's row as the routes read it: without its lease and its log. */
export type JobRow = Pick<Selectable<Database['JobConv']>, (typeof COLUMNS)[number]> & {
  /** Models of a job of the predecessor, as its registered results have it. */
  readonly registered_files: number | null;
  /** Bytes of its result. */
  readonly registered_bytes: number | null;
};

/** What the registered results say of a job that has no metrics of ours. */
function registered(column: 'num_stl_archivos' | 'stl_size') {
  return sql<number | null>`case when JobConv.metrics_json is null and JobConv.status = 'DONE'
    then (select max(s.${sql.ref(column)}) from JobSTL s where s.job_id = JobConv.job_id) end`;
}

function selectJobs(orm: MikroORM) {
  return kysely(orm.em.fork())
    .selectFrom('JobConv')
    .select(COLUMNS)
    .select([registered('num_stl_archivos').as('registered_files'), registered('stl_size').as('registered_bytes')]);
}

/** One job, or undefined. */
export async function findJob(orm: MikroORM, jobId: string): Promise<JobRow | undefined> {
  return await selectJobs(orm).where('job_id', '=', jobId).executeTakeFirst();
}

/** The job that a user has made under an idempotency key. */
export async function findJobByKey(orm: MikroORM, id_usuario: number, key: string): Promise<JobRow | undefined> {
  return await selectJobs(orm)
    .where('id_usuario', '=', id_usuario)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
}

/** What a client asks for again and again: five columns of one row. */
export async function findProgress(orm: MikroORM, jobId: string) {
  const [row] = await progressById(orm, { jobId });
  return row;
}

const progressById = compiled((db, { jobId }: { readonly jobId: string }) =>
  db
    .selectFrom('JobConv')
    .select(['id_usuario', 'status', 'phase', 'percent', 'error', 'preview_size'])
    .where('job_id', '=', jobId),
);

/** Where the first model of a running job is. */
export async function findPreview(orm: MikroORM, jobId: string) {
  return await kysely(orm.em.fork())
    .selectFrom('JobConv')
    .select(['id_usuario', 'id_paciente', 'status', 'lease_token', 'preview_size'])
    .where('job_id', '=', jobId)
    .executeTakeFirst();
}

interface JobListQuery {
  readonly status?: JobStatus | undefined;
  readonly id_paciente?: number | undefined;
  readonly q?: string | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

/** Whose jobs a list shows: nobody's in particular, or a user's own. */
export const EVERYBODY = null;
export function jobsSeenBy(actor: Actor): number | null {
  return isAdmin(actor) ? EVERYBODY : actor.id_usuario;
}

/** The words stand in the job's name, or in its patient's name or document. */
function namedOrOf(search: string) {
  const named = containsWords(['JobConv.nombre_proceso', 'JobConv.queue_name'], search);
  const people = containsWords(['p.nombres', 'p.apellidos', 'p.doc_numero'], search);
  return sql<boolean>`(${named} or exists (select 1 from Paciente p where p.id_paciente = JobConv.id_paciente and ${people}))`;
}

/** One page of jobs, newest first: of one user, or all. */
export async function listJobs(orm: MikroORM, owner: number | null, query: JobListQuery): Promise<PageOf<JobRow>> {
  let jobs = selectJobs(orm);
  if (owner !== EVERYBODY) jobs = jobs.where('id_usuario', '=', owner);
  if (query.status) jobs = jobs.where('status', '=', query.status.toUpperCase() as JobState);
  if (query.id_paciente !== undefined) jobs = jobs.where('id_paciente', '=', query.id_paciente);
  if (query.q) jobs = jobs.where(namedOrOf(query.q));
  return await readPage(jobs.orderBy('created_at', 'desc').orderBy('job_id', 'desc'), query);
}

/** The last `limit` lines of a job's log in their order (all without a limit), and how many there are. */
export async function readLog(orm: MikroORM, jobId: string, limit?: number) {
  const lines = () => kysely(orm.em.fork()).selectFrom('job_log').where('job_id', '=', jobId);
  const newest = lines().select('line').orderBy('id', 'desc');
  const rows = await (limit === undefined ? newest : newest.limit(limit)).execute();
  const text = rows.map(({ line }) => line).toReversed();
  if (limit === undefined || rows.length < limit) return { rows: text, total: text.length };
  const { total } = await lines()
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { rows: text, total };
}
