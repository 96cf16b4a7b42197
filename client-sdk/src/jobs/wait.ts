import type { Job, JobProgress } from '@som3d/contract';
import {
  ApiError,
  JobCanceledError,
  JobFailedError,
  TimeoutError,
  UnauthorizedError,
  UnexpectedResponseError,
} from '../core/errors.ts';
import type { Client } from '../core/types.ts';
import { listen, mayPass } from './events.ts';
import { poll } from './poll.ts';

/** How {@link waitForJob} waits. */
export interface WaitOptions {
  /** Called whenever status, phase or percent have changed, and the first time. */
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * First pause in ms between two looks where there is no event stream, growing to five times that while nothing
   * changes, and before a stream that broke off is opened again. Default 1000.
   */
  readonly pollMs?: number | undefined;
  /** Longest wait in ms; none by default. The job itself goes on. */
  readonly timeoutMs?: number | undefined;
  /** Failed looks in a row (no network, 502, 503, 504, 429, silence) after which the failure is thrown. Default 10. */
  readonly maxFailures?: number | undefined;
  /** Longest time in ms until the first byte of the event stream; then it is asked again and again. Default 10 000. */
  readonly firstByteMs?: number | undefined;
}

/** Failures in a row after which a stream is given up for a while. */
const STREAM_FAILURES = 3;
/** For how long looks take a stream's place that may come back, in ms. */
const RECOVERY_MS = 15_000;

function differs(a: JobProgress | undefined, b: JobProgress): boolean {
  return a?.status !== b.status || a.phase !== b.phase || a.percent !== b.percent;
}

/** The service has no room for another stream, or is about to go: looking is better than waiting for one. */
function isBusy(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 429 || error.status === 503);
}

/**
 * For how long to look instead of listening, in ms.
 *
 * @throws the error, where looking would not help either
 */
function withoutStream(error: unknown): number {
  if (isBusy(error)) return Math.max(RECOVERY_MS, ((error as ApiError).retryAfter ?? 0) * 1000);
  if (mayPass(error)) return RECOVERY_MS;
  // An older service, a proxy in between: whether something else is wrong, the looks will tell.
  if (error instanceof UnexpectedResponseError) return Infinity;
  if (error instanceof ApiError && !(error instanceof UnauthorizedError)) return Infinity;
  throw error;
}

async function follow(client: Client, id: string, options: WaitOptions): Promise<void> {
  const { signal, onProgress, pollMs = 1_000, maxFailures = 10, firstByteMs } = options;
  let last: JobProgress | undefined;
  const tell = (progress: JobProgress): boolean => {
    const news = differs(last, progress);
    last = progress;
    if (news) onProgress?.(progress);
    return news;
  };
  const streaming = { signal, firstByteMs, retryMs: options.pollMs, maxFailures: STREAM_FAILURES };
  for (;;) {
    try {
      const events = listen(client, id, streaming, (error) => mayPass(error) && !isBusy(error));
      for await (const { progress } of events) tell(progress);
      return;
    } catch (error) {
      if (signal?.aborted) throw error;
      const forMs = withoutStream(error);
      if (await poll(client, id, { signal, pollMs, maxFailures, forMs }, tell)) return;
    }
  }
}

function settle(job: Job): Job {
  if (job.status === 'error') throw new JobFailedError(job);
  if (job.status === 'canceled') throw new JobCanceledError(job);
  return job;
}

/**
 * Waits until a job has ended: it listens to the job's events, and asks again and again where they do not come through.
 * Passing failures of the network are sat out.
 *
 * @returns the finished job
 * @throws JobFailedError, JobCanceledError; TimeoutError after `timeoutMs`; the signal's reason when it is aborted
 */
export async function waitForJob(client: Client, jobId: string, options: WaitOptions = {}): Promise<Job> {
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
}
