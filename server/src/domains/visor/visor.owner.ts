import type { EntityManager } from '@mikro-orm/core';
import type { UpdateViewerStateBody } from '@som3d/contract';
import { invalidField } from '../../base/errors.ts';
import { kysely } from '../../db/kysely.ts';
import { isAdmin, type Actor } from '../../http/context.ts';

/** What a state is tied to. */
export type Links = Pick<UpdateViewerStateBody, 'id_paciente' | 'id_jobstl'>;

/** The account that a state belongs to; a doctor without a profile has no `id_medico` yet. */
export interface StateOwner {
  readonly id_usuario: number;
  readonly id_medico: number | null;
}

async function patientOfResult(em: EntityManager, actor: Actor, id_jobstl: number): Promise<number | null> {
  let patients = kysely(em)
    .selectFrom('JobSTL as s')
    .innerJoin('Paciente as p', 'p.id_paciente', 's.id_paciente')
    .select('p.id_paciente')
    .where('s.id_jobstl', '=', id_jobstl);
  if (!isAdmin(actor)) patients = patients.where('p.id_medico', '=', actor.id_medico ?? 0);
  return (await patients.executeTakeFirst())?.id_paciente ?? null;
}

/** The links of a new state: without a patient it takes its result's, where the caller may touch them. */
export async function withPatientOfResult(em: EntityManager, actor: Actor, links: Links): Promise<Links> {
  if (links.id_paciente || !links.id_jobstl) return links;
  return { ...links, id_paciente: await patientOfResult(em, actor, links.id_jobstl) };
}

async function doctorOfPatient(em: EntityManager, id_paciente: number): Promise<StateOwner | undefined> {
  return await kysely(em)
    .selectFrom('Paciente as p')
    .innerJoin('Medico as m', 'm.id_medico', 'p.id_medico')
    .select(['m.id_usuario', 'm.id_medico'])
    .where('p.id_paciente', '=', id_paciente)
    .executeTakeFirst();
}

async function doctorOfResult(em: EntityManager, id_jobstl: number): Promise<StateOwner | undefined> {
  return await kysely(em)
    .selectFrom('JobSTL as s')
    .innerJoin('JobConv as j', 'j.job_id', 's.job_id')
    .innerJoin('Medico as m', 'm.id_usuario', 'j.id_usuario')
    .select(['m.id_usuario', 'm.id_medico'])
    .where('s.id_jobstl', '=', id_jobstl)
    .executeTakeFirst();
}

/**
 * Whose a new state is. A doctor saves their own. What an administrator saves belongs to the doctor of the patient, else
 * to the doctor who uploaded the scan of the result: every state has a doctor, and an administrator is none.
 *
 * @throws AppError 422 when an administrator names neither
 */
export async function ownerOfNewState(em: EntityManager, actor: Actor, links: Links): Promise<StateOwner> {
  if (!isAdmin(actor)) return actor;
  const { id_paciente, id_jobstl } = links;
  const owner =
    (id_paciente ? await doctorOfPatient(em, id_paciente) : undefined) ??
    (id_jobstl ? await doctorOfResult(em, id_jobstl) : undefined);
  if (!owner) throw invalidField(['body', 'id_paciente'], 'Indique el paciente o el resultado de un médico');
  return owner;
}
