import type { Logger } from 'pino';
import { pauseAfter } from './backoff.ts';

/** A task that runs repeatedly. */
export interface Loop {
  /** Runs at once, and then at the given interval. */
  start(): void;
  /** Starts no further run, and waits for the present one. */
  stop(): Promise<void>;
  /** Runs as soon as possible: at once, or once more after the present run. */
  nudge(): void;
}

/** Longest pause after failures, in ms. */
const MAX_PAUSE_MS = 60_000;

/**
 * A loop whose runs never overlap: a run that takes longer than the interval delays the next. An error ends the run,
 * not the loop. While runs fail, the pauses double.
 *
 * @param everyMs pause between the end of a run and the next, in ms
 * @param run one round; `signal` is aborted by `stop`
 */
export function createLoop(options: {
  readonly name: string;
  readonly everyMs: number;
  readonly run: (signal: AbortSignal) => Promise<unknown>;
  readonly log: Logger;
}): Loop {
  const { name, everyMs, run, log } = options;
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let again = false;
  let failures = 0;

  const pauseMs = (): number => {
    if (again) return 0;
    if (failures === 0) return everyMs;
    return pauseAfter({ firstMs: 2 * everyMs, longestMs: Math.max(everyMs, MAX_PAUSE_MS) }, failures);
  };

  const attempt = async (): Promise<void> => {
    try {
      await run(stopping.signal);
      failures = 0;
    } catch (error) {
      failures++;
      log.warn({ err: error, loop: name }, 'background run failed');
    }
  };

  const schedule = (): void => {
    running = null;
    if (stopping.signal.aborted) return;
    timer = setTimeout(round, pauseMs());
    again = false;
  };

  const round = (): void => {
    clearTimeout(timer);
    if (stopping.signal.aborted) return;
    if (running) again = true;
    else running = attempt().finally(schedule);
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
}
