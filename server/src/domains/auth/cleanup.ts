import type { EntityManager } from '@mikro-orm/core';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { SecondFactorCodes } from './second-factor.ts';
import { RateLimit } from '../../db/entities/locks.entity.ts';
import { LoginAttempt, OneTimeToken, RefreshSession, Usuario } from '../../db/entities/auth.entity.ts';

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

/** After a new JWT_SECRET: nothing is sealed under the previous one when that is not accepted any more. */
async function resealSecondFactors({ orm, log }: Pick<Deps, 'orm' | 'log'>, codes: SecondFactorCodes): Promise<void> {
  const sealed = { totp_secret: { $ne: null } };
  for (const { id_usuario } of await orm.em.fork().find(Usuario, sealed, { fields: ['id_usuario'] })) {
    const readable = await inTransaction(orm.em, async (em) => {
      const user = await em.findOne(Usuario, { id_usuario, ...sealed }, FOR_UPDATE);
      return !user || codes.renew(user);
    });
    if (!readable) log.warn({ id_usuario }, 'second factor sealed under an unknown JWT_SECRET: run reset-totp');
  }
}

/**
 * Removes what accounts leave behind: old tries to log in, and sessions, tokens and counts whose time is over. Removing
 * twice is no error, so any number of processes may do this at once.
 */
export function createAuthCleanup({ orm, clock, secrets, log }: Pick<Deps, 'orm' | 'clock' | 'secrets' | 'log'>) {
  const codes = new SecondFactorCodes({ clock, secrets });
  return {
    runDue: async (signal?: AbortSignal): Promise<void> => {
      await resealSecondFactors({ orm, log }, codes);
      for (const removeBatch of batches(clock())) {
        for (;;) {
          const removed = await removeBatch(orm.em.fork());
          if (removed < BATCH || signal?.aborted) break;
        }
      }
    },
  };
}
