import type { MikroORM } from '@mikro-orm/core';
import type { NoteQuery } from '@som3d/contract';
import { kysely } from '../../db/orm.ts';
import { pageOf, withTotal } from '../../http/pages.ts';

/** One page of a patient's notes, newest first. */
export async function listNotes(orm: MikroORM, id_paciente: number, query: NoteQuery) {
  const filtered = () => {
    const rows = kysely(orm.em).selectFrom('clinical_note').where('id_paciente', '=', id_paciente);
    return query.segmento ? rows.where('segmento', '=', query.segmento) : rows;
  };
  const { limit, offset } = pageOf(query);
  const rows = await filtered().selectAll().orderBy('id_note', 'desc').limit(limit).offset(offset).execute();
  return await withTotal(rows, query, async () => {
    const { total } = await filtered()
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    return total;
  });
}
