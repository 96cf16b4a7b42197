import type { EntityManager } from '@mikro-orm/core';
import { VisorEstado } from './visor.entity.ts';

/** Removes a patient's viewer states within the caller's transaction and tells which they were. */
export const removeStatesOfPatient = async (em: EntityManager, id_paciente: number) => {
  const states = await em.find(VisorEstado, { id_paciente }, { fields: ['id_visor_estado', 'titulo'] });
  await em.nativeDelete(VisorEstado, { id_paciente });
  return states.map(({ id_visor_estado, titulo }) => ({ id_visor_estado, titulo }));
};
