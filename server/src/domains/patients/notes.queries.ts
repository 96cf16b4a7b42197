import type { MikroORM } from '@mikro-orm/core';
import type { NoteQuery } from '@som3d/contract';
import { kysely } from '../../db/orm.ts';
import { readPage } from '../../http/pages.ts';

/** One page of a patient's notes, newest first. */
export async function listNotes(orm: MikroORM, id_paciente: number, query: NoteQuery) {
  let notes = kysely(orm.em).selectFrom('clinical_note').selectAll().where('id_paciente', '=', id_paciente);
  if (query.segmento) notes = notes.where('segmento', '=', query.segmento);
  return await readPage(notes.orderBy('id_note', 'desc'), query);
}
