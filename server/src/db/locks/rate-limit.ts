import type { EntityManager, MikroORM } from '@mikro-orm/core';
import { kysely } from '../kysely.ts';
import { inTransaction } from '../transaction.ts';
import { upsert } from '../upsert.ts';
import { AppError } from '../../base/errors.ts';

/** How many hits one bucket takes in a window that begins with the first of them. */
export interface Limit {
  /** At most 190 characters. */
  readonly bucket: string;
  readonly hits: number;
  /** Another bucket of the same call: while that one has no hit yet, this limit counts and does not refuse. */
  readonly unlessFirstOf?: string;
}

/** The present count of a bucket, held for the transaction. */
export interface HeldCount {
  readonly hits: number;
  /** Milliseconds until the window ends. */
  readonly waitMs: number;
  /** Counts one more hit; the first one of a window begins it. */
  add(): Promise<void>;
}

/** Reads a bucket's count and leaves its row locked: whoever counts the same bucket waits until the transaction ends. */
export async function holdCount(em: EntityManager, bucket: string, windowMs: number, now: Date): Promise<HeldCount> {
  const end = new Date(now.getTime() + windowMs);
  await upsert(em, 'rate_limit', { bucket, hits: 0, window_started_at: now, expires_at: end }, ['bucket']);
  const row = await kysely(em)
    .selectFrom('rate_limit')
    .select(['hits', 'expires_at'])
    .where('bucket', '=', bucket)
    .executeTakeFirstOrThrow();
  const running = row.expires_at > now && row.hits > 0;
  const hits = running ? row.hits : 0;
  const window = running ? {} : { window_started_at: now, expires_at: end };
  return {
    hits,
    waitMs: row.expires_at.getTime() - now.getTime(),
    add: async () => {
      await kysely(em)
        .updateTable('rate_limit')
        .set({ hits: hits + 1, ...window })
        .where('bucket', '=', bucket)
        .execute();
    },
  };
}

/** How many hits a bucket has in its present window. */
export async function countOf(em: EntityManager, bucket: string, now: Date): Promise<number> {
  const row = await kysely(em)
    .selectFrom('rate_limit')
    .select('hits')
    .where('bucket', '=', bucket)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row?.hits ?? 0;
}

/** Forgets the hits of buckets. */
export async function clearCounts(em: EntityManager, buckets: readonly string[]): Promise<void> {
  await kysely(em).deleteFrom('rate_limit').where('bucket', 'in', buckets).execute();
}

/**
 * Counts one hit on several limits at once, in the database: it holds for all processes. A hit that one of them
 * refuses is counted on none.
 *
 * @returns milliseconds until a further hit is taken; 0 when this one was
 */
async function takeHit(orm: MikroORM, limits: readonly Limit[], windowMs: number, now: Date): Promise<number> {
  // In one order, so that two hits do not wait for each other.
  const ordered = limits.toSorted((a, b) => (a.bucket < b.bucket ? -1 : 1));
  return await inTransaction(orm.em, async (em) => {
    const held = new Map<string, HeldCount>();
    for (const { bucket } of ordered) held.set(bucket, await holdCount(em, bucket, windowMs, now));
    const refusing = ordered.filter(({ bucket, hits, unlessFirstOf }) => {
      const first = unlessFirstOf !== undefined && held.get(unlessFirstOf)?.hits === 0;
      return !first && (held.get(bucket)?.hits ?? 0) >= hits;
    });
    if (refusing.length > 0) return Math.max(...refusing.map(({ bucket }) => held.get(bucket)?.waitMs ?? 0));
    for (const count of held.values()) await count.add();
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
