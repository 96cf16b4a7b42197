import type { Logger } from 'pino';

/** A duty that is done again and again. */
export interface Loop {
  /** Runs now and then in the given rhythm. */
  start(): void;
  /** No further run; waits for the one under way. */
  stop(): Promise<void>;
  /** Runs as soon as possible: now, or once more after the run under way. */
  nudge(): void;
}

/**
 * A loop that never overlaps itself: a run that takes longer than the rhythm delays the next. An error ends the run,
 * not the loop.
 *
 * @param everyMs pause between the end of a run and the next, in ms
 * @param run one round; `signal` is aborted by `stop`
 */
export const createLoop = (options: {
  readonly name: string;
  readonly everyMs: number;
  readonly run: (signal: AbortSignal) => Promise<unknown>;
  readonly log: Logger;
}): Loop => {
  const { name, everyMs, run, log } = options;
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let again = false;

  const round = (): void => {
    clearTimeout(timer);
    if (stopping.signal.aborted) return;
    if (running) {
      again = true;
      return;
    }
    running = Promise.resolve()
      .then(() => run(stopping.signal))
      .then(
        () => {},
        (error: unknown) => log.warn({ err: error, loop: name }, 'a background round failed'),
      )
      .finally(() => {
        running = null;
        if (stopping.signal.aborted) return;
        timer = setTimeout(round, again ? 0 : everyMs);
        again = false;
      });
  };

  return {
    start: round,
    nudge: round,
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
};
