import type { EntityManager } from '@mikro-orm/core';
import type { Deps } from '../../deps.ts';
import { tooMany } from '../../db/locks/rate-limit.ts';
import { LoginAttempt } from '../../db/entities/auth.entity.ts';

/** Failures within the window that lock further tries. */
const WINDOW_MS = 15 * 60 * 1000;
const ACCOUNT_FAILURES = 5;
const ADDRESS_FAILURES = 50;
/** A try whose process died while it compared the password stops counting after this. */
const PENDING_MS = 30_000;

const PENDING = 'pending';
const LOCKED = 'locked';

export interface Caller {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** One try to log in, on record before the password is looked at. */
export interface Attempt {
  readonly id: number;
  succeed(): Promise<void>;
  fail(reason: string): Promise<void>;
}

const LOCKED_OUT = 'Demasiados intentos fallidos. Espere antes de volver a intentarlo';

/** Forgets an account's failures, in the caller's transaction: its owner has proved to be who they are. */
export function forgiveFailures(em: EntityManager, correo: string, at: Date): void {
  em.create(LoginAttempt, { correo, success: true, reason: 'password_reset', created_at: at });
}

/**
 * The lock-out of behaviour.md section 3, held in the database so that it counts across processes. A try is written
 * first and counted after: of many parallel tries no more than the allowed number sees a password compared.
 */
export function createLockout({ clock }: Pick<Deps, 'clock'>) {
  /** Milliseconds until a further try is allowed, 0 when one is. */
  const waitFor = async (em: EntityManager, own: LoginAttempt, by: 'correo' | 'ip_address', allowed: number) => {
    const value = own[by];
    if (value === null) return 0;
    const now = clock().getTime();
    const since = new Date(now - WINDOW_MS);
    const lastSuccess =
      by === 'correo'
        ? await em.findOne(
            LoginAttempt,
            { correo: own.correo, success: true, created_at: { $gte: since } },
            { orderBy: { id_attempt: 'desc' } },
          )
        : null;
    const failures = await em.find(
      LoginAttempt,
      {
        [by]: value,
        success: false,
        id_attempt: { $lt: own.id_attempt, $gt: lastSuccess?.id_attempt ?? 0 },
        created_at: { $gte: since },
        $or: [
          { reason: null },
          { reason: { $nin: [PENDING, LOCKED] } },
          { reason: PENDING, created_at: { $gte: new Date(now - PENDING_MS) } },
        ],
      },
      { orderBy: { id_attempt: 'desc' }, limit: allowed, disableIdentityMap: true },
    );
    const oldest = failures[allowed - 1];
    if (!oldest) return 0;
    // Tries that are still being compared end the wait as soon as they are decided.
    const pending = failures.some(({ reason }) => reason === PENDING);
    return pending ? 1000 : oldest.created_at.getTime() + WINDOW_MS - now;
  };

  /**
   * Opens a try.
   *
   * @throws AppError 429 with Retry-After while the account or the address is locked
   */
  const open = async (em: EntityManager, correo: string, caller: Caller): Promise<Attempt> => {
    const own = em.create(LoginAttempt, {
      correo,
      ip_address: caller.ip,
      user_agent: caller.userAgent?.slice(0, 300) ?? null,
      reason: PENDING,
      created_at: clock(),
    });
    await em.flush();
    const settle = async (change: { success?: boolean; reason: string | null }) => {
      await em.nativeUpdate(LoginAttempt, { id_attempt: own.id_attempt }, change);
    };
    const wait = Math.max(
      await waitFor(em, own, 'correo', ACCOUNT_FAILURES),
      await waitFor(em, own, 'ip_address', ADDRESS_FAILURES),
    );
    if (wait > 0) {
      await settle({ reason: LOCKED });
      throw tooMany(LOCKED_OUT, wait);
    }
    return {
      id: own.id_attempt,
      succeed: () => settle({ success: true, reason: null }),
      fail: (reason) => settle({ reason }),
    };
  };

  return { open };
}
