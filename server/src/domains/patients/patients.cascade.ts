import type { EntityManager } from '@mikro-orm/core';
import { recordOf } from '../../db/record.ts';
import { AuditTrail } from '../audit/audit.ts';
import { detachMessagesOfPatient } from '../messages/messages.cascade.ts';
import { detachResultsOfPatient } from '../som3d/som3d.cascade.ts';
import { removeStudiesOfPatient } from '../studies/studies.cascade.ts';
import { removeStatesOfPatient } from '../visor/visor.cascade.ts';
import { ClinicalNote, type Paciente } from '../../db/entities/patients.entity.ts';

interface Removal {
  /** `id_usuario` of who removes; null for the service itself. */
  readonly actor: number | null;
  readonly at: Date;
  /** What else the audit row should say. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/**
 * Removes a patient with studies, notes and viewer states, and detaches the 3D results and messages, within the
 * caller's transaction, which has locked the patient. The audit row keeps the record and its notes.
 */
export async function removePatient(em: EntityManager, patient: Paciente, { actor, at, meta }: Removal): Promise<void> {
  const { id_paciente } = patient;
  const trail = new AuditTrail(em, actor, at);
  const notas = await em.find(ClinicalNote, { id_paciente });
  const before = { ...recordOf(patient), notas: notas.map(recordOf) };
  await removeStudiesOfPatient(em, id_paciente, actor, at);
  const estados_visor = await removeStatesOfPatient(em, id_paciente, trail);
  const resultados_desvinculados = await detachResultsOfPatient(em, id_paciente);
  const mensajes_desvinculados = await detachMessagesOfPatient(em, id_paciente);
  notas.forEach((note) => em.remove(note));
  em.remove(patient);
  trail.removed('PACIENTE', id_paciente, before, {
    meta: { estados_visor, resultados_desvinculados, mensajes_desvinculados, ...meta },
  });
}
