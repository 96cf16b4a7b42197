import cluster from 'node:cluster';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { startServer } from './serve.ts';
import { shutDown } from './shutdown.ts';
import { sendToPrimary, type FromPrimary } from '../cluster/messages.ts';

/**
 * Resolves when this process is to end: the primary says so, is gone, or somebody has sent this process a signal. A
 * second signal ends it at once.
 */
async function untilTold(): Promise<void> {
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
    // Without this Node ends the process in the same moment, with requests under way.
    if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
    resolve();
  });
  await promise;
}

/**
 * Serves as one of a group, on the port of all of them, until told to end; then the process ends. The primary has made
 * the database ready.
 *
 * @param explain the sentence for the operator, when the error is one that they can mend
 */
export async function runMember(
  config: Config,
  log: Logger,
  explain: (error: unknown) => string | undefined,
): Promise<void> {
  const told = untilTold();
  try {
    const server = await startServer(config, log, undefined, { prepared: true });
    sendToPrimary({ type: 'ready', url: server.url });
    await told;
    await shutDown(server, config);
    process.exit(0);
  } catch (error) {
    const reason = explain(error);
    if (reason === undefined) log.fatal({ err: error }, 'an API process failed');
    else sendToPrimary({ type: 'failed', reason });
    // The message leaves before the process does.
    await delay(200);
    process.exit(1);
  }
}
