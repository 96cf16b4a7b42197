import { createLoop, type Loop } from '../../base/loop.ts';
import { kysely } from '../../db/kysely.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { withLease, type Lease } from '../../db/locks/lease.ts';
import { lockSubscription } from './activation.ts';
import { pauseExpired } from './expiry.ts';

const DUTY = 'subscriptions.reconcile';
const LEASE_MS = 60_000;
const BATCH = 100;

type ReconcilerDeps = Pick<Deps, 'orm' | 'clock' | 'config' | 'log'>;

/**
 * Moves subscriptions that have run out to PAUSADA and takes back what they gave: behaviour.md section 5. Each one is a
 * transaction of its own that looks again at what it has locked. So nothing is done twice beside a payment, another
 * process, or the predecessor's own procedure.
 */
export class Reconciler {
  readonly #deps: ReconcilerDeps;
  readonly #loop: Loop;
  #started = false;

  constructor(deps: ReconcilerDeps) {
    const everyMs = deps.config.RECONCILE_INTERVAL_MINUTES * 60_000;
    this.#deps = deps;
    this.#loop = createLoop({
      name: DUTY,
      everyMs,
      log: deps.log,
      // At the start of a process at once; then in the rhythm that all processes share.
      run: async (signal) => {
        const first = !this.#started;
        this.#started = true;
        await this.reconcile(first ? { signal } : { signal, notWithinMs: everyMs / 2 });
      },
    });
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /**
   * One round, unless another process is at it.
   *
   * @param notWithinMs also not when a round was completed less than this long ago, by whichever process
   * @returns how many subscriptions were paused, or null when it was not this process's turn
   */
  async reconcile({ notWithinMs, signal }: { notWithinMs?: number; signal?: AbortSignal } = {}): Promise<
    number | null
  > {
    const { orm, clock, log } = this.#deps;
    const turn = { name: DUTY, leaseMs: LEASE_MS, clock, ...(notWithinMs === undefined ? {} : { notWithinMs }) };
    const paused = await withLease(orm, turn, async (lease) => await this.#settleAll(lease, signal));
    if (paused) log.info({ paused }, 'expired subscriptions paused');
    return paused;
  }

  async #settleAll(lease: Lease, signal?: AbortSignal): Promise<number> {
    let paused = 0;
    let ids = await this.#expiredAfter(0);
    while (ids.length > 0) {
      for (const id of ids) {
        if (signal?.aborted || !(await lease.renew())) return paused;
        if (await this.#trySettle(id)) paused++;
      }
      ids = await this.#expiredAfter(ids.at(-1) ?? 0);
    }
    return paused;
  }

  async #expiredAfter(id: number): Promise<number[]> {
    const { orm, clock } = this.#deps;
    const rows = await kysely(orm.em.fork())
      .selectFrom('Suscripcion')
      .select('id_suscripcion')
      .where('estado', '=', 'ACTIVA')
      .where('fecha_expiracion', '<=', clock())
      .where('id_suscripcion', '>', id)
      .orderBy('id_suscripcion')
      .limit(BATCH)
      .execute();
    return rows.map(({ id_suscripcion }) => id_suscripcion);
  }

  /** One subscription that cannot be settled does not keep the others from it. */
  async #trySettle(id: number): Promise<boolean> {
    const { orm, clock, log } = this.#deps;
    try {
      return await inTransaction(orm.em, async (em) => {
        const { payer, all } = await lockSubscription(em, id);
        return await pauseExpired(em, payer, all, clock());
      });
    } catch (error) {
      const removed = error instanceof AppError && error.kind === 'not_found';
      if (!removed) log.warn({ err: error, id_suscripcion: id }, 'expired subscription not paused');
      return false;
    }
  }
}
