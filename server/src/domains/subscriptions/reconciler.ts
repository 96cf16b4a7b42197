import { createLoop } from '../../base/loop.ts';
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

/**
 * Moves subscriptions that have run out to PAUSADA and takes back what they gave: behaviour.md section 5. Each one is a
 * transaction of its own that looks again at what it has locked, so nothing is done twice, neither beside a payment,
 * nor beside another process, nor beside the predecessor's own procedure.
 */
export function createReconciler({ orm, clock, config, log }: Pick<Deps, 'orm' | 'clock' | 'config' | 'log'>) {
  const everyMs = config.RECONCILE_INTERVAL_MINUTES * 60_000;
  let started = false;

  const expiredAfter = async (id: number): Promise<number[]> => {
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
  };

  const settle = async (id: number): Promise<boolean> =>
    await inTransaction(orm.em, async (em) => {
      const { payer, all } = await lockSubscription(em, id);
      return await pauseExpired(em, payer, all, clock());
    });

  /** One subscription that can not be settled must not keep the others from it. */
  const trySettle = async (id: number): Promise<boolean> => {
    try {
      return await settle(id);
    } catch (error) {
      const removed = error instanceof AppError && error.kind === 'not_found';
      if (!removed) log.warn({ err: error, id_suscripcion: id }, 'expired subscription not paused');
      return false;
    }
  };

  const settleAll = async (lease: Lease, signal?: AbortSignal): Promise<number> => {
    let paused = 0;
    let ids = await expiredAfter(0);
    while (ids.length > 0) {
      for (const id of ids) {
        if (signal?.aborted || !(await lease.renew())) return paused;
        if (await trySettle(id)) paused++;
      }
      ids = await expiredAfter(ids.at(-1) ?? 0);
    }
    return paused;
  };

  /**
   * One round, unless another process is at it.
   *
   * @param notWithinMs also not when a round was completed less than this long ago, by whomever
   * @returns how many subscriptions were paused, or null when it was not this process's turn
   */
  const reconcile = async (options: { notWithinMs?: number; signal?: AbortSignal } = {}): Promise<number | null> => {
    const { notWithinMs, signal } = options;
    const turn = { name: DUTY, leaseMs: LEASE_MS, clock, ...(notWithinMs === undefined ? {} : { notWithinMs }) };
    const paused = await withLease(orm, turn, (lease) => settleAll(lease, signal));
    if (paused) log.info({ paused }, 'expired subscriptions paused');
    return paused;
  };

  const loop = createLoop({
    name: DUTY,
    everyMs,
    log,
    // At the start of a process at once; then in the rhythm that all processes share.
    run: async (signal) => {
      const first = !started;
      started = true;
      await reconcile(first ? { signal } : { signal, notWithinMs: everyMs / 2 });
    },
  });

  return { reconcile, start: () => loop.start(), stop: () => loop.stop() };
}
export type Reconciler = ReturnType<typeof createReconciler>;
