import { Queue } from 'bullmq';
import { kysely } from '../../db/kysely.ts';
import type { Deps } from '../../deps.ts';
import type { RedisGateway } from '../../gateways/redis/redis.ts';
import { isDue } from '../due.ts';
import {
  MESSAGE_COLUMNS,
  messageId,
  messageOptions,
  priorityOf,
  QUEUE,
  type JobMessage,
  type QueuedRow,
} from './message.ts';

/**
 * Puts messages about jobs into Redis. While it is away nothing is done: the feeder and the database's own queue see to
 * those jobs.
 */
export function createProducer({ orm, clock }: Pick<Deps, 'orm' | 'clock'>, redis: RedisGateway) {
  let queue: Queue<JobMessage> | null = null;
  let closed = false;

  /** Runs on the queue while Redis is there; after a failure the next run opens the queue anew. */
  const withQueue = async (work: (open: Queue<JobMessage>) => Promise<void>): Promise<void> => {
    if (closed || !redis.reachable) return;
    if (!queue) {
      queue = new Queue(QUEUE, { connection: redis.client, prefix: redis.prefix });
      queue.on('error', (error) => redis.report(error, 'the queue in redis failed'));
    }
    const open = queue;
    try {
      await work(open);
    } catch (error) {
      redis.report(error, 'a message could not be put into redis');
      if (queue === open) queue = null;
      open.close().catch(() => undefined);
    }
  };

  /** Adds what is not there, in the order given. */
  const addMissing = async (open: Queue<JobMessage>, rows: readonly QueuedRow[]): Promise<void> => {
    const pipeline = redis.client.pipeline();
    for (const { job_id, attempts } of rows) pipeline.exists(open.toKey(messageId(job_id, attempts)));
    const found = (await pipeline.exec()) ?? [];
    const missing = rows.filter((_, index) => found[index]?.[1] === 0);
    if (missing.length === 0) return;
    await open.addBulk(
      missing.map((row) => ({ name: 'convert', data: { job_id: row.job_id }, opts: messageOptions(row) })),
    );
  };

  /** Sees to it that these rows have a message each. */
  const supply = async (rows: readonly QueuedRow[]): Promise<void> => {
    if (rows.length > 0) await withQueue((open) => addMissing(open, rows));
  };

  /** Sees to it that a job that is due has a message of its present priority. */
  const offer = async (jobId: string): Promise<void> => {
    if (!redis.reachable) return;
    const row = await kysely(orm.em.fork())
      .selectFrom('JobConv')
      .select(MESSAGE_COLUMNS)
      .where('job_id', '=', jobId)
      .where('status', '=', 'QUEUED')
      .where(isDue(clock()))
      .executeTakeFirst();
    if (!row) return;
    await withQueue(async (open) => {
      const message = await open.getJob(messageId(row.job_id, row.attempts));
      const priority = priorityOf(row.priority);
      if (!message) await addMissing(open, [row]);
      else if (message.priority !== priority) await message.changePriority({ priority });
    });
  };

  const close = async (): Promise<void> => {
    closed = true;
    await queue?.close().catch(() => undefined);
  };

  return { supply, offer, close };
}
export type Producer = ReturnType<typeof createProducer>;
