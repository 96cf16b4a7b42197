import type { MikroORM } from '@mikro-orm/core';
import type { PatientQuery } from '@som3d/contract';
import { compiled } from '../../db/compiled.ts';
import { matches, matchesEach, patternOf, patternsOf } from '../../db/like.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { compiledPages } from '../../http/pages.ts';
import { PATIENT_COLUMNS } from './patients.presenter.ts';

interface PatientFilter {
  /** Of one doctor. */
  readonly id_medico: number | undefined;
  readonly estado: PatientQuery['estado'];
  /** Pattern of the document's number. */
  readonly document: string | undefined;
  /** Patterns, each in a name or in the document's number. */
  readonly words: readonly string[];
}

const patientPages = compiledPages((db, { id_medico, estado, document, words }: PatientFilter) => {
  let patients = db.selectFrom('Paciente').select(PATIENT_COLUMNS);
  if (id_medico !== undefined) patients = patients.where('id_medico', '=', id_medico);
  if (estado) patients = patients.where('estado', '=', estado);
  if (document !== undefined) patients = patients.where(matches('doc_numero', document));
  if (words.length > 0) patients = patients.where(matchesEach(['nombres', 'apellidos', 'doc_numero'], words));
  return patients.orderBy('id_paciente', 'desc');
});

/** One page of patients, newest first: a doctor's own, or all for an administrator. */
export async function listPatients(orm: MikroORM, actor: Actor, query: PatientQuery) {
  const filter = {
    // A doctor without a profile row has no patients: no row has the id 0.
    id_medico: isAdmin(actor) ? undefined : (actor.id_medico ?? 0),
    estado: query.estado,
    document: query.doc_numero ? patternOf(query.doc_numero) : undefined,
    words: patternsOf(query.q),
  };
  return await patientPages(orm, filter, query);
}

const patientById = compiled((db, { id }: { readonly id: number }) =>
  db.selectFrom('Paciente').select(PATIENT_COLUMNS).where('id_paciente', '=', id),
);

/** One patient, whoever they belong to. */
export async function findPatient(orm: MikroORM, id: number) {
  const [patient] = await patientById(orm, { id });
  return patient;
}
