import { AppError } from '../../base/errors.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { RefusedError } from '../audit/refusals.ts';

const MISSING = 'El trabajo no existe';

/**
 * A job belongs to the user who uploaded it; an administrator may touch any. Another's job does not exist for the
 * caller: 404, as for one that is not there.
 *
 * @throws AppError 404
 */
export function requireOwn<T extends { readonly id_usuario: number }>(
  actor: Actor,
  jobId: string,
  job: T | null | undefined,
): T {
  if (!job) throw new AppError('not_found', MISSING);
  if (isAdmin(actor) || job.id_usuario === actor.id_usuario) return job;
  throw new RefusedError({ type: 'TRABAJO', id: 0, meta: { job_id: jobId } }, 'not_found', MISSING);
}
