import { AppError } from '../../base/errors.ts';
import { isAdmin, type Actor } from '../../http/context.ts';

/**
 * A job belongs to the user who uploaded it; an administrator may touch any. Another's job does not exist for the
 * caller: 404, as for one that is not there.
 *
 * @throws AppError 404
 */
export function requireOwn<T extends { readonly id_usuario: number }>(actor: Actor, job: T | null | undefined): T {
  if (!job || !(isAdmin(actor) || job.id_usuario === actor.id_usuario)) {
    throw new AppError('not_found', 'El trabajo no existe');
  }
  return job;
}
