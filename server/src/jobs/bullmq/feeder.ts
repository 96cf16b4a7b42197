import { createLoop, type Loop } from '../../base/loop.ts';
import { kysely } from '../../db/kysely.ts';
import type { Deps } from '../../deps.ts';
import { withLease } from '../../db/locks/lease.ts';
import type { RedisGateway } from '../../gateways/redis/redis.ts';
import { abandonedJobs, waitingJobs } from '../due.ts';
import { MESSAGE_COLUMNS } from './message.ts';
import type { Producer } from './producer.ts';

const EVERY_MS = 3000;
const LEASE_MS = 6000;
/** Rows of one round: the next to be begun. Those behind them have time. */
const BATCH = 500;

/**
 * Gives a message to every job that is due and has none: its pause is over, its worker has gone silent, or Redis has
 * lost the message. One process at a time does it; two would do no harm.
 */
export function createFeeder(
  { orm, clock, log }: Pick<Deps, 'orm' | 'clock' | 'log'>,
  redis: RedisGateway,
  producer: Producer,
): Loop {
  const run = async (): Promise<void> => {
    if (!redis.reachable) return;
    await withLease(orm, { name: 'job-feeder', leaseMs: LEASE_MS, clock, notWithinMs: EVERY_MS / 2 }, async () => {
      for (const find of [abandonedJobs, waitingJobs]) {
        const rows = find(kysely(orm.em.fork()), clock(), BATCH);
        await producer.supply(await rows.select(MESSAGE_COLUMNS).execute());
      }
    });
  };

  return createLoop({ name: 'job feeder', everyMs: EVERY_MS, run, log });
}
