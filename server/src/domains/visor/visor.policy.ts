import type { EntityManager } from '@mikro-orm/core';
import { AppError } from '../../base/errors.ts';
import { RefusedError } from '../audit/refusals.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { JobConv, JobSTL } from '../../db/entities/som3d.entity.ts';
import { VisorEstado } from '../../db/entities/visor.entity.ts';

function foreign(id: number) {
  return new RefusedError({ type: 'ESTADO_VISOR', id }, 'forbidden', 'El estado del visor pertenece a otro médico');
}
function missing() {
  return new AppError('not_found', 'El estado del visor no existe');
}

/**
 * The state, when the caller may read it: a doctor their own, an administrator any.
 *
 * @throws AppError 404 when there is none, 403 when it is another doctor's
 */
export async function findStateFor(em: EntityManager, actor: Actor, id: number): Promise<VisorEstado> {
  const state = await em.findOne(VisorEstado, id);
  if (!state) throw missing();
  if (!isAdmin(actor) && state.id_medico !== actor.id_medico) throw foreign(id);
  return state;
}

/**
 * Checks that the caller may change the state: its doctor, or an administrator. It does not read the documents.
 *
 * @returns the state's doctor
 */
export async function checkWritableState(em: EntityManager, actor: Actor, id: number): Promise<number> {
  const state = await em.findOne(VisorEstado, id, { fields: ['id_medico'], disableIdentityMap: true });
  if (!state) throw missing();
  if (!isAdmin(actor) && state.id_medico !== actor.id_medico) throw foreign(id);
  return state.id_medico;
}

/** The state, held until the caller's transaction ends. */
export async function lockState(em: EntityManager, id: number): Promise<VisorEstado> {
  const state = await em.findOne(VisorEstado, id, FOR_UPDATE);
  if (!state) throw missing();
  return state;
}

/**
 * Holds a 3D result that a state is to be tied to: one of a job of the caller's, any for an administrator.
 *
 * @throws AppError 404 when there is none, 403 when it is another's
 */
export async function lockResultFor(em: EntityManager, actor: Actor, id: number): Promise<void> {
  const result = await em.findOne(JobSTL, id, FOR_UPDATE);
  if (!result) throw new AppError('not_found', 'El resultado 3D no existe');
  const job = await em.findOne(JobConv, result.job_id, { fields: ['id_usuario'] });
  if (!isAdmin(actor) && job?.id_usuario !== actor.id_usuario) {
    throw new RefusedError({ type: 'RESULTADO', id }, 'forbidden', 'El resultado 3D pertenece a otro médico');
  }
}
