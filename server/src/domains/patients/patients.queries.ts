import type { MikroORM } from '@mikro-orm/core';
import type { PatientQuery } from '@som3d/contract';
import { kysely } from '../../db/orm.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { contains, containsWords } from '../../db/like.ts';
import { readPage } from '../../http/pages.ts';
import { PATIENT_COLUMNS } from './patients.presenter.ts';

/** One page of patients, newest first: a doctor's own, or all for an administrator. */
export async function listPatients(orm: MikroORM, actor: Actor, query: PatientQuery) {
  let patients = kysely(orm.em).selectFrom('Paciente').select(PATIENT_COLUMNS);
  // A doctor without a profile row has no patients: no row has the id 0.
  if (!isAdmin(actor)) patients = patients.where('id_medico', '=', actor.id_medico ?? 0);
  if (query.estado) patients = patients.where('estado', '=', query.estado);
  if (query.doc_numero) patients = patients.where(contains('doc_numero', query.doc_numero));
  if (query.q) patients = patients.where(containsWords(['nombres', 'apellidos', 'doc_numero'], query.q));
  return await readPage(patients.orderBy('id_paciente', 'desc'), query);
}
