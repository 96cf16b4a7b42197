import { sleep } from '../core/deadline.ts';
import { ApiError, TimeoutError, UnexpectedResponseError } from '../core/errors.ts';
import { readEvents } from '../core/event-stream.ts';
import { isPassing } from '../core/retry.ts';
import type { Client, JobProgress } from '../generated/types.ts';
import { JOB_STATUSES } from '../generated/routes.ts';
import { isOver } from './states.ts';

/** Options of {@link jobEvents}. */
export interface JobEventsOptions {
  readonly signal?: AbortSignal | undefined;
  /** `id` of the last event that you have: the stream sends nothing until the progress changes. */
  readonly lastEventId?: string | undefined;
  /**
   * Pause in ms before a broken stream is reopened for the first time; it doubles with each further failure, up to thirty
   * times that. By default the service's own advice, otherwise 1000.
   */
  readonly retryMs?: number | undefined;
  /** Consecutive failures (no network, broken off before the first byte, 502, 503, 504) before it throws. Default 10. */
  readonly maxFailures?: number | undefined;
  /** Longest time in ms until the first byte of a stream, which a proxy can buffer. Default 10 000. */
  readonly firstByteMs?: number | undefined;
}

/** The progress of a job, and the id from which another stream continues. */
export interface JobEvent {
  readonly id: string;
  readonly progress: JobProgress;
}

/** A stream sends something every 15 s: a longer silence than this, in ms, means a dead connection. */
const SILENCE_MS = 45_000;
/** The longest pause as a multiple of the first. */
const MAX_GROWTH = 30;

/** Streams do not work with this service or through its proxy; polling still works. */
export class NoEventStreamError extends UnexpectedResponseError {
  override readonly name: string = 'NoEventStreamError';
}

/** The state of a listener from one stream to the next. */
interface Memory {
  lastEventId: string | undefined;
  retryMs: number;
  failures: number;
}

function isProgress(value: unknown): value is JobProgress {
  if (typeof value !== 'object' || value === null) return false;
  const { status, phase, percent } = value as Partial<Record<keyof JobProgress, unknown>>;
  const known = JOB_STATUSES.includes(status as never) && typeof phase === 'string';
  return known && typeof percent === 'number' && percent >= 0 && percent <= 100;
}

function parseProgress(data: string): JobProgress {
  try {
    const progress: unknown = JSON.parse(data);
    if (isProgress(progress)) return progress;
  } catch {
    // Reported below.
  }
  throw new NoEventStreamError('som3d.events sent an event that is no progress', 200, 'text/event-stream');
}

/** Aborts unless bytes arrive in time. */
function firstByteWithin(ms: number) {
  const controller = new AbortController();
  const fail = () =>
    controller.abort(new NoEventStreamError(`som3d.events opened and sent nothing for ${ms} ms`, 200, undefined));
  const timer = setTimeout(fail, ms);
  return { signal: controller.signal, came: () => clearTimeout(timer) };
}

/**
 * One stream, from its opening to its end.
 *
 * @returns whether the job ended
 */
async function* oneStream(
  client: Client,
  id: string,
  options: JobEventsOptions,
  memory: Memory,
): AsyncGenerator<JobEvent, boolean, undefined> {
  const first = firstByteWithin(options.firstByteMs ?? 10_000);
  const signal = options.signal ? AbortSignal.any([options.signal, first.signal]) : first.signal;
  const alive = () => {
    first.came();
    memory.failures = 0;
  };
  const retry = (ms: number) => {
    memory.retryMs = options.retryMs ?? ms;
  };
  try {
    const { status, body, headers } = await client.som3d.events({
      params: { id },
      headers: { 'last-event-id': memory.lastEventId },
      extraHeaders: { accept: 'text/event-stream' },
      signal,
      timeoutMs: SILENCE_MS,
      retry: false,
    });
    if (status === 204) return true;
    const type = headers.get('content-type') ?? undefined;
    if (!type?.startsWith('text/event-stream')) {
      await body.cancel();
      throw new NoEventStreamError(`som3d.events returned ${type ?? 'nothing'}`, status, type);
    }
    for await (const { event, id: eventId, data } of readEvents(body.stream(), { alive, retry })) {
      if (event !== 'progress') continue;
      const progress = parseProgress(data);
      memory.lastEventId = eventId ?? memory.lastEventId;
      yield { id: eventId ?? '', progress };
      if (isOver(progress)) return true;
    }
    return false;
  } catch (error) {
    throw signal.aborted ? (signal.reason as Error) : error;
  } finally {
    first.came();
  }
}

/** Doubles with each consecutive failure. It is random, so that not all clients return at the same moment. */
function pauseOf({ retryMs, failures }: Memory): number {
  return retryMs * Math.min(2 ** Math.max(0, failures - 1), MAX_GROWTH) * (0.5 + Math.random() / 2);
}

/** The pause that the service requests, in ms. */
function askedPause(error: unknown): number {
  return error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
}

/** @param passes whether another attempt can help after this */
export async function* listen(
  client: Client,
  jobId: string,
  options: JobEventsOptions,
  passes: (error: unknown) => boolean,
): AsyncGenerator<JobEvent, void, undefined> {
  const { signal, maxFailures = 10 } = options;
  const memory: Memory = { lastEventId: options.lastEventId, retryMs: options.retryMs ?? 1_000, failures: 0 };
  for (;;) {
    // It counts as one failure until the first byte arrives.
    memory.failures += 1;
    let asked = 0;
    try {
      if (yield* oneStream(client, jobId, options, memory)) return;
      if (memory.failures >= maxFailures) throw new NoEventStreamError('som3d.events sends nothing', 200, undefined);
    } catch (error) {
      if (signal?.aborted || memory.failures >= maxFailures || !passes(error)) throw error;
      asked = askedPause(error);
    }
    await sleep(Math.max(asked, pauseOf(memory)), signal);
  }
}

/** Whether a reopened stream can succeed after this failure. */
export function mayPass(error: unknown): boolean {
  return isPassing(error) || error instanceof TimeoutError;
}

/**
 * Yields a job's progress: the present state at once, then every change, until the job ends:
 * `for await (const { progress } of jobEvents(client, id)) …`
 *
 * When a stream breaks off, or the service ends it (its time limit, a restart, an expired token), the client reopens it and
 * continues at the last event. A slow reader gets the latest state, not every state.
 *
 * @throws NoEventStreamError when a proxy or an older service does not support streams; NotFoundError when the job does
 * not exist or is deleted meanwhile; the signal's reason when it is aborted
 */
export function jobEvents(
  client: Client,
  jobId: string,
  options: JobEventsOptions = {},
): AsyncGenerator<JobEvent, void, undefined> {
  return listen(client, jobId, options, mayPass);
}
