import type { Deps } from '../deps.ts';
import { createRunner } from './runner.ts';
import { createJobSignals, type JobSignals } from './signals.ts';
import { createSweeper } from './sweeper.ts';
import { createJobWatch, type JobWatch } from './watch.ts';

/** The job machinery of one process. Disposing it hands running jobs back. */
export interface Jobs extends AsyncDisposable {
  /** Where the routes say that a job was queued or cancelled. */
  readonly signals: JobSignals;
  /** Where the routes see jobs move. */
  readonly watch: JobWatch;
  start(): Promise<void>;
}

/** Wires the runner (unless SOM3D_EMBEDDED_WORKER is off) and the sweeper. Nothing happens before `start`. */
export const createJobs = (deps: Deps): Jobs => {
  const signals = createJobSignals();
  const watch = createJobWatch(deps, signals);
  const runner = deps.config.SOM3D_EMBEDDED_WORKER ? createRunner(deps, signals) : null;
  const sweeper = createSweeper(deps);
  return {
    signals,
    watch,
    start: async () => {
      runner?.start();
      sweeper.start();
      await Promise.resolve();
    },
    [Symbol.asyncDispose]: async () => {
      watch.close();
      await Promise.all([runner?.stop(), sweeper.stop()]);
    },
  };
};
