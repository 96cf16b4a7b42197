import { wrap } from '@mikro-orm/core';
import type { CreatePatientBody, UpdatePatientBody } from '@som3d/contract';
import { uniqueViolation } from '../../db/errors.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { Actor } from '../../http/context.ts';
import { audit } from '../audit/audit.ts';
import { changesOf } from '../../base/changes.ts';
import { ensureDoctorProfile } from '../doctors/profile.ts';
import { removePatient } from './patients.cascade.ts';
import { Paciente } from '../../db/entities/patients.entity.ts';
import { findPatientFor, lockPatientFor } from './patients.policy.ts';

function refuseTakenDocument(error: unknown): never {
  if (uniqueViolation(error) !== 'uq_paciente_documento') throw error;
  throw new AppError('conflict', 'Documento ya registrado', { cause: error });
}

function recordOf(patient: Paciente) {
  return { ...wrap(patient).toPOJO() };
}

/** Patients: behaviour.md section 8. Each command and its audit row are one transaction. */
export function createPatientService({ orm, clock }: Pick<Deps, 'orm' | 'clock'>) {
  /** 409 when the document is registered already, also when two requests race. */
  const create = async (actor: Actor, body: CreatePatientBody): Promise<Paciente> =>
    await inTransaction(orm.em, async (em) => {
      const id_medico = await ensureDoctorProfile(em, actor);
      const patient = em.create(Paciente, { ...body, id_medico });
      await em.flush();
      audit(
        em,
        {
          entity_type: 'PACIENTE',
          entity_id: patient.id_paciente,
          action: 'CREATE',
          actor_id_usuario: actor.id_usuario,
          after: recordOf(patient),
        },
        clock(),
      );
      return patient;
    }).catch(refuseTakenDocument);

  const get = async (actor: Actor, id: number): Promise<Paciente> => await findPatientFor(orm.em.fork(), actor, id);

  const update = async (actor: Actor, id: number, body: UpdatePatientBody): Promise<Paciente> =>
    await inTransaction(orm.em, async (em) => {
      const patient = await lockPatientFor(em, actor, id);
      const before = recordOf(patient);
      em.assign(patient, changesOf(body));
      await em.flush();
      audit(
        em,
        {
          entity_type: 'PACIENTE',
          entity_id: id,
          action: 'UPDATE',
          actor_id_usuario: actor.id_usuario,
          before,
          after: recordOf(patient),
        },
        clock(),
      );
      return patient;
    }).catch(refuseTakenDocument);

  /** Removes the patient with studies, notes and viewer states, and detaches the 3D results. */
  const remove = async (actor: Actor, id: number): Promise<void> => {
    await inTransaction(orm.em, async (em) => {
      const patient = await lockPatientFor(em, actor, id);
      await removePatient(em, patient, { actor: actor.id_usuario, at: clock() });
    });
  };

  return { create, get, update, remove };
}
