import type { Logger } from 'pino';
import { OWNER } from './owner.ts';
import type { ClaimedJob, JobQueue } from './queue.ts';
import type { Release, Slots } from './slots.ts';

/** How often the database is asked for jobs that another process has queued or dropped. */
const POLL_MS = 1000;

/** What a source of claims is given by the runner. */
export interface Bench {
  readonly queue: JobQueue;
  readonly slots: Slots;
  readonly log: Logger;
}

/**
 * Claims jobs from the database, at once when it is told of one and in a rhythm of its own.
 *
 * @param wanted false while jobs come in another way
 * @param begin has a claimed job computed in the slot that was taken for it
 */
export function createDatabaseSource(
  { queue, slots, log }: Bench,
  { wanted, begin }: { wanted: () => boolean; begin: (job: ClaimedJob, release: Release) => void },
) {
  let running = false;
  let filling: Promise<void> | null = null;
  let askedAgain = false;
  let timer: NodeJS.Timeout | undefined;

  const beginNext = async (): Promise<boolean> => {
    const release = slots.tryTake();
    if (!release) return false;
    let job: ClaimedJob | null = null;
    try {
      job = await queue.claim(OWNER);
    } finally {
      if (!job) release();
    }
    if (job) begin(job, release);
    return job !== null;
  };

  const asked = (): boolean => running && wanted();

  const fill = async (): Promise<void> => {
    do {
      askedAgain = false;
      try {
        while (asked() && (await beginNext()));
      } catch (error) {
        log.warn({ err: error }, 'cannot read the queue');
        return;
      }
    } while (askedAgain);
  };

  /** Looks for jobs now. */
  const wake = (): void => {
    if (!asked()) return;
    askedAgain = true;
    filling ??= fill().finally(() => {
      filling = null;
      // Asked in the very moment of ending.
      if (askedAgain) wake();
    });
  };

  const start = (): void => {
    running = true;
    timer = setInterval(wake, POLL_MS);
    wake();
  };

  /** No further claim; waits for the one under way. */
  const stop = async (): Promise<void> => {
    running = false;
    clearInterval(timer);
    await filling;
  };

  return { start, stop, wake };
}
export type DatabaseSource = ReturnType<typeof createDatabaseSource>;
