import type { EntityManager } from '@mikro-orm/core';
import { kysely } from '../../db/kysely.ts';

/** Badly signed calls that are kept; older ones go first. */
export const MAX_UNSIGNED = 1000;

/** Keeps the newest badly signed calls and removes the others, with their summaries. */
export async function forgetOldUnsigned(em: EntityManager): Promise<void> {
  const db = kysely(em);
  const old = await db
    .selectFrom('epayco_event')
    .select(['id_event', 'ref_payco'])
    .where('firma_valida', '=', 0)
    .orderBy('id_event', 'desc')
    .offset(MAX_UNSIGNED)
    .limit(100)
    .execute();
  if (old.length === 0) return;
  const ids = old.map(({ id_event }) => id_event);
  const references = [...new Set(old.map(({ ref_payco }) => ref_payco))];
  await db.deleteFrom('epayco_event').where('id_event', 'in', ids).where('firma_valida', '=', 0).execute();
  await db
    .deleteFrom('payment_webhook_event')
    .where('ref_payco', 'in', references)
    .where('firma_valida', '=', 0)
    .where('processed', '=', 0)
    .execute();
}
