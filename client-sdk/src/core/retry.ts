import { ApiError, NetworkError } from './errors.ts';

/** How the client repeats failed requests. It repeats only safe ones: see {@link isRepeatable}. */
export interface RetryOptions {
  /** Attempts in total, including the first. Default 3. */
  readonly attempts?: number;
  /** Upper bound of the first pause in ms; it doubles with each attempt. Default 250. */
  readonly baseDelayMs?: number;
  /** Longest pause in ms. For a longer `Retry-After` the client throws the error at once. Default 5000. */
  readonly maxDelayMs?: number;
  /** Source of the jitter, 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

const PASSING_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** A GET changes nothing; the service recognises a repeated POST by its idempotency key. */
export function isRepeatable(method: string, headers: Readonly<Record<string, string>>): boolean {
  return method === 'GET' || (method === 'POST' && Boolean(headers['idempotency-key']));
}

/** Whether another attempt can succeed. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof NetworkError ||
    (error instanceof ApiError &&
      (PASSING_STATUSES.has(error.status) || (error.status === 429 && error.retryAfter !== undefined)))
  );
}

/**
 * The pause before the next attempt: exponential with full jitter, or the value of `Retry-After`.
 *
 * @param error the error of the last attempt
 * @param attempt number of the last attempt, from 1
 * @returns milliseconds, or `undefined` when the client must throw the error
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
