import { setTimeout as pause } from 'node:timers/promises';
import { DelayedError, WaitingError, Worker, type Job } from 'bullmq';
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
/** While the database is away, a message is looked at again after this long. */
const UNREAD_MS = 5000;
/** How long a stop waits for Redis; the queue's own close never ends while it is away. */
const CLOSE_MS = 3000;

/** Leaves the message in the queue, for now or for later. Never returns. */
const putBack = async (message: Job<JobMessage>, token: string, delayMs: number): Promise<never> => {
  if (delayMs <= 0) {
    await message.moveToWait(token);
    throw new WaitingError();
  }
  await message.moveToDelayed(Date.now() + delayMs, token);
  throw new DelayedError();
};

/**
 * Claims the jobs that messages of the queue name. A message is kept for as long as its job is computed; whether there
 * is something to compute the row alone decides.
 *
 * @param compute has a claimed job computed in the slot that was taken for it; never rejects
 */
export const createMessageSource = (
  { queue, slots, log }: Bench,
  {
    redis,
    clock,
    concurrency,
    compute,
  }: {
    redis: RedisGateway;
    clock: () => Date;
    concurrency: number;
    compute: (job: ClaimedJob, release: Release) => Promise<AttemptEnd>;
  },
) => {
  const claim = async (jobId: string, release: Release): Promise<ClaimedJob | null | 'unread'> => {
    try {
      const job = await queue.claimById(OWNER, jobId);
      if (!job) release();
      return job;
    } catch (error) {
      release();
      log.warn({ err: error, job_id: jobId }, 'a job can not be read');
      return 'unread';
    }
  };

  const handle = async (message: Job<JobMessage>, token = ''): Promise<void> => {
    const { job_id } = message.data;
    const release = await slots.take();
    if (!release) return await putBack(message, token, 0);
    const job = await claim(job_id, release);
    if (job === null) return;
    if (job === 'unread') return await putBack(message, token, UNREAD_MS);
    const { again } = await compute(job, release);
    // After a failed attempt the next one has a message of its own; otherwise this one is it.
    if (!again || messageId(job_id, again.attempts) !== message.id) return;
    await putBack(message, token, again.runAfter ? again.runAfter.getTime() - clock().getTime() : 0);
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
    const closed = worker.close().catch((error: unknown) => redis.report(error, 'the queue in redis failed'));
    const patience = new AbortController();
    const limit = async (): Promise<void> => {
      while (redis.reachable) await pause(CLOSE_MS, undefined, { signal: patience.signal });
    };
    await Promise.race([closed, limit().catch(() => undefined)]);
    patience.abort();
  };

  return { start, stop };
};
