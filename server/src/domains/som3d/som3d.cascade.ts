import type { EntityManager } from '@mikro-orm/core';
import { JobConv, JobSTL } from './som3d.entity.ts';

/** Detaches a patient's 3D results and jobs within the caller's transaction; the files stay with their owner. */
export const detachResultsOfPatient = async (em: EntityManager, id_paciente: number): Promise<number> => {
  await em.nativeUpdate(JobConv, { id_paciente }, { id_paciente: null });
  return await em.nativeUpdate(JobSTL, { id_paciente }, { id_paciente: null });
};
