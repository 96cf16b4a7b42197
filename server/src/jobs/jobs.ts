import type { Deps } from '../deps.ts';
import type { Exchange } from './bullmq/exchange.ts';
import { createRegistration } from './registry.ts';
import { Runner } from './runner.ts';
import { createJobServices, type JobServices } from './services.ts';

/** The job machinery of one process. Disposing it hands running jobs back. */
export interface Jobs extends JobServices, AsyncDisposable {
  start(): Promise<void>;
}

/**
 * Wires the runner (unless SOM3D_EMBEDDED_WORKER is off) and the sweeper. Nothing happens before `start`. A process without
 * Redis does not load BullMQ.
 */
export function createJobs(deps: Deps): Jobs {
  const services = createJobServices(deps);
  const { signals, watch, sweeper } = services;
  const runner = deps.config.SOM3D_EMBEDDED_WORKER ? new Runner({ ...deps, ...services }) : null;
  const registration = runner && createRegistration(deps);
  let exchange: Exchange | null = null;
  return {
    ...services,
    start: async () => {
      if (deps.redis) {
        const { createExchange } = await import('./bullmq/exchange.ts');
        exchange = createExchange(deps, deps.redis, signals);
        exchange.start();
      }
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
