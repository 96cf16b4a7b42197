import type { MikroORM } from '@mikro-orm/core';
import type { ViewerStateQuery } from '@som3d/contract';
import { sql } from 'kysely';
import type { VisorEstado } from '../../db/entities/visor.entity.ts';
import { kysely } from '../../db/orm.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { readPage, type PageOf } from '../../http/pages.ts';

/** Bytes of documents in one page: a row holds up to 4 MiB, and a page may ask for 500 rows. */
const PAGE_BYTES = 16 * 1024 * 1024;

const SIZE = sql<number>`octet_length(ui_json) + octet_length(modelos_json) + octet_length(notas_json) + octet_length(i18n_json)`;

/** How many of these rows one page holds: as many as fit, and one at least. */
function fitting(sizes: readonly number[]): number {
  let bytes = 0;
  const tooLarge = sizes.findIndex((size, index) => (bytes += size) > PAGE_BYTES && index > 0);
  return tooLarge < 0 ? sizes.length : tooLarge;
}

/**
 * One page of viewer states, newest first: a doctor's own, or all for an administrator. It ends before its limit when
 * the documents would be too many bytes; `total` is the number of states in all.
 */
export async function listStates(orm: MikroORM, actor: Actor, query: ViewerStateQuery): Promise<PageOf<VisorEstado>> {
  const db = kysely(orm.em);
  let states = db.selectFrom('VisorEstado').select(['id_visor_estado', SIZE.as('bytes')]);
  // A doctor without a profile row has no states: no row has the id 0.
  if (!isAdmin(actor)) states = states.where('id_medico', '=', actor.id_medico ?? 0);
  const { paciente_id } = query;
  if (paciente_id) {
    const results = db.selectFrom('JobSTL').select('id_jobstl').where('id_paciente', '=', paciente_id);
    states = states.where((where) =>
      where.or([where('id_paciente', '=', paciente_id), where('id_jobstl', 'in', results)]),
    );
  }
  if (query.job_id) {
    const results = db.selectFrom('JobSTL').select('id_jobstl').where('job_id', '=', query.job_id);
    states = states.where('id_jobstl', 'in', results);
  }
  const { rows: sizes, total } = await readPage(states.orderBy('id_visor_estado', 'desc'), query);
  const ids = sizes.slice(0, fitting(sizes.map(({ bytes }) => bytes))).map(({ id_visor_estado }) => id_visor_estado);
  if (ids.length === 0) return { rows: [], total };
  const rows = await db
    .selectFrom('VisorEstado')
    .selectAll()
    .where('id_visor_estado', 'in', ids)
    .orderBy('id_visor_estado', 'desc')
    .execute();
  return { rows, total };
}
