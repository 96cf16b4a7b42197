import type { EntityManager } from '@mikro-orm/core';
import { AppError } from '../../base/errors.ts';
import { wholeSeconds } from '../../db/columns.ts';
import { kysely } from '../../db/kysely.ts';
import { isActiveAt } from './active.ts';
import { addMonths, later } from './calendar.ts';
import { pauseExpired } from './expiry.ts';
import { disablePayer, enablePayer, lockPayers, lockSubscriptionsOf, payerOf, type Payer } from './payers.ts';
import { Pago, type Suscripcion } from '../../db/entities/subscriptions.entity.ts';

/** What a payment gave: the time from one instant to the other. Whole seconds. */
export interface Granted {
  /** The later of the expiry before the payment and the payment itself. */
  readonly expiracion_previa: Date;
  readonly expiracion_otorgada: Date;
}

export interface Grant {
  readonly id_suscripcion: number;
  readonly now: Date;
  /** Calendar months. */
  readonly duracion_meses: number;
}

export interface Revocation {
  readonly id_suscripcion: number;
  /** As `activate` gave it; null for a payment from before these were stored: then the plan's duration counts. */
  readonly expiracion_previa: Date | null;
  readonly expiracion_otorgada: Date | null;
  readonly now: Date;
}

/** A payer's subscriptions while they are locked, and the one that was asked for. */
export interface LockedSubscription {
  readonly payer: Payer;
  readonly subscription: Suscripcion;
  /** All of the payer's, oldest first. */
  readonly all: readonly Suscripcion[];
}

/**
 * Locks a subscription, its payer and the payer's other subscriptions until the transaction ends. Call it before
 * anything is written that refers to the subscription: a payment's foreign key takes a lock of its own.
 *
 * @throws AppError 404 when there is none
 */
export async function lockSubscription(em: EntityManager, id_suscripcion: number): Promise<LockedSubscription> {
  for (;;) {
    const row = await kysely(em)
      .selectFrom('Suscripcion')
      .select(['id_medico', 'id_hospital'])
      .where('id_suscripcion', '=', id_suscripcion)
      .executeTakeFirst();
    if (!row) throw new AppError('not_found', 'La suscripción no existe');
    const payer = payerOf(row);
    await lockPayers(em, [payer]);
    const all = await lockSubscriptionsOf(em, payer);
    const subscription = all.find((one) => one.id_suscripcion === id_suscripcion);
    // It was given to another payer, or removed, in the meantime: look again.
    if (subscription) return { payer, subscription, all };
  }
}

/**
 * The expiry as the database accepts it, which is after the start; null without any time.
 */
function expiryAfterStart({ fecha_inicio }: Suscripcion, expiry: Date): Date | null {
  return expiry > fecha_inicio ? expiry : null;
}

/** Time that is left, in ms; null is without end. */
function leftOf({ fecha_expiracion }: Suscripcion, now: Date): number | null {
  return fecha_expiracion == null ? null : Math.max(0, fecha_expiracion.getTime() - now.getTime());
}

/**
 * Activates a subscription for a payment that was approved, in the caller's transaction: the new expiry is the later
 * of now and the present one, plus calendar months; the payer, the doctors and their users become active.
 *
 * A payer has one ACTIVA at a time. When another plan of the same payer is in force, the one just paid takes over: the
 * other is paused, and the time it had left is carried over, so that nothing that was paid is lost. What is without end
 * stays without end.
 *
 * @returns what this payment gave, to be kept with it for `revoke`
 * @throws AppError 404 when the subscription is not there
 */
export async function activate(em: EntityManager, grant: Grant): Promise<Granted> {
  const now = wholeSeconds(grant.now);
  const { payer, subscription, all } = await lockSubscription(em, grant.id_suscripcion);
  await pauseExpired(em, payer, all, grant.now);
  const other = all.find((one) => one !== subscription && isActiveAt(one, grant.now));
  const carried = other ? leftOf(other, now) : 0;
  const endless = carried === null || (subscription.estado === 'ACTIVA' && subscription.fecha_expiracion == null);
  if (other) {
    other.estado = 'PAUSADA';
    other.fecha_expiracion = expiryAfterStart(other, now);
    // Before the other becomes ACTIVA: the unique key allows one.
    await em.flush();
  }
  const own = later(now, subscription.fecha_expiracion ?? now);
  const expiracion_previa = new Date(own.getTime() + (carried ?? 0));
  const expiracion_otorgada = addMonths(expiracion_previa, grant.duracion_meses);
  if (subscription.fecha_inicio >= expiracion_otorgada) subscription.fecha_inicio = now;
  subscription.estado = 'ACTIVA';
  subscription.fecha_expiracion = endless ? null : expiracion_otorgada;
  await em.flush();
  await enablePayer(em, payer, now);
  return { expiracion_previa, expiracion_otorgada };
}

/** The payer's granted payments whose time follows without a gap on what ended at `end`, in any subscription. */
function followers(payments: readonly Pago[], end: Date): Pago[] {
  const next = payments.filter(({ expiracion_previa }) => expiracion_previa?.getTime() === end.getTime());
  const rest = payments.filter((payment) => !next.includes(payment));
  return next.flatMap((payment) => [payment, ...followers(rest, payment.expiracion_otorgada ?? end)]);
}

function moved(instant: Date | null | undefined, ms: number): Date | null {
  return instant ? new Date(instant.getTime() - ms) : null;
}

async function pausedWhenOver(
  em: EntityManager,
  payer: Payer,
  { holder, expiry, now }: { holder: Suscripcion; expiry: Date; now: Date },
): Promise<void> {
  const wasActive = holder.estado === 'ACTIVA';
  holder.fecha_expiracion = expiryAfterStart(holder, expiry);
  if (expiry <= now) holder.estado = 'PAUSADA';
  await em.flush();
  if (wasActive && holder.estado === 'PAUSADA') await disablePayer(em, payer, now);
}

/**
 * Takes back what a payment gave, in the caller's transaction: the expiry moves back by the time that was granted, and
 * a subscription that has nothing left is paused, with the consequences of an expiry.
 *
 * - Time that was carried over to another plan is taken back there.
 * - Later payments whose time followed on without a gap move forward by as much; their rows are moved along, so that a
 *   later reversal of theirs takes back what they gave.
 * - Time that ran out before a later payment began is gone; the later payment keeps all of its own.
 * - A subscription without end keeps none.
 *
 * @throws AppError 404 when the subscription is not there
 */
export async function revoke(em: EntityManager, revocation: Revocation): Promise<void> {
  const { now, expiracion_previa: from, expiracion_otorgada: end } = revocation;
  const { payer, subscription, all } = await lockSubscription(em, revocation.id_suscripcion);
  await pauseExpired(em, payer, all, now);
  if (!from || !end) return await revokeDuration(em, { payer, subscription, all }, now);

  const payments = await em.find(
    Pago,
    { id_suscripcion: { $in: all.map(({ id_suscripcion }) => id_suscripcion) }, estado: 'APROBADO' },
    { refresh: true },
  );
  const chain = followers(payments, end);
  const holds = ({ fecha_expiracion }: Suscripcion): boolean => fecha_expiracion != null && fecha_expiracion > now;
  const holder = holds(subscription) ? subscription : all.find((one) => isActiveAt(one, now));
  const granted = end.getTime() - from.getTime();
  chain.forEach((payment) => {
    payment.expiracion_previa = moved(payment.expiracion_previa, granted);
    payment.expiracion_otorgada = moved(payment.expiracion_otorgada, granted);
  });
  await em.flush();
  if (!holder?.fecha_expiracion) return;

  const reachesHolder = holder === subscription || chain.some((one) => one.id_suscripcion === holder.id_suscripcion);
  const afterGap = payments.some(
    (payment) =>
      payment.id_suscripcion === holder.id_suscripcion &&
      !chain.includes(payment) &&
      payment.expiracion_previa != null &&
      payment.expiracion_previa > end,
  );
  if (!reachesHolder || afterGap) return;
  const expiry = new Date(holder.fecha_expiracion.getTime() - granted);
  await pausedWhenOver(em, payer, { holder, expiry, now });
}

/** A payment of before the predecessor's database was taken over: its plan's duration goes, back from the expiry. */
async function revokeDuration(
  em: EntityManager,
  { payer, subscription }: LockedSubscription,
  now: Date,
): Promise<void> {
  if (!subscription.fecha_expiracion) return;
  const { duracion_meses } = await kysely(em)
    .selectFrom('Plan')
    .select('duracion_meses')
    .where('id_plan', '=', subscription.id_plan)
    .executeTakeFirstOrThrow();
  const expiry = addMonths(subscription.fecha_expiracion, -duracion_meses);
  await pausedWhenOver(em, payer, { holder: subscription, expiry, now });
}
