import type { MikroORM } from '@mikro-orm/core';
import { kysely } from '../kysely.ts';
import { inTransaction } from '../transaction.ts';
import { upsert } from '../upsert.ts';
import { AppError } from '../../base/errors.ts';

/** How many hits one bucket takes in a window that begins with the first of them. */
export interface Limit {
  /** At most 190 characters. */
  readonly bucket: string;
  readonly hits: number;
}

/**
 * Counts one hit on several limits at once, in the database: it holds for all processes. A hit that one of them
 * refuses counts on none.
 *
 * @returns milliseconds until a further hit is taken; 0 when this one was
 */
async function takeHit(orm: MikroORM, limits: readonly Limit[], windowMs: number, now: Date): Promise<number> {
  const end = new Date(now.getTime() + windowMs);
  // In one order, so that two hits do not wait for each other.
  const ordered = limits.toSorted((a, b) => (a.bucket < b.bucket ? -1 : 1));
  return await inTransaction(orm.em, async (em) => {
    const counted: { bucket: string; hits: number; running: boolean }[] = [];
    let wait = 0;
    for (const limit of ordered) {
      const { bucket } = limit;
      // Leaves the row locked: another hit on the same bucket waits here.
      await upsert(em, 'rate_limit', { bucket, hits: 0, window_started_at: now, expires_at: end }, ['bucket']);
      const row = await kysely(em)
        .selectFrom('rate_limit')
        .select(['hits', 'expires_at'])
        .where('bucket', '=', bucket)
        .executeTakeFirstOrThrow();
      const running = row.expires_at > now;
      const hits = running ? row.hits : 0;
      if (hits >= limit.hits) wait = Math.max(wait, row.expires_at.getTime() - now.getTime());
      counted.push({ bucket, hits, running });
    }
    if (wait > 0) return wait;
    for (const { bucket, hits, running } of counted) {
      const window = running ? {} : { window_started_at: now, expires_at: end };
      await kysely(em)
        .updateTable('rate_limit')
        .set({ hits: hits + 1, ...window })
        .where('bucket', '=', bucket)
        .execute();
    }
    return 0;
  });
}

/**
 * 429 with Retry-After.
 *
 * @param waitMs until another try is taken, more than 0
 */
export function tooMany(detail: string, waitMs: number): AppError {
  return new AppError('too_many_requests', detail, { headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } });
}

/**
 * Counts one hit, or refuses it.
 *
 * @param detail the Spanish sentence of the refusal
 * @throws AppError 429 with Retry-After
 */
export async function countOrRefuse(
  { orm, clock }: { readonly orm: MikroORM; readonly clock: () => Date },
  limits: readonly Limit[],
  windowMs: number,
  detail: string,
): Promise<void> {
  const wait = await takeHit(orm, limits, windowMs, clock());
  if (wait === 0) return;
  throw tooMany(detail, wait);
}
