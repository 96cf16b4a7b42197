import type { EntityManager } from '@mikro-orm/core';
import { isActiveAt } from './active.ts';
import { disablePayer, type Payer } from './payers.ts';
import type { Suscripcion } from '../../db/entities/subscriptions.entity.ts';

/** The ACTIVA one, if any, that has run out. */
function expiredOf(subscriptions: readonly Suscripcion[], now: Date): Suscripcion | undefined {
  return subscriptions.find((subscription) => subscription.estado === 'ACTIVA' && !isActiveAt(subscription, now));
}

/**
 * Moves a payer's subscription that has run out to PAUSADA, with all that follows for payer, doctors and users. Whoever
 * changes a payer's subscriptions does this first, and does not depend on the reconciler having been there.
 *
 * @param subscriptions all of the payer's, locked
 * @returns whether there was one
 */
export async function pauseExpired(
  em: EntityManager,
  payer: Payer,
  subscriptions: readonly Suscripcion[],
  now: Date,
): Promise<boolean> {
  const expired = expiredOf(subscriptions, now);
  if (!expired) return false;
  expired.estado = 'PAUSADA';
  await em.flush();
  await disablePayer(em, payer, now);
  return true;
}
