import type { Deps } from '../deps.ts';
import type { RedisGateway } from '../gateways/redis/redis.ts';
import { createBridge } from './bridge.ts';
import { createFeeder } from './bullmq/feeder.ts';
import { createProducer } from './bullmq/producer.ts';
import { createRegistration } from './registry.ts';
import { Runner } from './runner.ts';
import { createJobServices, type JobServices } from './services.ts';
import type { JobSignals } from './signals.ts';

/** The job machinery of one process. Disposing it hands running jobs back. */
export interface Jobs extends JobServices, AsyncDisposable {
  start(): Promise<void>;
}

/** What a process with Redis does beside: jobs get messages, signals go to and come from other processes. */
function createExchange(deps: Deps, redis: RedisGateway, signals: JobSignals) {
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

/** Wires the runner (unless SOM3D_EMBEDDED_WORKER is off) and the sweeper. Nothing happens before `start`. */
export function createJobs(deps: Deps): Jobs {
  const services = createJobServices(deps);
  const { signals, watch, sweeper } = services;
  const runner = deps.config.SOM3D_EMBEDDED_WORKER ? new Runner({ ...deps, ...services }) : null;
  const registration = runner && createRegistration(deps);
  const exchange = deps.redis && createExchange(deps, deps.redis, signals);
  return {
    ...services,
    start: async () => {
      exchange?.start();
      await runner?.start();
      registration?.start();
      sweeper.start();
    },
    [Symbol.asyncDispose]: async () => {
      watch.close();
      await Promise.all([runner?.stop(), registration?.stop(), sweeper.stop()]);
      // Last, so that what was handed back is told.
      await exchange?.stop();
    },
  };
}
