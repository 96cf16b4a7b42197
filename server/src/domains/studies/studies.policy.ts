import type { EntityManager } from '@mikro-orm/core';
import { AppError } from '../../base/errors.ts';
import { RefusedError } from '../audit/refusals.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { Estudio } from '../../db/entities/studies.entity.ts';

function allowed(actor: Actor, study: Estudio | null): Estudio {
  if (!study) throw new AppError('not_found', 'El estudio no existe');
  if (!isAdmin(actor) && study.id_medico !== actor.id_medico) {
    const refused = { type: 'ESTUDIO', id: study.id_estudio } as const;
    throw new RefusedError(refused, 'forbidden', 'El estudio pertenece a otro médico');
  }
  return study;
}

/**
 * The study, when the caller may touch it: a doctor their own, an administrator any.
 *
 * @throws AppError 404 when there is none, 403 when it is another doctor's
 */
export async function findStudyFor(em: EntityManager, actor: Actor, id: number): Promise<Estudio> {
  return allowed(actor, await em.findOne(Estudio, id));
}

/** The same, held until the caller's transaction ends. */
export async function lockStudyFor(em: EntityManager, actor: Actor, id: number): Promise<Estudio> {
  return allowed(actor, await em.findOne(Estudio, id, FOR_UPDATE));
}
