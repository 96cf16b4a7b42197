import type { MikroORM } from '@mikro-orm/core';
import type { PaymentCheckoutQuery, PaymentEventQuery } from '@som3d/contract';
import { kysely } from '../../db/kysely.ts';
import { AppError } from '../../base/errors.ts';
import { readPage } from '../../http/pages.ts';
import type { EventRow } from './inbox.ts';

/** One page of the inbox, newest first. */
export async function listEvents(orm: MikroORM, query: PaymentEventQuery) {
  let events = kysely(orm.em.fork()).selectFrom('epayco_event').selectAll();
  if (query.estado) events = events.where('estado', '=', query.estado);
  if (query.firma_valida !== undefined) events = events.where('firma_valida', '=', query.firma_valida ? 1 : 0);
  if (query.ref_payco) events = events.where('ref_payco', '=', query.ref_payco);
  if (query.invoice) events = events.where('invoice', '=', query.invoice);
  if (query.por_reembolsar !== undefined) events = events.where('por_reembolsar', '=', query.por_reembolsar ? 1 : 0);
  if (query.id_suscripcion) events = events.where('id_suscripcion', '=', query.id_suscripcion);
  return await readPage(events.orderBy('id_event', 'desc'), query);
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
  let checkouts = checkoutsWithPayer(orm).selectAll('c').select(PAYER);
  if (estado) checkouts = checkouts.where('c.estado', '=', estado);
  if (invoice) checkouts = checkouts.where('c.invoice', '=', invoice);
  if (id_suscripcion) checkouts = checkouts.where('c.id_suscripcion', '=', id_suscripcion);
  return await readPage(checkouts.orderBy('c.id_checkout', 'desc'), query);
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
