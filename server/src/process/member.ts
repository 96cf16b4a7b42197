import cluster from 'node:cluster';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { startServer } from './serve.ts';
import { shutDown } from './shutdown.ts';
import { sendToPrimary, type FromPrimary } from '../cluster/messages.ts';

/**
 * Resolves when this process must end: after the primary's stop message, after the end of the primary, or after a
 * signal. A second signal ends the process at once.
 */
async function untilStopped(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let signalled = false;
  const onSignal = (): void => {
    if (signalled) process.exit(130);
    signalled = true;
    resolve();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('message', ({ type }: FromPrimary) => type === 'stop' && resolve());
  cluster.worker?.once('disconnect', () => {
    // Otherwise Node ends the process at this moment, with requests in progress.
    if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
    resolve();
  });
  await promise;
}

/**
 * Serves as a member of a group, on the shared port, until it must stop; then the process ends. The primary has
 * prepared the database.
 *
 * @param explain returns the sentence for the operator when the operator can correct the error
 */
export async function runMember(
  config: Config,
  log: Logger,
  explain: (error: unknown) => string | undefined,
): Promise<void> {
  const stopped = untilStopped();
  try {
    const server = await startServer(config, log, undefined, { prepared: true });
    sendToPrimary({ type: 'ready', url: server.url });
    await stopped;
    await shutDown(server, config);
    process.exit(0);
  } catch (error) {
    const reason = explain(error);
    if (reason === undefined) log.fatal({ err: error }, 'API process failed');
    else sendToPrimary({ type: 'failed', reason });
    // The message must leave before the process ends.
    await delay(200);
    process.exit(1);
  }
}
