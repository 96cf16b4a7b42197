import type { EntityManager } from '@mikro-orm/core';
import { VisorEstado } from '../../db/entities/visor.entity.ts';

/** Removes a patient's viewer states within the caller's transaction and tells which they were. */
export async function removeStatesOfPatient(em: EntityManager, id_paciente: number) {
  const states = await em.find(VisorEstado, { id_paciente }, { fields: ['id_visor_estado', 'titulo'] });
  await em.nativeDelete(VisorEstado, { id_paciente });
  return states.map(({ id_visor_estado, titulo }) => ({ id_visor_estado, titulo }));
}

/** Removes a doctor's viewer states within the caller's transaction, and tells how many. */
export async function removeStatesOfDoctor(em: EntityManager, id_medico: number): Promise<number> {
  return await em.nativeDelete(VisorEstado, { id_medico });
}

/** Takes results that go away out of the viewer states that show them, whosoever they are. */
export async function detachStatesOfResults(em: EntityManager, results: readonly number[], at: Date): Promise<void> {
  await em.nativeUpdate(VisorEstado, { id_jobstl: { $in: [...results] } }, { id_jobstl: null, actualizado_en: at });
}

/** Removes the viewer states of a result within the caller's transaction. */
export async function removeStatesOfResult(em: EntityManager, id_jobstl: number): Promise<number> {
  return await em.nativeDelete(VisorEstado, { id_jobstl });
}
