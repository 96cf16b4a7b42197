import type { MikroORM } from '@mikro-orm/core';
import type { PaymentCheckoutQuery, PaymentEventQuery } from '@som3d/contract';
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
    if (query.por_reembolsar !== undefined) rows = rows.where('por_reembolsar', '=', query.por_reembolsar ? 1 : 0);
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

/** An issued checkout, and who is to pay it as far as the subscription still says. */
export type CheckoutRow = Awaited<ReturnType<typeof getCheckout>>;

function checkoutsWithPayer(orm: MikroORM) {
  return kysely(orm.em.fork())
    .selectFrom('epayco_checkout as c')
    .leftJoin('Suscripcion as s', 's.id_suscripcion', 'c.id_suscripcion')
    .leftJoin('Medico as m', 'm.id_medico', 's.id_medico')
    .leftJoin('Usuario as u', 'u.id_usuario', 'm.id_usuario')
    .leftJoin('Hospital as h', 'h.id_hospital', 's.id_hospital');
}

const PAYER = ['u.nombre', 'u.apellido', 'u.correo', 'h.nombre as hospital', 'h.correo as hospital_correo'] as const;

/** One page of the issued checkouts, newest first. */
export async function listCheckouts(orm: MikroORM, query: PaymentCheckoutQuery) {
  const { estado, invoice, id_suscripcion } = query;
  const { limit, offset } = pageOf(query);
  const filtered = () => {
    let rows = checkoutsWithPayer(orm);
    if (estado) rows = rows.where('c.estado', '=', estado);
    if (invoice) rows = rows.where('c.invoice', '=', invoice);
    if (id_suscripcion) rows = rows.where('c.id_suscripcion', '=', id_suscripcion);
    return rows;
  };
  const rows = await filtered()
    .selectAll('c')
    .select(PAYER)
    .orderBy('c.id_checkout', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  return await withTotal(rows, query, async () => {
    const counted = filtered().select(({ fn }) => fn.countAll<number>().as('total'));
    return (await counted.executeTakeFirstOrThrow()).total;
  });
}

/** @throws AppError 404 */
export async function getCheckout(orm: MikroORM, id_checkout: number) {
  const row = await checkoutsWithPayer(orm)
    .selectAll('c')
    .select(PAYER)
    .where('c.id_checkout', '=', id_checkout)
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', 'La factura no existe');
  return row;
}
