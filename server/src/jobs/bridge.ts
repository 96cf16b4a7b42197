import { randomUUID } from 'node:crypto';
import { JobId, JobProgress } from '@som3d/contract';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { RedisGateway } from '../gateways/redis/redis.ts';
import type { JobSignals } from './signals.ts';

const Relayed = z.discriminatedUnion('event', [
  z.object({ origin: z.string(), event: z.literal('canceled'), job_id: JobId }),
  z.object({ origin: z.string(), event: z.literal('progress'), job_id: JobId, progress: JobProgress }),
]);
type Relayed = z.infer<typeof Relayed>;

function parse(text: string): Relayed | null {
  try {
    return Relayed.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/**
 * Carries signals between the signals of this process and those of all others. A queued job is not told: its message in
 * the queue does that. While Redis is away nothing is carried, and nobody waits.
 */
export function createBridge(redis: RedisGateway, signals: JobSignals) {
  const origin = randomUUID();
  const channel = `${redis.prefix}:signals`;
  let subscriber: Redis | null = null;
  /** What comes in is not sent out again; emitting is synchronous. */
  let relaying = false;

  const send = (message: Relayed): void => {
    if (relaying || !redis.reachable) return;
    redis.client
      .publish(channel, JSON.stringify(message))
      .catch((error: unknown) => redis.report(error, 'a signal could not be sent'));
  };
  const onCanceled = (job_id: string): void => send({ origin, event: 'canceled', job_id });
  const onProgress = (job_id: string, progress: JobProgress): void =>
    send({ origin, event: 'progress', job_id, progress });

  const onMessage = (_: string, text: string): void => {
    const message = parse(text);
    if (!message || message.origin === origin) return;
    relaying = true;
    try {
      if (message.event === 'canceled') signals.emit('canceled', message.job_id);
      else signals.emit('progress', message.job_id, message.progress);
    } finally {
      relaying = false;
    }
  };

  const start = (): void => {
    subscriber = redis.connect();
    subscriber.on('message', onMessage);
    // Subscribed again by itself after every reconnection.
    subscriber.subscribe(channel).catch((error: unknown) => redis.report(error, 'signals can not be received'));
    signals.on('canceled', onCanceled);
    signals.on('progress', onProgress);
  };

  const stop = (): void => {
    signals.off('canceled', onCanceled);
    signals.off('progress', onProgress);
    subscriber?.disconnect();
  };

  return { start, stop };
}
