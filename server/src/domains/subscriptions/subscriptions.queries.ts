import type { MikroORM } from '@mikro-orm/core';
import type { PageQuery, SubscriptionQuery } from '@som3d/contract';
import { compiled } from '../../db/compiled.ts';
import { kysely } from '../../db/kysely.ts';
import { readPage } from '../../http/pages.ts';
import { inForce } from './in-force.ts';
import type { Payer } from './payers.ts';

const COLUMNS = [
  'id_suscripcion',
  'id_medico',
  'id_hospital',
  'id_plan',
  'estado',
  'fecha_inicio',
  'fecha_expiracion',
] as const;

/** One page of subscriptions, newest first. */
export async function listSubscriptions(orm: MikroORM, query: SubscriptionQuery, now: Date) {
  const active = inForce('Suscripcion', now);
  let rows = kysely(orm.em.fork()).selectFrom('Suscripcion').select(COLUMNS);
  if (query.id_medico) rows = rows.where('id_medico', '=', query.id_medico);
  if (query.id_hospital) rows = rows.where('id_hospital', '=', query.id_hospital);
  if (query.plan_id) rows = rows.where('id_plan', '=', query.plan_id);
  if (query.estado === 'ACTIVA') rows = rows.where(active);
  // What has run out counts as paused.
  if (query.estado === 'PAUSADA') rows = rows.where((where) => where.not(active));
  return await readPage(rows.orderBy('id_suscripcion', 'desc'), query);
}

export async function findSubscription(orm: MikroORM, id: number) {
  return await kysely(orm.em.fork())
    .selectFrom('Suscripcion')
    .select(COLUMNS)
    .where('id_suscripcion', '=', id)
    .executeTakeFirst();
}

/** One page of a subscription's payments, newest first. */
export async function listPayments(orm: MikroORM, id_suscripcion: number, query: PageQuery) {
  const payments = kysely(orm.em.fork())
    .selectFrom('Pago')
    .select(['id_pago', 'id_suscripcion', 'referencia_epayco', 'monto', 'fecha_pago'])
    .where('id_suscripcion', '=', id_suscripcion);
  return await readPage(payments.orderBy('fecha_pago', 'desc').orderBy('id_pago', 'desc'), query);
}

/** The newest subscription of a payer with its plan: of those in force at an instant, or of all. */
const newestOf = compiled((db, { activeAt, ...payer }: Payer & { readonly activeAt?: Date }) => {
  const own = db
    .selectFrom('Suscripcion')
    .innerJoin('Plan', 'Plan.id_plan', 'Suscripcion.id_plan')
    .select([
      'Suscripcion.id_suscripcion',
      'Suscripcion.estado',
      'Suscripcion.fecha_expiracion',
      'Plan.id_plan',
      'Plan.nombre',
      'Plan.precio',
      'Plan.periodo',
      'Plan.duracion_meses',
    ])
    .where((where) => where.and(payer))
    .orderBy('Suscripcion.id_suscripcion', 'desc')
    .limit(1);
  return activeAt ? own.where(inForce('Suscripcion', activeAt)) : own;
});

/** What a payer sees as theirs: the subscription in force, or else the newest one. */
export async function currentSubscription(orm: MikroORM, payer: Payer, now: Date) {
  const [active] = await newestOf(orm, { ...payer, activeAt: now });
  return active ?? (await newestOf(orm, payer))[0];
}
export type CurrentSubscription = NonNullable<Awaited<ReturnType<typeof currentSubscription>>>;

/** The payer's newest payment that was not reversed, for whichever subscription. */
export async function lastPayment(orm: MikroORM, payer: Payer) {
  return await kysely(orm.em.fork())
    .selectFrom('Pago')
    .innerJoin('Suscripcion', 'Suscripcion.id_suscripcion', 'Pago.id_suscripcion')
    .select(['Pago.fecha_pago', 'Pago.monto', 'Pago.referencia_epayco'])
    .where((where) => where.and(payer))
    .where('Pago.estado', '=', 'APROBADO')
    .orderBy('Pago.fecha_pago', 'desc')
    .orderBy('Pago.id_pago', 'desc')
    .limit(1)
    .executeTakeFirst();
}
