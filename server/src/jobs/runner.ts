import { runAttempt, type AttemptDeps, type StopReason } from './attempt.ts';
import { isGone, OWNER } from './owner.ts';
import { createJobQueue } from './queue.ts';
import type { JobSignals } from './signals.ts';

/** How often the database is asked for jobs that another process has queued or dropped. */
const POLL_MS = 1000;

interface Active {
  readonly jobId: string;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Takes jobs from the queue and has them computed, each in a process of its own, `SOM3D_WORKER_CONCURRENCY` at once.
 * Any number of runners, in any number of processes, share one database. Nothing happens before `start`.
 */
export const createRunner = (deps: Omit<AttemptDeps, 'queue'>, signals: JobSignals) => {
  const { config, log } = deps;
  const queue = createJobQueue(deps);
  const active = new Set<Active>();
  let running = false;
  let filling: Promise<void> | null = null;
  let askedAgain = false;
  let timer: NodeJS.Timeout | undefined;
  let released: Promise<void> = Promise.resolve();

  const hasRoom = (): boolean => running && active.size < config.SOM3D_WORKER_CONCURRENCY;
  const onCanceled = (canceled: string): void => {
    for (const { jobId, controller } of active) if (jobId === canceled) controller.abort('lost' satisfies StopReason);
  };

  const begin = async (): Promise<boolean> => {
    const job = await queue.claim(OWNER);
    if (!job) return false;
    const { job_id, attempts } = job;
    const controller = new AbortController();
    log.info({ job_id, attempt: attempts }, 'job started');
    const ended = runAttempt({ ...deps, queue }, job, controller)
      .catch((error: unknown) => log.error({ err: error, job_id }, 'a job could not be settled; its lease will end'))
      .finally(() => {
        active.delete(entry);
        log.info({ job_id, attempt: attempts }, 'job left');
        wake();
      });
    const entry: Active = { jobId: job_id, controller, ended };
    active.add(entry);
    return true;
  };

  const fill = async (): Promise<void> => {
    await released;
    do {
      askedAgain = false;
      try {
        while (hasRoom() && (await begin()));
      } catch (error) {
        log.warn({ err: error }, 'the queue can not be read');
        return;
      }
    } while (askedAgain);
  };

  const wake = (): void => {
    if (!running) return;
    askedAgain = true;
    filling ??= fill().finally(() => {
      filling = null;
      // Asked in the very moment of ending.
      if (askedAgain) wake();
    });
  };

  /**
   * The embedded database is on this machine, so its workers are too: a job whose worker was killed is taken up at
   * once. Elsewhere two machines may have one name, and the lease decides.
   */
  const releaseLeases = async (): Promise<void> => {
    if (!config.embedded) return;
    await queue.releaseLeases(isGone).catch((error: unknown) => log.warn({ err: error }, 'leases were not looked at'));
  };

  /** Begins to take jobs. */
  const start = (): void => {
    running = true;
    signals.on('queued', wake);
    signals.on('canceled', onCanceled);
    timer = setInterval(wake, POLL_MS);
    released = releaseLeases();
    wake();
  };

  /** Takes no more jobs, ends those that are being computed and hands them back. Resolves when all is settled. */
  const stop = async (): Promise<void> => {
    running = false;
    clearInterval(timer);
    signals.off('queued', wake);
    signals.off('canceled', onCanceled);
    await filling;
    const ending = [...active];
    for (const { controller } of ending) controller.abort('shutdown' satisfies StopReason);
    await Promise.all(ending.map(({ ended }) => ended));
  };

  return { start, stop };
};
export type Runner = ReturnType<typeof createRunner>;
