import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { Actor } from '../../http/context.ts';
import type { JobSignals } from '../../jobs/signals.ts';
import { AuditTrail } from '../audit/audit.ts';
import { JobConv } from '../../db/entities/som3d.entity.ts';
import { findJob, type JobRow } from './som3d.queries.ts';

/**
 * Moves a queued job forward or back; the audit names its owner and the job. The administrator's route.
 *
 * @param prioridad higher comes first
 * @throws AppError 404, and 409 when the job is not queued any more
 */
export function createPrioritize({ orm, clock }: Pick<Deps, 'orm' | 'clock'>, signals: JobSignals) {
  return async (actor: Actor, jobId: string, prioridad: number): Promise<JobRow> => {
    const changed = await inTransaction(orm.em, async (em) => {
      const job = await em.findOne(JobConv, jobId, FOR_UPDATE);
      if (!job) throw new AppError('not_found', 'El trabajo no existe');
      if (job.status !== 'QUEUED') throw new AppError('conflict', 'El trabajo ya no está en cola');
      if (job.priority === prioridad) return false;
      const change = { before: { prioridad: job.priority }, after: { prioridad }, meta: { job_id: jobId } };
      new AuditTrail(em, actor.id_usuario, clock()).updated('USUARIO', job.id_usuario, change);
      job.priority = prioridad;
      job.updated_at = clock();
      return true;
    });
    if (changed) signals.emit('queued', jobId);
    const row = await findJob(orm, jobId);
    if (!row) throw new AppError('not_found', 'El trabajo no existe');
    return row;
  };
}
