import type { Job, JobProgress } from '@som3d/contract';
import { sleep } from '../core/deadline.ts';
import { JobCanceledError, JobFailedError, TimeoutError } from '../core/errors.ts';
import { isPassing } from '../core/retry.ts';
import type { Client } from '../core/types.ts';

/** How {@link waitForJob} waits. */
export interface WaitOptions {
  /** Called whenever status, phase or percent have changed, and the first time. */
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** First pause between two looks in ms; it grows to five times that while nothing changes. Default 1000. */
  readonly pollMs?: number | undefined;
  /** Longest wait in ms; none by default. The job itself goes on. */
  readonly timeoutMs?: number | undefined;
  /** Failed looks in a row (no network, 502, 503, 504, 429, silence) after which the failure is thrown. Default 10. */
  readonly maxFailures?: number | undefined;
}

const isOver = ({ status }: JobProgress): boolean => status === 'done' || status === 'error' || status === 'canceled';

const differs = (a: JobProgress | undefined, b: JobProgress): boolean =>
  a?.status !== b.status || a.phase !== b.phase || a.percent !== b.percent;

/** Looks once; a passing failure is counted instead of thrown. */
const makeLook = (client: Client, id: string, { signal, maxFailures = 10 }: WaitOptions) => {
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
};

const follow = async (client: Client, id: string, options: WaitOptions): Promise<void> => {
  const { signal, onProgress, pollMs = 1_000 } = options;
  const look = makeLook(client, id, options);
  let last: JobProgress | undefined;
  for (let pause = pollMs; ; pause = Math.min(pause * 1.3, pollMs * 5)) {
    const progress = await look();
    if (progress && differs(last, progress)) {
      last = progress;
      pause = pollMs;
      onProgress?.(progress);
    }
    if (progress && isOver(progress)) return;
    await sleep(pause, signal);
  }
};

const settle = (job: Job): Job => {
  if (job.status === 'error') throw new JobFailedError(job);
  if (job.status === 'canceled') throw new JobCanceledError(job);
  return job;
};

/**
 * Waits until a job has ended. Passing failures of the network are sat out.
 *
 * @returns the finished job
 * @throws JobFailedError, JobCanceledError; TimeoutError after `timeoutMs`; the signal's reason when it is aborted
 */
export const waitForJob = async (client: Client, jobId: string, options: WaitOptions = {}): Promise<Job> => {
  const { timeoutMs } = options;
  const timeout = new AbortController();
  const stop = () => {
    timeout.abort(new TimeoutError(`Job ${jobId} has not ended within ${timeoutMs} ms`, timeoutMs ?? 0));
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(stop, timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout.signal]) : timeout.signal;
  try {
    await follow(client, jobId, { ...options, signal });
    return settle((await client.som3d.get({ params: { id: jobId }, signal })).body);
  } finally {
    clearTimeout(timer);
  }
};
