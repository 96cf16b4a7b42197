import type { EntityManager, FilterQuery } from '@mikro-orm/core';
import { VisorEstado } from '../../db/entities/visor.entity.ts';
import type { AuditTrail } from '../audit/audit.ts';
import { auditedState } from './visor.record.ts';

/** As many removed states are named in the row of what they went with; all have rows of their own. */
const NAMED_STATES = 100;

/**
 * Removes viewer states within the caller's transaction, each with its audit row.
 *
 * @param meta what the states went with
 * @returns which they were
 */
async function removeStates(
  em: EntityManager,
  where: FilterQuery<VisorEstado>,
  { trail, meta }: { readonly trail: AuditTrail; readonly meta: Readonly<Record<string, unknown>> },
) {
  const states = await em.find(VisorEstado, where, { fields: ['id_visor_estado', 'titulo'], disableIdentityMap: true });
  for (const { id_visor_estado } of states) {
    // One after another: the documents of all of them might not fit into memory.
    const state = await em.findOne(VisorEstado, id_visor_estado, { disableIdentityMap: true });
    if (state) trail.removed('ESTADO_VISOR', id_visor_estado, auditedState(state), { meta });
  }
  await em.nativeDelete(VisorEstado, where);
  return states.map(({ id_visor_estado, titulo }) => ({ id_visor_estado, titulo }));
}

/** Removes a patient's viewer states, and returns which they were, the first of them where they are many. */
export async function removeStatesOfPatient(em: EntityManager, id_paciente: number, trail: AuditTrail) {
  const states = await removeStates(em, { id_paciente }, { trail, meta: { con_paciente: id_paciente } });
  return states.slice(0, NAMED_STATES);
}

/** Removes a doctor's viewer states, and returns how many they were. */
export async function removeStatesOfDoctor(em: EntityManager, id_medico: number, trail: AuditTrail): Promise<number> {
  return (await removeStates(em, { id_medico }, { trail, meta: { con_medico: id_medico } })).length;
}

/** Takes results that go away out of the viewer states that show them, whoever owns the states. */
export async function detachStatesOfResults(em: EntityManager, results: readonly number[], at: Date): Promise<void> {
  await em.nativeUpdate(VisorEstado, { id_jobstl: { $in: [...results] } }, { id_jobstl: null, actualizado_en: at });
}

/** A result that becomes another patient's takes its viewer states along. */
export async function moveStatesOfResult(
  em: EntityManager,
  id_jobstl: number,
  id_paciente: number | null,
  at: Date,
): Promise<void> {
  await em.nativeUpdate(VisorEstado, { id_jobstl }, { id_paciente, actualizado_en: at });
}

/** Removes the viewer states of a result. */
export async function removeStatesOfResult(em: EntityManager, id_jobstl: number, trail: AuditTrail): Promise<number> {
  return (await removeStates(em, { id_jobstl }, { trail, meta: { con_resultado: id_jobstl } })).length;
}
