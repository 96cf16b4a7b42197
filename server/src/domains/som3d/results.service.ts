import type { EntityManager } from '@mikro-orm/core';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { recordOf } from '../../db/record.ts';
import { AuditTrail } from '../audit/audit.ts';
import { RefusedError } from '../audit/refusals.ts';
import type { Deletions } from '../../jobs/deletions.ts';
import { predecessorFolder, resultsOf } from '../../jobs/keys.ts';
import { removeStatesOfResult } from '../visor/visor.cascade.ts';
import { JobConv, JobSTL, StorageDeletion } from '../../db/entities/som3d.entity.ts';

const MISSING = 'El resultado 3D no existe';

function missing() {
  return new AppError('not_found', MISSING);
}

/** Whether another's result exists is not the caller's to know. */
function foreign(id: number) {
  return new RefusedError({ type: 'RESULTADO', id }, 'not_found', MISSING);
}

/**
 * A registered result and its job, held until the caller's transaction ends. It belongs to the job's owner, an
 * administrator may touch any; another's does not exist for the caller, like the job itself.
 */
async function lockResultFor(em: EntityManager, actor: Actor, id: number) {
  const { job_id } = (await em.findOne(JobSTL, id, { fields: ['job_id'], disableIdentityMap: true })) ?? {};
  const job = job_id === undefined ? null : await em.findOne(JobConv, job_id, FOR_UPDATE);
  if (!job) throw missing();
  if (!isAdmin(actor) && job.id_usuario !== actor.id_usuario) throw foreign(id);
  const result = await em.findOne(JobSTL, id, FOR_UPDATE);
  if (!result) throw missing();
  return { job, result };
}

/**
 * Gives up the files when nobody else has this result: noted here, removed after the commit.
 *
 * @param root SOM3D_PREDECESSOR_RESULTS
 */
async function giveUpFiles(em: EntityManager, job: JobConv, root: string, at: Date): Promise<void> {
  if (await em.count(JobSTL, { job_id: job.job_id })) return;
  const isPredecessors = job.metrics_json == null;
  const storage_key = isPredecessors ? predecessorFolder(root, job.job_id) : resultsOf(job.job_id);
  // The predecessor's row gets metrics, so that its result counts as removed.
  if (isPredecessors) job.metrics_json = '{}';
  job.result_key = null;
  job.result_size = null;
  job.stored_bytes = null;
  job.result_etag = null;
  const noted = { storage_key, is_prefix: true, next_attempt_at: at, created_at: at };
  em.create(StorageDeletion, noted);
}

/** Registered results after their job: behaviour.md section 9. */
export function createResultService(
  { orm, clock, config, log }: Pick<Deps, 'orm' | 'clock' | 'config' | 'log'>,
  deletions: Deletions,
) {
  const updateNotes = async (actor: Actor, id: number, notas: string | null): Promise<JobSTL> =>
    await inTransaction(orm.em, async (em) => {
      const { result } = await lockResultFor(em, actor, id);
      const before = recordOf(result);
      result.notas = notas;
      await em.flush();
      const trail = new AuditTrail(em, actor.id_usuario, clock());
      trail.updated('RESULTADO', id, { before, after: recordOf(result) });
      return result;
    });

  /**
   * Removes a result with its viewer states, and its stored files when no other patient has the same result: then the
   * job stays, without a result.
   */
  const remove = async (actor: Actor, id: number): Promise<void> => {
    const job_id = await inTransaction(orm.em, async (em) => {
      const { job, result } = await lockResultFor(em, actor, id);
      const trail = new AuditTrail(em, actor.id_usuario, clock());
      trail.removed('RESULTADO', id, recordOf(result));
      await removeStatesOfResult(em, id, trail);
      await em.remove(result).flush();
      if (job.status === 'DONE') await giveUpFiles(em, job, config.SOM3D_PREDECESSOR_RESULTS, clock());
      return job.job_id;
    });
    log.info({ job_id, by: actor.id_usuario }, 'job result removed');
    // What can not be removed now stays noted.
    await deletions
      .workOff()
      .catch((error: unknown) => log.warn({ err: error }, 'files not removed; the sweeper will retry'));
  };

  return { updateNotes, remove };
}
