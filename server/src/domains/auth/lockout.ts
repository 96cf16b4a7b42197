import { setTimeout as delay } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/core';
import type { Deps } from '../../deps.ts';
import { tooMany } from '../../db/locks/rate-limit.ts';
import { LoginAttempt } from '../../db/entities/auth.entity.ts';
import type { Caller } from './caller.ts';
import {
  type Failures,
  failuresBefore,
  HALF,
  type Key,
  LOCKED,
  PENDING,
  PENDING_MS,
  PROVED,
  WINDOW_MS,
} from './lockout.queries.ts';

/** Failures of an account from one network, or from one device that the account knows, that lock further tries. */
export const OWN_FAILURES = 5;
/** Of an account, from all devices that it does not know. A network that has not failed gets one try beyond it. */
const ACCOUNT_FAILURES = 20;
/** From one network, over all accounts. */
const NETWORK_FAILURES = 50;
/** Pause between two looks at tries that are being compared, in ms. */
const LOOK_MS = 50;

const LOCKED_OUT = 'Demasiados intentos fallidos. Espere antes de volver a intentarlo';

/** Whose password is tried, and by whom. */
export interface Claim {
  /** See `subjectOf`. */
  readonly subject: string;
  /** As it was typed, for the record. */
  readonly correo: string;
  readonly caller: Caller;
  /** Id of the caller's device when the account knows it. */
  readonly device: string | null;
}

/** One try of a password, on record before the password is looked at. */
export interface Attempt {
  succeed(): Promise<void>;
  /** @returns how many tries of the account have failed within the window, with this one */
  fail(reason: string): Promise<number>;
  /** The password was right, and the second factor did not come. */
  halve(): Promise<void>;
}

/** Forgets an account's failures, in the caller's transaction: its owner has proved to be who they are. */
export function forgiveFailures(em: EntityManager, subject: string, correo: string, at: Date): void {
  em.create(LoginAttempt, { subject, correo, success: true, reason: PROVED, created_at: at });
}

/**
 * The lock-out of behaviour.md section 3, held in the database so that it counts across processes. A try is written
 * first and counted after. One that is over the limit only by tries still being compared waits for them: of many
 * parallel guesses no more than the allowed number sees a password compared, and no right password is refused.
 */
export class Lockout {
  readonly #clock: Deps['clock'];

  constructor({ clock }: Pick<Deps, 'clock'>) {
    this.#clock = clock;
  }

  /**
   * Opens a try.
   *
   * @throws AppError 429 with Retry-After while the account or the network is locked
   */
  async open(em: EntityManager, claim: Claim): Promise<Attempt> {
    const { subject, correo, caller, device } = claim;
    const own = em.create(LoginAttempt, {
      subject,
      correo,
      network: caller.network,
      device,
      ip_address: caller.ip,
      user_agent: caller.userAgent,
      reason: PENDING,
      created_at: this.#clock(),
    });
    await em.flush();
    const settle = async (change: { success?: boolean; reason: string | null }) => {
      await em.nativeUpdate(LoginAttempt, { id_attempt: own.id_attempt }, change);
    };
    const wait = await this.#untilDecided(em, own.id_attempt, claim);
    if (wait > 0) {
      await settle({ reason: LOCKED });
      throw tooMany(LOCKED_OUT, wait);
    }
    return {
      succeed: () => settle({ success: true, reason: null }),
      halve: () => settle({ reason: HALF }),
      fail: async (reason) => {
        await settle({ reason });
        const { decided } = await this.#failures(em, own.id_attempt + 1, { subject }, ACCOUNT_FAILURES);
        return decided.length;
      },
    };
  }

  /** Waits while nothing but undecided tries stands in the way. @returns milliseconds until a try is taken, 0 at once */
  async #untilDecided(em: EntityManager, id: number, claim: Claim): Promise<number> {
    const deadline = performance.now() + PENDING_MS;
    for (;;) {
      const wait = await this.#waitOf(em, id, claim);
      if (Number.isFinite(wait)) return wait;
      if (performance.now() > deadline) return 1000;
      await delay(LOOK_MS);
    }
  }

  /** Milliseconds until a try is taken, 0 when it is now, Infinity while tries before it are undecided. */
  async #waitOf(em: EntityManager, id: number, { subject, caller, device }: Claim): Promise<number> {
    const { network } = caller;
    const key = device === null ? { subject, network, device } : { subject, device };
    const own = await this.#failures(em, id, key, OWN_FAILURES);
    const ownWait = this.#wait(own, OWN_FAILURES);
    // A known device has its own count, whatever strangers do.
    if (device !== null) return ownWait;
    const ofNetwork = this.#wait(await this.#failures(em, id, { network }, NETWORK_FAILURES), NETWORK_FAILURES);
    return Math.max(ownWait, ofNetwork, await this.#accountWait(em, id, subject, own));
  }

  /** What strangers have used up of the account's count. A network that has not failed itself gets one try. */
  async #accountWait(em: EntityManager, id: number, subject: string, own: Failures): Promise<number> {
    if (own.decided.length + own.pending === 0) return 0;
    const all = await this.#failures(em, id, { subject, device: null }, ACCOUNT_FAILURES);
    const wait = this.#wait(all, ACCOUNT_FAILURES);
    return wait > 0 && own.decided.length === 0 ? Infinity : wait;
  }

  #wait({ decided, pending }: Failures, allowed: number): number {
    const oldest = decided[allowed - 1];
    if (oldest) return Math.max(1, oldest.getTime() + WINDOW_MS - this.#clock().getTime());
    return decided.length + pending >= allowed ? Infinity : 0;
  }

  async #failures(em: EntityManager, id: number, key: Key, limit: number): Promise<Failures> {
    return await failuresBefore(em, id, key, { now: this.#clock(), limit });
  }
}
