import type { MikroORM } from '@mikro-orm/core';
import type { PatientQuery } from '@som3d/contract';
import { kysely } from '../../db/orm.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { contains } from '../../db/like.ts';
import { pageOf, withTotal } from '../../http/pages.ts';
import { PATIENT_COLUMNS } from './patients.presenter.ts';

/** One page of patients, newest first: a doctor's own, or all for an administrator. */
export async function listPatients(orm: MikroORM, actor: Actor, query: PatientQuery) {
  const filtered = () => {
    let rows = kysely(orm.em).selectFrom('Paciente');
    // A doctor without a profile row has no patients: no row has the id 0.
    if (!isAdmin(actor)) rows = rows.where('id_medico', '=', actor.id_medico ?? 0);
    if (query.estado) rows = rows.where('estado', '=', query.estado);
    if (query.doc_numero) rows = rows.where(contains('doc_numero', query.doc_numero));
    const words = query.q?.split(/\s+/).filter(Boolean) ?? [];
    for (const word of words) {
      rows = rows.where((where) =>
        where.or([contains('nombres', word), contains('apellidos', word), contains('doc_numero', word)]),
      );
    }
    return rows;
  };
  const { limit, offset } = pageOf(query);
  const rows = await filtered()
    .select(PATIENT_COLUMNS)
    .orderBy('id_paciente', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  return await withTotal(rows, query, async () => {
    const { total } = await filtered()
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    return total;
  });
}
