import { JobProgress } from '@som3d/contract';
import { sleep } from '../core/deadline.ts';
import { ApiError, TimeoutError, UnexpectedResponseError } from '../core/errors.ts';
import { readEvents } from '../core/event-stream.ts';
import { isPassing } from '../core/retry.ts';
import type { Client } from '../core/types.ts';
import { isOver } from './states.ts';

/** How {@link jobEvents} listens. */
export interface JobEventsOptions {
  readonly signal?: AbortSignal | undefined;
  /** `id` of the event that was seen last: nothing comes until the job is at another point. */
  readonly lastEventId?: string | undefined;
  /**
   * Pause in ms before a stream that broke off is opened again, when it was the first time; it doubles with each
   * failure in a row, to thirty times that. The service's own advice by default, else 1000.
   */
  readonly retryMs?: number | undefined;
  /** Failures in a row (no network, cut off before a byte came, 502, 503, 504) after which it is thrown. Default 10. */
  readonly maxFailures?: number | undefined;
  /** Longest time in ms until the first byte of a stream: something on the way holds it back. Default 10 000. */
  readonly firstByteMs?: number | undefined;
}

/** How far a job is, and what to go on from. */
export interface JobEvent {
  readonly id: string;
  readonly progress: JobProgress;
}

/** A stream says something every 15 s: silence for longer than this is a dead connection, in ms. */
const SILENCE_MS = 45_000;
/** How many times longer than the first pause the longest is. */
const MAX_GROWTH = 30;

/** No stream is to be had from this service or through what stands before it; asking again and again still works. */
export class NoEventStreamError extends UnexpectedResponseError {
  override readonly name: string = 'NoEventStreamError';
}

/** What a listener remembers from one stream to the next. */
interface Memory {
  lastEventId: string | undefined;
  retryMs: number;
  failures: number;
}

function parseProgress(data: string): JobProgress {
  try {
    return JobProgress.parse(JSON.parse(data));
  } catch {
    throw new NoEventStreamError('som3d.events told something that is no progress', 200, 'text/event-stream');
  }
}

/** Aborts unless told in time that bytes have come. */
function firstByteWithin(ms: number) {
  const controller = new AbortController();
  const fail = () =>
    controller.abort(new NoEventStreamError(`som3d.events was opened and said nothing for ${ms} ms`, 200, undefined));
  const timer = setTimeout(fail, ms);
  return { signal: controller.signal, came: () => clearTimeout(timer) };
}

/**
 * One stream, from its opening to its end.
 *
 * @returns whether the job has ended
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
      throw new NoEventStreamError(`som3d.events was answered with ${type ?? 'nothing'}`, status, type);
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

/** Doubles with each failure in a row; random, so that not all come back at the same moment. */
function pauseOf({ retryMs, failures }: Memory): number {
  return retryMs * Math.min(2 ** Math.max(0, failures - 1), MAX_GROWTH) * (0.5 + Math.random() / 2);
}

/** What the service asks for, in ms. */
function askedPause(error: unknown): number {
  return error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
}

/** @param passes whether another try may help after this */
export async function* listen(
  client: Client,
  jobId: string,
  options: JobEventsOptions,
  passes: (error: unknown) => boolean,
): AsyncGenerator<JobEvent, void, undefined> {
  const { signal, maxFailures = 10 } = options;
  const memory: Memory = { lastEventId: options.lastEventId, retryMs: options.retryMs ?? 1_000, failures: 0 };
  for (;;) {
    // One, until the first byte has come.
    memory.failures += 1;
    let asked = 0;
    try {
      if (yield* oneStream(client, jobId, options, memory)) return;
      if (memory.failures >= maxFailures) throw new NoEventStreamError('som3d.events says nothing', 200, undefined);
    } catch (error) {
      if (signal?.aborted || memory.failures >= maxFailures || !passes(error)) throw error;
      asked = askedPause(error);
    }
    await sleep(Math.max(asked, pauseOf(memory)), signal);
  }
}

/** Whether a stream that failed with this may do better when it is opened again. */
export function mayPass(error: unknown): boolean {
  return isPassing(error) || error instanceof TimeoutError;
}

/**
 * A job's progress as it moves: the present state at once, then every change, to the job's end:
 * `for await (const { progress } of jobEvents(client, id)) …`
 *
 * A stream that breaks off, or that the service ends (its longest life, a restart, a token that has run out), is opened
 * again and goes on where it was. A slow reader gets the latest state, not all of them.
 *
 * @throws NoEventStreamError where something on the way lets no stream through; NotFoundError when there is no such job,
 * also when it is deleted meanwhile; the signal's reason when it is aborted
 */
export function jobEvents(
  client: Client,
  jobId: string,
  options: JobEventsOptions = {},
): AsyncGenerator<JobEvent, void, undefined> {
  return listen(client, jobId, options, mayPass);
}
