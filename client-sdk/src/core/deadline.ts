import { TimeoutError } from './errors.ts';

/**
 * Aborts after a silence. The clock runs from `touch()` to `touch()` or `rest()`, so a large transfer can take as long as
 * bytes arrive.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timeoutMs: number;
  readonly #what: string;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param timeoutMs longest silence in milliseconds; 0 for no limit
   * @param what the awaited thing, for the error's sentence
   */
  constructor(timeoutMs: number, what: string) {
    this.#timeoutMs = timeoutMs;
    this.#what = what;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Restarts the clock. */
  touch(): void {
    this.rest();
    if (this.#timeoutMs <= 0) return;
    this.#timer = setTimeout(() => {
      const message = `Nothing heard from ${this.#what} for ${this.#timeoutMs} ms`;
      this.#controller.abort(new TimeoutError(message, this.#timeoutMs));
    }, this.#timeoutMs);
  }

  /** Ends the request for a reason on this side, e.g. an unreadable file. */
  abort(reason: unknown): void {
    this.rest();
    this.#controller.abort(reason);
  }

  /** Stops the clock: the delay is not the service's. */
  rest(): void {
    clearTimeout(this.#timer);
  }
}

/** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted before. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
