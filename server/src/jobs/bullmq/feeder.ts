import { createLoop, type Loop } from '../../background.ts';
import { kysely } from '../../db/kysely.ts';
import type { Deps } from '../../deps.ts';
import { withLease } from '../../domains/locks/lease.ts';
import type { RedisGateway } from '../../gateways/redis/redis.ts';
import { MAX_ATTEMPTS } from '../states.ts';
import type { QueuedRow } from './message.ts';
import type { Producer } from './producer.ts';

const EVERY_MS = 3000;
const LEASE_MS = 6000;
/** Rows of one round: the next to be begun. Those behind them have time. */
const BATCH = 500;

/**
 * Gives a message to every job that is due and has none: its pause is over, its worker has gone silent, or Redis has
 * lost the message. One process at a time does it; two would do no harm.
 */
export const createFeeder = (
  { orm, clock, log }: Pick<Deps, 'orm' | 'clock' | 'log'>,
  redis: RedisGateway,
  producer: Producer,
): Loop => {
  const COLUMNS = ['job_id', 'attempts', 'priority'] as const;
  const rows = () =>
    kysely(orm.em.fork()).selectFrom('JobConv').select(COLUMNS).where('input_key', 'is not', null).limit(BATCH);

  const waiting = async (): Promise<QueuedRow[]> =>
    await rows()
      .where('status', '=', 'QUEUED')
      .where((eb) => eb.or([eb('run_after', 'is', null), eb('run_after', '<=', clock())]))
      .orderBy('priority', 'desc')
      .orderBy('created_at')
      .orderBy('job_id')
      .execute();

  const abandoned = async (): Promise<QueuedRow[]> =>
    await rows()
      .where('status', '=', 'RUNNING')
      .where('lease_expires_at', '<', clock())
      .where('attempts', '<', MAX_ATTEMPTS)
      .orderBy('lease_expires_at')
      .execute();

  const run = async (): Promise<void> => {
    if (!redis.reachable) return;
    await withLease(orm, { name: 'job-feeder', leaseMs: LEASE_MS, clock, notWithinMs: EVERY_MS / 2 }, async () => {
      await producer.supply(await abandoned());
      await producer.supply(await waiting());
    });
  };

  return createLoop({ name: 'job feeder', everyMs: EVERY_MS, run, log });
};
