import type { EntityManager } from '@mikro-orm/core';
import { recordOf } from '../../db/record.ts';
import { disablePayer, lockPayers, lockSubscriptionsOf, payerOf, samePayer, type Payer } from './payers.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { Pago, Suscripcion } from '../../db/entities/subscriptions.entity.ts';

type Removed = Readonly<Record<string, unknown>>;

/** Subscriptions and payments as they were, for the audit row. */
export interface RemovedSubscriptions {
  readonly suscripciones: readonly Removed[];
  readonly pagos: readonly Removed[];
}

function distinct(payers: readonly Payer[]): Payer[] {
  return payers.filter((payer, index) => payers.findIndex((other) => samePayer(payer, other)) === index);
}

/**
 * Removes subscriptions with their payments within the caller's transaction, which holds their payers. The gateway's
 * checkouts stay and lose the reference, by their foreign key.
 */
export async function removeSubscriptions(
  em: EntityManager,
  subscriptions: readonly Suscripcion[],
): Promise<RemovedSubscriptions> {
  const ids = subscriptions.map(({ id_suscripcion }) => id_suscripcion);
  const payments = await em.find(Pago, { id_suscripcion: { $in: ids } }, { orderBy: { id_pago: 'asc' } });
  const removed = { suscripciones: subscriptions.map(recordOf), pagos: payments.map(recordOf) };
  await em.nativeDelete(Pago, { id_suscripcion: { $in: ids } });
  await em.nativeDelete(Suscripcion, { id_suscripcion: { $in: ids } });
  for (const gone of [...payments, ...subscriptions]) em.getUnitOfWork().unsetIdentity(gone);
  return removed;
}

/**
 * Removes all subscriptions of a payer with their payments. What their end does to payer, doctors and users is the
 * caller's to say (`disablePayer`): for one that was ACTIVA, also when it has run out and nobody has noticed yet.
 *
 * @param payer locked by the caller
 * @returns the subscriptions as they were, and the record of what went
 */
export async function removeSubscriptionsOf(
  em: EntityManager,
  payer: Payer,
): Promise<{ readonly subscriptions: readonly Suscripcion[]; readonly record: RemovedSubscriptions }> {
  const subscriptions = await lockSubscriptionsOf(em, payer);
  return { subscriptions, record: await removeSubscriptions(em, subscriptions) };
}

/**
 * Removes all subscriptions of a plan, which the caller has locked. Who had an ACTIVA one is left as after an expiry:
 * what was not paid for any more is not used any more.
 */
export async function removeSubscriptionsOfPlan(
  em: EntityManager,
  id_plan: number,
  now: Date,
): Promise<RemovedSubscriptions> {
  const known = await em.find(Suscripcion, { id_plan });
  await lockPayers(em, distinct(known.map(payerOf)));
  const locked = await em.find(Suscripcion, { id_plan }, { ...FOR_UPDATE, orderBy: { id_suscripcion: 'asc' } });
  const bereft = locked.filter(({ estado }) => estado === 'ACTIVA').map(payerOf);
  const removed = await removeSubscriptions(em, locked);
  for (const payer of bereft) await disablePayer(em, payer, now);
  return removed;
}
