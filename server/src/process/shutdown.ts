import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { RunningServer } from './serve.ts';

type Limits = Pick<Config, 'SOM3D_SHUTDOWN_SECONDS' | 'SOM3D_DRAIN_DELAY_SECONDS'>;

/** Time in addition to that of the requests, in ms: to hand jobs back and to close the dependencies. */
const CLOSING_MS = 5000;

/** Time limit of an orderly end in total, in ms. */
export function stopLimitMs(config: Limits): number {
  return (config.SOM3D_DRAIN_DELAY_SECONDS + config.SOM3D_SHUTDOWN_SECONDS) * 1000 + CLOSING_MS;
}

/**
 * Ends a server in order: it reports that it is not ready, serves for the configured delay, then drains. After the time
 * limit the process exits with whatever still hangs.
 */
export async function shutDown(server: RunningServer, config: Limits): Promise<void> {
  const limit = setTimeout(() => process.exit(1), stopLimitMs(config));
  server.leave();
  await delay(config.SOM3D_DRAIN_DELAY_SECONDS * 1000);
  await server[Symbol.asyncDispose]();
  clearTimeout(limit);
}
