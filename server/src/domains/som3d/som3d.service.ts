import type { EntityManager } from '@mikro-orm/core';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import type { FinalizeBody } from '@som3d/contract';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { predecessorResult, previewKey, resultsOf, uploadKey } from '../../jobs/keys.ts';
import { createJobLog } from '../../jobs/job-log.ts';
import { recordOf } from '../../db/record.ts';
import { AuditTrail } from '../audit/audit.ts';
import { ReadAudit } from '../audit/reads.ts';
import type { JobServices } from '../../jobs/services.ts';
import { lockPatientFor } from '../patients/patients.policy.ts';
import { JobConv, JobSTL } from '../../db/entities/som3d.entity.ts';
import { requireOwn } from './som3d.policy.ts';
import { meshesOf } from './metrics.presenter.ts';
import { findJob, findPreview, type JobRow } from './som3d.queries.ts';

/** A job with a result that is stored. */
export type FinishedJob = JobRow & { readonly result_key: string };

/** Whose result this becomes: a doctor names one of their own patients. */
function patientOf(actor: Actor, job: JobRow, body: FinalizeBody): number | null {
  const named = body.id_paciente ?? null;
  if (named === null && !isAdmin(actor)) {
    throw new AppError('bad_request', 'Indique el paciente (id_paciente) al que pertenece el resultado');
  }
  return named ?? job.id_paciente;
}

/** Keeps the job's files from being given up meanwhile. Those of the predecessor's jobs are not measured here. */
async function holdResult(em: EntityManager, jobId: string): Promise<void> {
  const job = await em.findOne(JobConv, jobId, FOR_UPDATE);
  if (!job) throw new AppError('not_found', 'El trabajo no existe');
  if (job.result_key === null && job.metrics_json !== null) {
    throw new AppError('conflict', 'El resultado de este trabajo se eliminó');
  }
}

/** The row of a job's result that becomes the patient's: theirs, or the one that is nobody's yet. */
async function findResult(em: EntityManager, job_id: string, id_paciente: number | null): Promise<JobSTL | null> {
  const theirs = await em.findOne(JobSTL, { job_id, id_paciente });
  return theirs ?? (await em.findOne(JobSTL, { job_id, id_paciente: null }, { orderBy: { id_jobstl: 'asc' } }));
}

/** The rules of jobs after their upload: behaviour.md section 9. */
export class Som3dService {
  readonly #deps: Deps;
  readonly #jobs: Pick<JobServices, 'queue' | 'signals'>;
  readonly #reads: ReadAudit;

  constructor(deps: Deps, jobs: Pick<JobServices, 'queue' | 'signals'>) {
    this.#deps = deps;
    this.#jobs = jobs;
    this.#reads = new ReadAudit(deps);
  }

  /** The caller's job (any, for an administrator), or 404. */
  async get(actor: Actor, jobId: string): Promise<JobRow> {
    return requireOwn(actor, jobId, await findJob(this.#deps.orm, jobId));
  }

  /** A job that is done: 409 before, 404 when its result is not kept here. */
  async getFinished(actor: Actor, jobId: string): Promise<FinishedJob> {
    const job = await this.get(actor, jobId);
    if (job.status !== 'DONE') throw new AppError('conflict', 'El trabajo aún no terminó');
    const result_key = job.result_key ?? (await this.#findPredecessorResult(job));
    if (result_key === null) throw new AppError('not_found', 'El resultado de este trabajo ya no está disponible');
    await this.#noteRead(actor, jobId, job);
    return { ...job, result_key };
  }

  async #noteRead(
    actor: Actor,
    job_id: string,
    { id_usuario, id_paciente }: Pick<JobRow, 'id_usuario' | 'id_paciente'>,
  ): Promise<void> {
    if (id_usuario === actor.id_usuario) return;
    await this.#reads.note(actor, { type: 'TRABAJO', id: 0, meta: { job_id, id_paciente } });
  }

  /** Where the first model of a running job is stored; 404 before there is one and when the job has ended. */
  async getPreview(actor: Actor, jobId: string): Promise<string> {
    const job = requireOwn(actor, jobId, await findPreview(this.#deps.orm, jobId));
    if (job.status !== 'RUNNING' || job.lease_token === null || job.preview_size === null) {
      throw new AppError('not_found', 'El trabajo no tiene una vista previa en este momento');
    }
    await this.#noteRead(actor, jobId, job);
    return previewKey(jobId, job.lease_token);
  }

  /** Where the result of a job is that the predecessor finished; null when it is not stored. */
  async #findPredecessorResult({ job_id, metrics_json }: JobRow): Promise<string | null> {
    if (metrics_json !== null) return null;
    const key = predecessorResult(this.#deps.config.SOM3D_PREDECESSOR_RESULTS, job_id);
    return (await this.#deps.storage.stat(key)) ? key : null;
  }

  async #auditCancel(actor: Actor, { job_id, id_paciente }: JobRow): Promise<void> {
    const { orm, clock } = this.#deps;
    await inTransaction(orm.em, async (em) => {
      const change = { before: { job_id, id_paciente }, after: { job_id, id_paciente, status: 'CANCELED' } };
      new AuditTrail(em, actor.id_usuario, clock()).updated('TRABAJO', 0, { ...change, meta: { job_id } });
      await em.flush();
    });
  }

  /** Cancels; a job that was cancelled stays so, one that has ended in another way is a 409. */
  async cancel(actor: Actor, jobId: string): Promise<JobRow> {
    await this.get(actor, jobId);
    const canceled = await this.#jobs.queue.cancel(jobId);
    const job = await this.get(actor, jobId);
    if (job.status !== 'CANCELED') throw new AppError('conflict', 'El trabajo ya terminó y no se puede cancelar');
    if (canceled) {
      await this.#auditCancel(actor, job);
      this.#jobs.signals.emit('canceled', jobId);
      this.#deps.log.info({ job_id: jobId, by: actor.id_usuario }, 'job canceled');
      const jobLog = createJobLog(this.#deps, jobId);
      jobLog.add('El trabajo se canceló.');
      await jobLog.flush();
      await this.#removeFiles(jobId);
    }
    return job;
  }

  /** The row has been told; a file that can not be removed now is the sweeper's. */
  async #removeFiles(jobId: string): Promise<void> {
    const { config, storage, log } = this.#deps;
    try {
      if (!config.SOM3D_KEEP_INPUT) await storage.remove(uploadKey(jobId));
      await storage.removeAll(resultsOf(jobId));
    } catch (error) {
      log.warn({ err: error, job_id: jobId }, 'files of a cancelled job not removed; the sweeper will retry');
    }
  }

  /**
   * Registers the result for a patient: the row that the end of the job made for nobody becomes the patient's. Once more
   * for the same patient updates the one row; two at once wait for each other at the job. What is not given is measured,
   * notes that are not given stay.
   */
  async finalize(actor: Actor, jobId: string, body: FinalizeBody): Promise<JobSTL> {
    const { orm, clock } = this.#deps;
    const job = await this.get(actor, jobId);
    const id_paciente = patientOf(actor, job, body);
    const meshes = meshesOf(job);
    const values = {
      stl_size: body.stl_size ?? job.registered_bytes ?? meshes.reduce((sum, { size }) => sum + size, 0),
      num_stl_archivos: body.num_stl_archivos ?? job.registered_files ?? meshes.length,
      ...(body.notas === undefined ? {} : { notas: body.notas }),
      updated_at: clock(),
    };
    return await inTransaction(orm.em, async (em) => {
      if (id_paciente !== null) await lockPatientFor(em, actor, id_paciente);
      if (job.status !== 'DONE') throw new AppError('conflict', 'El trabajo aún no terminó');
      await holdResult(em, jobId);
      const [present, trail] = [
        await findResult(em, jobId, id_paciente),
        new AuditTrail(em, actor.id_usuario, clock()),
      ];
      const before = present && recordOf(present);
      const row = { job_id: jobId, id_paciente, ...values };
      const result = present ? em.assign(present, row) : em.create(JobSTL, { ...row, created_at: clock() });
      await em.flush();
      const after = recordOf(result);
      if (before) trail.updated('RESULTADO', result.id_jobstl, { before, after });
      else trail.created('RESULTADO', result.id_jobstl, after);
      return result;
    });
  }
}
