import type { Deps } from '../../deps.ts';
import type { RedisGateway } from '../../gateways/redis/redis.ts';
import { createBridge } from '../bridge.ts';
import type { JobSignals } from '../signals.ts';
import { createFeeder } from './feeder.ts';
import { createProducer } from './producer.ts';

/** What a process with Redis does beside: jobs get messages, signals go to and come from other processes. */
export function createExchange(deps: Deps, redis: RedisGateway, signals: JobSignals) {
  const bridge = createBridge(redis, signals);
  const producer = createProducer(deps, redis);
  const feeder = createFeeder(deps, redis, producer);
  const onQueued = (jobId: string): void => {
    // What fails here is found by the feeder.
    producer.offer(jobId).catch((error: unknown) => redis.report(error, 'a job could not be put into redis'));
  };
  return {
    start: (): void => {
      bridge.start();
      signals.on('queued', onQueued);
      feeder.start();
    },
    stop: async (): Promise<void> => {
      await feeder.stop();
      signals.off('queued', onQueued);
      await producer.close();
      bridge.stop();
    },
  };
}
export type Exchange = ReturnType<typeof createExchange>;
