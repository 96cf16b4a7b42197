import type { EntityManager, MikroORM } from '@mikro-orm/core';
import { AppError } from '../../base/errors.ts';
import { RefusedError } from '../audit/refusals.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { Paciente } from '../../db/entities/patients.entity.ts';
import { findPatient } from './patients.queries.ts';

type Owned = Pick<Paciente, 'id_paciente' | 'id_medico'>;

function allowed<P extends Owned>(actor: Actor, patient: P | null | undefined): P {
  if (!patient) throw new AppError('not_found', 'El paciente no existe');
  if (!isAdmin(actor) && patient.id_medico !== actor.id_medico) {
    const refused = { type: 'PACIENTE', id: patient.id_paciente } as const;
    throw new RefusedError(refused, 'forbidden', 'El paciente pertenece a otro médico');
  }
  return patient;
}

/**
 * The patient as a row, when the caller may touch them: a doctor their own, an administrator any.
 *
 * @throws AppError 404 when there is none, 403 when it is another doctor's
 */
export async function readPatientFor(orm: MikroORM, actor: Actor, id: number) {
  return allowed(actor, await findPatient(orm, id));
}

/** The same in the caller's transaction, as an entity. */
export async function findPatientFor(em: EntityManager, actor: Actor, id: number): Promise<Paciente> {
  return allowed(actor, await em.findOne(Paciente, id));
}

/** The same, held until the caller's transaction ends: nothing is added to a patient that is being changed or removed. */
export async function lockPatientFor(em: EntityManager, actor: Actor, id: number): Promise<Paciente> {
  return allowed(actor, await em.findOne(Paciente, id, FOR_UPDATE));
}
