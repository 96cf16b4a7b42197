import type { EntityManager } from '@mikro-orm/core';
import type { Deps } from '../../deps.ts';
import { RateLimit } from '../../db/entities/locks.entity.ts';
import { LoginAttempt, OneTimeToken, RefreshSession } from '../../db/entities/auth.entity.ts';

/** How long tries to log in stay on record, in ms: far longer than the lock-out counts them. */
const ATTEMPTS_KEPT_MS = 30 * 86_400_000;
/** Rows of one statement: none holds many for long. */
const BATCH = 1000;

/** Each removes one batch and tells how many rows it had. */
function batches(now: Date): readonly ((em: EntityManager) => Promise<number>)[] {
  const overdue = { expires_at: { $lte: now } };
  const page = { limit: BATCH, disableIdentityMap: true } as const;
  return [
    async (em) => {
      const old = { created_at: { $lte: new Date(now.getTime() - ATTEMPTS_KEPT_MS) } };
      const rows = await em.find(LoginAttempt, old, { ...page, fields: ['id_attempt'] });
      return await em.nativeDelete(LoginAttempt, { id_attempt: { $in: rows.map((row) => row.id_attempt) } });
    },
    async (em) => {
      const rows = await em.find(RefreshSession, overdue, { ...page, fields: ['id_session'] });
      return await em.nativeDelete(RefreshSession, { id_session: { $in: rows.map((row) => row.id_session) } });
    },
    async (em) => {
      const rows = await em.find(OneTimeToken, overdue, { ...page, fields: ['id_token'] });
      return await em.nativeDelete(OneTimeToken, { id_token: { $in: rows.map((row) => row.id_token) } });
    },
    async (em) => {
      const rows = await em.find(RateLimit, overdue, { ...page, fields: ['bucket'] });
      // A count that has begun anew meanwhile stays.
      return await em.nativeDelete(RateLimit, { bucket: { $in: rows.map((row) => row.bucket) }, ...overdue });
    },
  ];
}

/**
 * Removes what accounts leave behind: old tries to log in, and sessions, tokens and counts whose time is over. Removing
 * twice is no error, so any number of processes may do this at once.
 */
export function createAuthCleanup({ orm, clock }: Pick<Deps, 'orm' | 'clock'>) {
  return {
    runDue: async (signal?: AbortSignal): Promise<void> => {
      for (const removeBatch of batches(clock())) {
        for (;;) {
          const removed = await removeBatch(orm.em.fork());
          if (removed < BATCH || signal?.aborted) break;
        }
      }
    },
  };
}
