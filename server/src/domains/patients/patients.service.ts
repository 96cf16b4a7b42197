import type { EntityManager } from '@mikro-orm/core';
import type { CreatePatientBody, PatientQuery, UpdatePatientBody } from '@som3d/contract';
import { changesOf } from '../../base/changes.ts';
import { AppError } from '../../base/errors.ts';
import { Paciente } from '../../db/entities/patients.entity.ts';
import { uniqueViolation } from '../../db/errors.ts';
import { recordOf } from '../../db/record.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../http/context.ts';
import { AuditTrail } from '../audit/audit.ts';
import { ReadAudit } from '../audit/reads.ts';
import { ensureDoctorProfile } from '../doctors/profile.ts';
import { removePatient } from './patients.cascade.ts';
import { lockPatientFor, readPatientFor } from './patients.policy.ts';
import { listPatients } from './patients.queries.ts';

function refuseTakenDocument(error: unknown): never {
  if (uniqueViolation(error) !== 'uq_paciente_medico_documento') throw error;
  throw new AppError('conflict', 'Documento ya registrado', { cause: error });
}

/** Patients. Each command and its audit row are one transaction. */
export class PatientService {
  readonly #orm: Deps['orm'];
  readonly #clock: Deps['clock'];
  readonly #reads: ReadAudit;

  constructor({ orm, clock }: Pick<Deps, 'orm' | 'clock'>) {
    this.#orm = orm;
    this.#clock = clock;
    this.#reads = new ReadAudit({ orm, clock });
  }

  async list(actor: Actor, query: PatientQuery) {
    const page = await listPatients(this.#orm, actor, query);
    const ids = page.rows.map(({ id_paciente }) => id_paciente);
    await this.#reads.noteList(actor, 'PACIENTE', ids, query);
    return page;
  }

  /** 409 when the doctor has the document already, also when two requests race. */
  async create(actor: Actor, body: CreatePatientBody): Promise<Paciente> {
    return await inTransaction(this.#orm.em, async (em) => {
      const id_medico = await ensureDoctorProfile(em, actor);
      const patient = em.create(Paciente, { ...body, id_medico });
      await em.flush();
      this.#trail(em, actor).created('PACIENTE', patient.id_paciente, recordOf(patient));
      return patient;
    }).catch(refuseTakenDocument);
  }

  async get(actor: Actor, id: number) {
    const patient = await readPatientFor(this.#orm, actor, id);
    await this.#reads.note(actor, { type: 'PACIENTE', id });
    return patient;
  }

  async update(actor: Actor, id: number, body: UpdatePatientBody): Promise<Paciente> {
    return await inTransaction(this.#orm.em, async (em) => {
      const patient = await lockPatientFor(em, actor, id);
      const before = recordOf(patient);
      em.assign(patient, changesOf(body));
      await em.flush();
      this.#trail(em, actor).updated('PACIENTE', id, { before, after: recordOf(patient) });
      return patient;
    }).catch(refuseTakenDocument);
  }

  /** Removes the patient with studies, notes and viewer states, and detaches the 3D results. */
  async remove(actor: Actor, id: number): Promise<void> {
    await inTransaction(this.#orm.em, async (em) => {
      const patient = await lockPatientFor(em, actor, id);
      await removePatient(em, patient, { actor: actor.id_usuario, at: this.#clock() });
    });
  }

  #trail(em: EntityManager, actor: Actor): AuditTrail {
    return new AuditTrail(em, actor.id_usuario, this.#clock());
  }
}
