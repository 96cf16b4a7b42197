import type { EntityManager } from '@mikro-orm/core';
import { recordOf } from '../../db/record.ts';
import { AuditTrail } from '../audit/audit.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { Estudio } from '../../db/entities/studies.entity.ts';

/** Removes a patient's studies within the caller's transaction, each with its audit row. */
export async function removeStudiesOfPatient(em: EntityManager, id_paciente: number, actor: number | null, at: Date) {
  const studies = await em.find(Estudio, { id_paciente }, FOR_UPDATE);
  const trail = new AuditTrail(em, actor, at);
  for (const study of studies) {
    trail.removed('ESTUDIO', study.id_estudio, recordOf(study), { meta: { con_paciente: id_paciente } });
    em.remove(study);
  }
}
