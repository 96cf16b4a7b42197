import { ApiError, NetworkError } from './errors.ts';

/** How failed requests are repeated. Only what is safe to repeat is: see {@link isRepeatable}. */
export interface RetryOptions {
  /** Tries in all, the first included. Default 3. */
  readonly attempts?: number;
  /** Upper bound of the first pause in ms; it doubles with each try. Default 250. */
  readonly baseDelayMs?: number;
  /** Longest pause in ms. A `Retry-After` beyond it is not waited for: the error is thrown. Default 5000. */
  readonly maxDelayMs?: number;
  /** Source of the jitter, 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

const PASSING_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** A GET changes nothing; a POST with an idempotency key is recognised by the service when it comes again. */
export function isRepeatable(method: string, headers: Readonly<Record<string, string>>): boolean {
  return method === 'GET' || (method === 'POST' && Boolean(headers['idempotency-key']));
}

/** Whether another try may find the service well again. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof NetworkError ||
    (error instanceof ApiError &&
      (PASSING_STATUSES.has(error.status) || (error.status === 429 && error.retryAfter !== undefined)))
  );
}

/**
 * The pause before the next try: exponential with full jitter, or what `Retry-After` asks for.
 *
 * @param error what the last try threw
 * @param attempt number of the last try, from 1
 * @returns milliseconds, or `undefined` when the error is to be thrown
 */
export function retryDelay(error: unknown, attempt: number, retry: RetryOptions): number | undefined {
  const { attempts = 3, baseDelayMs = 250, maxDelayMs = 5_000, random = Math.random } = retry;
  if (attempt >= attempts || !isPassing(error)) return undefined;
  const asked = error instanceof ApiError ? error.retryAfter : undefined;
  if (asked !== undefined) return asked * 1000 > maxDelayMs ? undefined : asked * 1000;
  return random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1));
}

/**
 * `Retry-After` in seconds, from seconds or from an HTTP date.
 *
 * @param value the header
 * @param now ms since the epoch
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null || value.trim() === '') return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}
