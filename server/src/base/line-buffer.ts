import pino from 'pino';

/** Lines are written together once they have so many characters, or after so many ms. */
const MAX_LENGTH = 16_384;
const MAX_WAIT_MS = 100;
const ERROR_LEVEL = 50;

/**
 * Log lines on their way to standard error. A write takes longer than making the line, and blocks: so lines are written
 * together. An error is written at once, and what waits goes out when the process exits. A process that is killed or
 * aborts loses what waited, at most 100 ms of it.
 */
class LineBuffer implements pino.DestinationStream {
  /** Asks pino for `lastLevel`. */
  readonly [pino.symbols.needsMetadataGsym] = true;
  /** Level of the line that is being written, as pino counts them. */
  lastLevel = 0;
  readonly #target = pino.destination({ fd: 2, sync: true });
  #waiting = '';
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    process.once('exit', () => this.#flush());
  }

  write(line: string): void {
    this.#waiting += line;
    if (this.lastLevel >= ERROR_LEVEL || this.#waiting.length >= MAX_LENGTH) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), MAX_WAIT_MS).unref();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting === '') return;
    const text = this.#waiting;
    this.#waiting = '';
    this.#target.write(text);
  }
}

let shared: LineBuffer | undefined;

/** Standard error, for the log lines of this process. */
export function lineBuffer(): pino.DestinationStream {
  return (shared ??= new LineBuffer());
}
