import type { EntityManager } from '@mikro-orm/core';
import { audit } from '../audit/audit.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { Estudio } from '../../db/entities/studies.entity.ts';

/** Removes a patient's studies within the caller's transaction, each with its audit row. */
export async function removeStudiesOfPatient(em: EntityManager, id_paciente: number, actor: number, at: Date) {
  const studies = await em.find(Estudio, { id_paciente }, FOR_UPDATE);
  for (const study of studies) {
    const record = { entity_type: 'ESTUDIO', entity_id: study.id_estudio, action: 'DELETE' } as const;
    audit(em, { ...record, actor_id_usuario: actor, before: { ...study }, meta: { con_paciente: id_paciente } }, at);
    em.remove(study);
  }
}
