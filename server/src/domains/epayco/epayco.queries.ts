import type { MikroORM } from '@mikro-orm/core';
import type { PaymentEventQuery } from '@som3d/contract';
import { kysely } from '../../db/kysely.ts';
import { AppError } from '../../base/errors.ts';
import { pageOf, withTotal } from '../../http/pages.ts';
import type { EventRow } from './inbox.ts';

/** One page of the inbox, newest first. */
export async function listEvents(orm: MikroORM, query: PaymentEventQuery) {
  const filtered = () => {
    let rows = kysely(orm.em.fork()).selectFrom('epayco_event');
    if (query.estado) rows = rows.where('estado', '=', query.estado);
    if (query.firma_valida !== undefined) rows = rows.where('firma_valida', '=', query.firma_valida ? 1 : 0);
    if (query.ref_payco) rows = rows.where('ref_payco', '=', query.ref_payco);
    if (query.invoice) rows = rows.where('invoice', '=', query.invoice);
    if (query.id_suscripcion) rows = rows.where('id_suscripcion', '=', query.id_suscripcion);
    return rows;
  };
  const { limit, offset } = pageOf(query);
  const rows = await filtered().selectAll().orderBy('id_event', 'desc').limit(limit).offset(offset).execute();
  return await withTotal(rows, query, async () => {
    const { total } = await filtered()
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    return total;
  });
}

/** @throws AppError 404 */
export async function getEvent(orm: MikroORM, id_event: number): Promise<EventRow> {
  const row = await kysely(orm.em.fork())
    .selectFrom('epayco_event')
    .selectAll()
    .where('id_event', '=', id_event)
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', 'La confirmación no existe');
  return row;
}
