import { setTimeout as pause } from 'node:timers/promises';
import { WaitingError, Worker, type Job } from 'bullmq';
import type { RedisGateway } from '../../gateways/redis/redis.ts';
import type { AttemptEnd } from '../attempt.ts';
import type { Bench } from '../database-source.ts';
import { OWNER } from '../owner.ts';
import type { ClaimedJob } from '../queue.ts';
import type { Release } from '../slots.ts';
import { messageId, QUEUE, type JobMessage } from './message.ts';

/** How long a message stays with a worker that shows no life. Its job stays until the lease in the row ends. */
const LOCK_MS = 15_000;
const STALLED_EVERY_MS = 5000;
/** A message may lose its worker any number of times: the row counts attempts. */
const ANY_NUMBER = 1_000_000;
/** How long a stop waits for Redis; the queue's own close never ends while it is away. */
const CLOSE_MS = 3000;

/** Leaves the message in the queue, for whoever comes next. Never returns. */
async function putBack(message: Job<JobMessage>, token: string): Promise<never> {
  await message.moveToWait(token);
  throw new WaitingError();
}

/**
 * Claims a job for each message of the queue. The message only says that there is work: which job is the next one the
 * database decides, so that users take turns. A message is kept for as long as a job is computed.
 *
 * @param compute has a claimed job computed in the slot that was taken for it; never rejects
 */
export function createMessageSource(
  { queue, slots, log }: Bench,
  {
    redis,
    concurrency,
    compute,
  }: {
    redis: RedisGateway;
    concurrency: number;
    compute: (job: ClaimedJob, release: Release) => Promise<AttemptEnd>;
  },
) {
  const claim = async (release: Release): Promise<ClaimedJob | null> => {
    let job: ClaimedJob | null = null;
    try {
      job = await queue.claim(OWNER);
    } catch (error) {
      // The message goes; the job gets another one when the database is back.
      log.warn({ err: error }, 'cannot read the queue');
    }
    if (!job) release();
    return job;
  };

  const handle = async (message: Job<JobMessage>, token = ''): Promise<void> => {
    const release = await slots.take();
    if (!release) return await putBack(message, token);
    const job = await claim(release);
    // Nothing is due, so neither is the job of this message.
    if (!job) return;
    const { job_id } = job;
    const { again } = await compute(job, release);
    // Another job had its turn: that of this message still waits.
    const waits = job_id !== message.data.job_id;
    // Handed back as it was: this message is that of its next attempt, which may begin at once.
    const stays = again?.runAfter === null && messageId(job_id, again.attempts) === message.id;
    if (waits || stays) await putBack(message, token);
  };

  let worker: Worker<JobMessage> | null = null;

  const start = (): void => {
    worker = new Worker<JobMessage>(QUEUE, handle, {
      connection: redis.connect(),
      prefix: redis.prefix,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_EVERY_MS,
      maxStalledCount: ANY_NUMBER,
    });
    worker.on('error', (error) => redis.report(error, 'the queue in redis failed'));
    worker.on('failed', (_, error) => redis.report(error, 'a message could not be settled'));
  };

  /** Takes no further message, and waits for those in hand. */
  const stop = async (): Promise<void> => {
    if (!worker) return;
    // Without Redis there is nothing to settle, and the queue would wait for it and keep its timers.
    const closed = worker
      .close(!redis.reachable)
      .catch((error: unknown) => redis.report(error, 'the queue in redis failed'));
    const patience = new AbortController();
    const limit = async (): Promise<void> => {
      while (redis.reachable) await pause(CLOSE_MS, undefined, { signal: patience.signal });
    };
    await Promise.race([closed, limit().catch(() => undefined)]);
    patience.abort();
  };

  return { start, stop };
}
export type MessageSource = ReturnType<typeof createMessageSource>;
