import type { EntityManager } from '@mikro-orm/core';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { recordOf } from '../../db/record.ts';
import { predecessorFolder, resultsOf, uploadKey } from '../../jobs/keys.ts';
import { isTerminal } from '../../jobs/states.ts';
import { AuditTrail } from '../audit/audit.ts';
import { dropUploadsOf } from '../uploads/uploads.service.ts';
import { detachStatesOfResults, removeStatesOfResult } from '../visor/visor.cascade.ts';
import { JobTurn } from '../../db/entities/locks.entity.ts';
import { JobConv, JobLog, JobSTL, StorageDeletion } from '../../db/entities/som3d.entity.ts';

/** Detaches a patient's 3D results and jobs within the caller's transaction; the files stay with their owner. */
export async function detachResultsOfPatient(em: EntityManager, id_paciente: number): Promise<number> {
  await em.nativeUpdate(JobConv, { id_paciente }, { id_paciente: null });
  return await em.nativeUpdate(JobSTL, { id_paciente }, { id_paciente: null });
}

/** Jobs that went, and those of them that a worker may be computing. */
export interface RemovedJobs {
  readonly jobs: readonly string[];
  readonly results: number;
  readonly unfinished: readonly string[];
}

interface Removal {
  /** `id_usuario` of who removes. */
  readonly actor: number;
  readonly at: Date;
  /** SOM3D_PREDECESSOR_RESULTS */
  readonly predecessorResults: string;
}

/** What a removal reads of a job. */
const REMOVED = ['job_id', 'status', 'id_paciente', 'nombre_proceso', 'input_key'] as const;
type RemovedRow = Pick<JobConv, (typeof REMOVED)[number]>;

/**
 * Removes jobs, which the caller's transaction holds, with their logs and results. Each job and each result has its audit
 * row. Their files are noted for removal (see `jobs/deletions.ts`).
 *
 * @param meta what the jobs went with
 * @returns how many results went
 */
async function removeJobs(
  em: EntityManager,
  rows: readonly RemovedRow[],
  { trail, at, predecessorResults, meta }: Pick<Removal, 'at' | 'predecessorResults'> & JobsTrail,
): Promise<number> {
  const jobs = rows.map(({ job_id }) => job_id);
  const results = await em.find(JobSTL, { job_id: { $in: jobs } });
  for (const { job_id, status, id_paciente, nombre_proceso } of rows) {
    trail.removed('TRABAJO', 0, { job_id, status, id_paciente, nombre_proceso }, { meta: { job_id, ...meta } });
  }
  for (const result of results) trail.removed('RESULTADO', result.id_jobstl, recordOf(result), { meta });
  await detachStatesOfResults(
    em,
    results.map(({ id_jobstl }) => id_jobstl),
    at,
  );
  await em.nativeDelete(JobSTL, { job_id: { $in: jobs } });
  await em.nativeDelete(JobLog, { job_id: { $in: jobs } });
  await em.nativeDelete(JobConv, { job_id: { $in: jobs } });
  const noted = { attempts: 0, next_attempt_at: at, created_at: at };
  for (const { job_id, input_key } of rows) {
    em.create(StorageDeletion, { ...noted, storage_key: uploadKey(job_id), is_prefix: false });
    em.create(StorageDeletion, { ...noted, storage_key: resultsOf(job_id), is_prefix: true });
    if (input_key != null) continue;
    // A job of the predecessor: its files are in its own place.
    const storage_key = predecessorFolder(predecessorResults, job_id);
    em.create(StorageDeletion, { ...noted, storage_key, is_prefix: true });
  }
  return results.length;
}

interface JobsTrail {
  readonly trail: AuditTrail;
  readonly meta: Readonly<Record<string, unknown>>;
}

/**
 * Removes a user's jobs within the caller's transaction, which has locked the user. A worker that computes one of them
 * sees that the row has gone.
 */
export async function removeJobsOfUser(
  em: EntityManager,
  id_usuario: number,
  { actor, at, predecessorResults }: Removal,
): Promise<RemovedJobs> {
  const trail = new AuditTrail(em, actor, at);
  // Held, so that nobody registers a result of theirs in the meantime.
  const rows = await em.find(JobConv, { id_usuario }, { fields: REMOVED, ...FOR_UPDATE });
  const jobs = rows.map(({ job_id }) => job_id);
  const unfinished = rows.flatMap(({ job_id, status }) => (isTerminal(status) ? [] : [job_id]));
  const results = await removeJobs(em, rows, { trail, at, predecessorResults, meta: { con_usuario: id_usuario } });
  await em.nativeDelete(JobTurn, { id_usuario });
  await dropUploadsOf(em, id_usuario, at);
  return { jobs, results, unfinished };
}

/** Removes a job that has ended within the caller's transaction, which holds it, and the viewer states of its results. */
export async function removeEndedJob(em: EntityManager, job: RemovedRow, removal: Removal): Promise<void> {
  const trail = new AuditTrail(em, removal.actor, removal.at);
  const results = await em.find(JobSTL, { job_id: job.job_id }, { fields: ['id_jobstl'] });
  for (const { id_jobstl } of results) await removeStatesOfResult(em, id_jobstl, trail);
  await removeJobs(em, [job], { ...removal, trail, meta: {} });
}

/**
 * Removes the jobs of a patient with their results and files, within the caller's transaction. A job whose result another
 * patient has too stays. No job may be unfinished.
 *
 * @returns how many jobs went
 */
export async function removeJobsOfPatient(
  em: EntityManager,
  id_paciente: number,
  terms: Parameters<typeof removeJobs>[2],
): Promise<number> {
  const own = await em.find(JobSTL, { id_paciente }, { fields: ['job_id'] });
  const either = { $or: [{ id_paciente }, { job_id: { $in: own.map(({ job_id }) => job_id) } }] };
  const rows = await em.find(JobConv, either, { fields: REMOVED, ...FOR_UPDATE });
  const others = { job_id: { $in: rows.map(({ job_id }) => job_id) }, id_paciente: { $ne: id_paciente } };
  const shared = new Set((await em.find(JobSTL, others, { fields: ['job_id'] })).map(({ job_id }) => job_id));
  const gone = rows.filter(({ job_id }) => !shared.has(job_id));
  await removeJobs(em, gone, terms);
  return gone.length;
}
