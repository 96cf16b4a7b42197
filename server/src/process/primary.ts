import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { openDeps } from './open-deps.ts';
import type { Deps } from '../deps.ts';
import type { FirstAccount } from '../setup/first-start.ts';
import { NotReadyError, prepareDatabase } from '../setup/prepare.ts';
import { stopLimitMs } from './shutdown.ts';
import { Group, GroupFailedError } from '../cluster/group.ts';

interface Greeted {
  readonly url: string;
  readonly deps: Deps;
  readonly accounts: readonly FirstAccount[];
}

/** The first signal stops the group in order, the second one at once. */
function obeySignals(group: Group): void {
  let signalled = false;
  const onSignal = (): void => {
    if (signalled) {
      group.kill();
      process.exit(130);
    }
    signalled = true;
    group.stop();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}

/**
 * Runs the service as a group of processes on one port and supervises them; returns when a signal has ended all of them.
 * This process prepares the database once, before any of them starts, and serves nothing itself.
 *
 * @param greet called once, when every process serves
 * @throws NotReadyError when migrations are pending on MySQL, or no process of the group stays alive
 */
export async function runPrimary(
  config: Config,
  log: Logger,
  greet: (server: Greeted, config: Config) => Promise<void>,
): Promise<void> {
  await using deps = await openDeps(config, log);
  const accounts = await prepareDatabase(deps, config, log);
  const group = new Group({
    size: config.SOM3D_API_PROCESSES,
    log,
    // One process of the group runs jobs: the plan of concurrency and memory is for a machine.
    environment: (slot): Record<string, string> => (slot === 0 ? {} : { SOM3D_EMBEDDED_WORKER: 'false' }),
    stopWithinMs: stopLimitMs(config),
  });
  obeySignals(group);
  try {
    void group.ready.then((url) => greet({ url, deps, accounts }, config)).catch(() => undefined);
    await group.ended;
  } catch (error) {
    if (error instanceof GroupFailedError) throw new NotReadyError(error.message, { cause: error });
    throw error;
  }
}
