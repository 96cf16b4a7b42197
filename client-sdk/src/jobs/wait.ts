import type { Job, JobFile, JobProgress } from '../generated/types.ts';
import {
  ApiError,
  JobCanceledError,
  JobFailedError,
  TimeoutError,
  UnauthorizedError,
  UnexpectedResponseError,
} from '../core/errors.ts';
import type { Client } from '../generated/types.ts';
import { listen, mayPass } from './events.ts';
import { poll } from './poll.ts';

/** Options of {@link waitForJob}. */
export interface WaitOptions {
  /** Called the first time, and whenever status, phase or percent change. */
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  /**
   * Called when there is a first model to look at, a GLB that `downloadPreview` gets until the job ends. Called again when
   * another attempt made it anew; never for a job that ends before the client sees it.
   */
  readonly onPreview?: ((preview: JobFile) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * First pause in ms between two requests without an event stream; it grows to five times that while nothing changes.
   * Also the pause before a broken stream is reopened. Default 1000.
   */
  readonly pollMs?: number | undefined;
  /** Longest wait in ms; no limit by default. The job itself continues. */
  readonly timeoutMs?: number | undefined;
  /** Consecutive failures (no network, 502, 503, 504, 429, silence) before it throws. Default 10. */
  readonly maxFailures?: number | undefined;
  /** Longest time in ms until the first byte of the event stream; then it polls. Default 10 000. */
  readonly firstByteMs?: number | undefined;
}

/** Consecutive failures after which it polls for a while instead of opening streams. */
const STREAM_FAILURES = 3;
/** How long it polls before it tries a stream again, in ms. */
const RECOVERY_MS = 15_000;

function differs(a: JobProgress | undefined, b: JobProgress): boolean {
  return a?.status !== b.status || a.phase !== b.phase || a.percent !== b.percent;
}

/** The service has no room for another stream, or it is stopping: polling is better than waiting. */
function isBusy(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 429 || error.status === 503);
}

/**
 * How long to poll instead of listening, in ms.
 *
 * @throws the error, when polling would not help either
 */
function withoutStream(error: unknown): number {
  if (isBusy(error)) return Math.max(RECOVERY_MS, ((error as ApiError).retryAfter ?? 0) * 1000);
  if (mayPass(error)) return RECOVERY_MS;
  // An older service or a proxy without streams. Polling shows whether something else is wrong.
  if (error instanceof UnexpectedResponseError) return Infinity;
  if (error instanceof ApiError && !(error instanceof UnauthorizedError)) return Infinity;
  throw error;
}

async function follow(client: Client, id: string, options: WaitOptions): Promise<void> {
  const { signal, onProgress, onPreview, pollMs = 1_000, maxFailures = 10, firstByteMs } = options;
  let last: JobProgress | undefined;
  const report = (progress: JobProgress): boolean => {
    const news = differs(last, progress);
    if (progress.preview && !last?.preview) onPreview?.(progress.preview);
    last = progress;
    if (news) onProgress?.(progress);
    return news;
  };
  const streaming = { signal, firstByteMs, retryMs: options.pollMs, maxFailures: STREAM_FAILURES };
  for (;;) {
    try {
      const events = listen(client, id, streaming, (error) => mayPass(error) && !isBusy(error));
      for await (const { progress } of events) report(progress);
      return;
    } catch (error) {
      if (signal?.aborted) throw error;
      const forMs = withoutStream(error);
      if (await poll(client, id, { signal, pollMs, maxFailures, forMs }, report)) return;
    }
  }
}

function settle(job: Job): Job {
  if (job.status === 'error') throw new JobFailedError(job);
  if (job.status === 'canceled') throw new JobCanceledError(job);
  return job;
}

/**
 * Waits until a job ends: it listens to the job's events, and polls where events do not arrive. It survives temporary
 * failures of the network.
 *
 * @returns the finished job
 * @throws JobFailedError, JobCanceledError; TimeoutError after `timeoutMs`; the signal's reason when it is aborted
 */
export async function waitForJob(client: Client, jobId: string, options: WaitOptions = {}): Promise<Job> {
  const { timeoutMs } = options;
  const timeout = new AbortController();
  const stop = () => {
    timeout.abort(new TimeoutError(`Job ${jobId} did not end within ${timeoutMs} ms`, timeoutMs ?? 0));
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
