import type { EntityManager } from '@mikro-orm/core';
import { recordOf } from '../../db/record.ts';
import { sql } from 'kysely';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { kysely } from '../../db/kysely.ts';
import { AppError } from '../../base/errors.ts';
import { AuditTrail } from '../audit/audit.ts';
import { keepRowsOfActor } from '../audit/audit.cascade.ts';
import { OneTimeToken, RefreshSession, Usuario } from '../../db/entities/auth.entity.ts';
import { presentUser } from '../auth/auth.presenter.ts';
import { HospitalCode } from '../../db/entities/hospital-code.entity.ts';
import { forgetUserInMessages, removeMessagesOfDoctor } from '../messages/messages.cascade.ts';
import { removePatient } from '../patients/patients.cascade.ts';
import { Paciente } from '../../db/entities/patients.entity.ts';
import { removeJobsOfUser } from '../som3d/som3d.cascade.ts';
import { removeSubscriptionsOf } from '../subscriptions/subscriptions.cascade.ts';
import { removeStatesOfDoctor } from '../visor/visor.cascade.ts';
import { Medico } from '../../db/entities/doctors.entity.ts';

interface Removal {
  /** `id_usuario` of who removes. */
  readonly actor: number;
  readonly at: Date;
  /** SOM3D_PREDECESSOR_RESULTS */
  readonly predecessorResults: string;
}

/**
 * Studies and notes that this doctor left with another doctor's patient stay with the patient, under its doctor. The
 * doctor's own patients are gone already.
 */
async function handOver(em: EntityManager, id_medico: number): Promise<void> {
  for (const table of ['Estudio', 'clinical_note']) {
    const { patient, doctor } = { patient: sql.ref(`${table}.id_paciente`), doctor: sql.ref(`${table}.id_medico`) };
    const owner = sql`(select p.id_medico from Paciente p where p.id_paciente = ${patient})`;
    await sql`update ${sql.table(table)} set id_medico = ${owner} where ${doctor} = ${id_medico}`.execute(kysely(em));
  }
}

/** Removes a doctor's profile with all that hangs on it. The profile and its user are locked. */
async function removeProfile(em: EntityManager, doctor: Medico, { actor, at }: Removal): Promise<void> {
  const { id_medico } = doctor;
  const trail = new AuditTrail(em, actor, at);
  const { record } = await removeSubscriptionsOf(em, { id_medico });
  const patients = await em.find(Paciente, { id_medico }, { ...FOR_UPDATE, orderBy: { id_paciente: 'asc' } });
  for (const patient of patients) await removePatient(em, patient, { actor, at, meta: { con_medico: id_medico } });
  await em.flush();
  await handOver(em, id_medico);
  const estados_visor = await removeStatesOfDoctor(em, id_medico, trail);
  const mensajes = await removeMessagesOfDoctor(em, id_medico);
  // The code stays used.
  await em.nativeUpdate(
    HospitalCode,
    { usado_por_id_medico: id_medico },
    { usado_por_id_medico: null, updated_at: at },
  );
  trail.removed(
    'MEDICO',
    id_medico,
    { ...recordOf(doctor), ...record },
    {
      meta: {
        pacientes: patients.length,
        estados_visor,
        mensajes,
        suscripciones: record.suscripciones.length,
        pagos: record.pagos.length,
      },
    },
  );
  em.remove(doctor);
  await em.flush();
}

/** A user and the doctor's profile, if there is one, both locked. */
interface Account {
  readonly user: Usuario;
  readonly doctor: Medico | null;
}

/**
 * Locks an account in the order in which everybody locks it: doctors before users.
 *
 * @throws AppError 404
 */
export async function lockAccount(em: EntityManager, id_usuario: number): Promise<Account> {
  const early = await em.findOne(Medico, { id_usuario }, FOR_UPDATE);
  const user = await em.findOne(Usuario, id_usuario, FOR_UPDATE);
  if (!user) throw new AppError('not_found', 'El usuario no existe');
  // A profile may have been made in between; with the user locked, none is made any more.
  return { user, doctor: early ?? (await em.findOne(Medico, { id_usuario }, FOR_UPDATE)) };
}

/**
 * Removes an account with everything of its owner's within the caller's transaction: patients with studies, notes and
 * viewer states, jobs with results, messages, subscriptions with payments, sessions. Stored files are noted for removal
 * (see `jobs/deletions.ts`). The audit rows keep what went.
 *
 * @param account as `lockAccount` gives it
 * @returns the jobs that a worker may be computing
 */
export async function removeAccount(em: EntityManager, { user, doctor }: Account, removal: Removal): Promise<string[]> {
  const { actor, at } = removal;
  const { id_usuario } = user;
  const { jobs, results, unfinished } = await removeJobsOfUser(em, id_usuario, removal);
  if (doctor) await removeProfile(em, doctor, removal);
  await forgetUserInMessages(em, id_usuario, at);
  await em.nativeUpdate(
    HospitalCode,
    { creado_por_id_usuario: id_usuario },
    { creado_por_id_usuario: null, updated_at: at },
  );
  await em.nativeDelete(RefreshSession, { id_usuario });
  await em.nativeDelete(OneTimeToken, { id_usuario });
  await keepRowsOfActor(em, id_usuario);
  // As it is shown: without the password's hash.
  const before = presentUser(user);
  new AuditTrail(em, actor, at).removed('USUARIO', id_usuario, before, {
    meta: { trabajos: jobs.length, resultados: results },
  });
  em.remove(user);
  await em.flush();
  return [...unfinished];
}
