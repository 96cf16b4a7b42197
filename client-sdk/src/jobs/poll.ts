import type { JobProgress } from '../generated/types.ts';
import { sleep } from '../core/deadline.ts';
import { TimeoutError } from '../core/errors.ts';
import { isPassing } from '../core/retry.ts';
import type { Client } from '../generated/types.ts';
import { isOver } from './states.ts';

/** Options of {@link poll}. */
export interface PollOptions {
  readonly signal?: AbortSignal | undefined;
  /** First pause between two requests in ms; it grows to five times that while nothing changes. */
  readonly pollMs: number;
  /** Consecutive failures before it throws. */
  readonly maxFailures: number;
  /** Longest time in ms; a request in progress still finishes. */
  readonly forMs: number;
}

/** Requests once; it counts a temporary failure instead of throwing it. */
function makeLook(client: Client, id: string, { signal, maxFailures }: PollOptions) {
  let failures = 0;
  return async (): Promise<JobProgress | undefined> => {
    try {
      const { body } = await client.som3d.progress({ params: { id }, signal, retry: false });
      failures = 0;
      return body;
    } catch (error) {
      failures += 1;
      const passing = isPassing(error) || (error instanceof TimeoutError && !signal?.aborted);
      if (!passing || failures >= maxFailures) throw error;
      return undefined;
    }
  };
}

/**
 * Requests a job's progress repeatedly.
 *
 * @param report gets the progress of each request. @returns whether it was new
 * @returns whether the job ended; false when the time is over
 */
export async function poll(
  client: Client,
  id: string,
  options: PollOptions,
  report: (progress: JobProgress) => boolean,
): Promise<boolean> {
  const { signal, pollMs, forMs } = options;
  const look = makeLook(client, id, options);
  const until = Date.now() + forMs;
  for (let pause = pollMs; ; pause = Math.min(pause * 1.3, pollMs * 5)) {
    const progress = await look();
    if (progress && report(progress)) pause = pollMs;
    if (progress && isOver(progress)) return true;
    if (Date.now() >= until) return false;
    await sleep(pause, signal);
  }
}
