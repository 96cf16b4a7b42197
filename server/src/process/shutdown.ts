import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { RunningServer } from './serve.ts';

type Limits = Pick<Config, 'SOM3D_SHUTDOWN_SECONDS' | 'SOM3D_DRAIN_DELAY_SECONDS'>;

/** Time beside that of the requests, in ms: to hand jobs back and to close what is open. */
const CLOSING_MS = 5000;

/** How long an orderly end may take in all, in ms. */
export function stopLimitMs(config: Limits): number {
  return (config.SOM3D_DRAIN_DELAY_SECONDS + config.SOM3D_SHUTDOWN_SECONDS) * 1000 + CLOSING_MS;
}

/**
 * Ends a server in order: it says that it is not ready any more, serves on for the configured while, then drains. What
 * hangs for longer than that is given up with the process.
 */
export async function shutDown(server: RunningServer, config: Limits): Promise<void> {
  const limit = setTimeout(() => process.exit(1), stopLimitMs(config));
  server.leave();
  await delay(config.SOM3D_DRAIN_DELAY_SECONDS * 1000);
  await server[Symbol.asyncDispose]();
  clearTimeout(limit);
}
