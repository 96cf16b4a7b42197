import { Readable } from 'node:stream';

/** One server-sent event. `id` and `event` are of one line, `data` is JSON and so is of one line too. */
export interface ServerEvent {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

/** What goes with every event stream: nobody keeps it, nobody holds it back, nobody packs it. */
export const EVENT_STREAM_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  // A connection that has been a stream is not kept for other requests: a process that ends need not wait for it.
  connection: 'close',
};

function encode({ event, id, data }: ServerEvent): string {
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * Server-sent events (WHATWG HTML, 9.2) of which only the latest counts. What a slow reader has not taken when a newer
 * one comes is dropped: one event at most waits in memory, whatever the reader does.
 */
export class LatestEventStream extends Readable {
  #wanted = false;
  /** Goes out at once, and the headers with it. */
  #opening: string;
  #waiting = '';
  #over = false;
  readonly #beat: NodeJS.Timeout;

  /**
   * @param retryMs pause in ms after which a reader is told to come back
   * @param beatMs every so many ms a comment goes out, so that nobody on the way takes the silence for an end
   */
  constructor({ retryMs, beatMs }: { readonly retryMs: number; readonly beatMs: number }) {
    super({ highWaterMark: 1 });
    this.#opening = `retry: ${retryMs}\n\n`;
    this.#beat = setInterval(() => this.#comment(), beatMs);
  }

  /** Sends an event in place of one that still waits. */
  send(event: ServerEvent): void {
    this.#waiting = encode(event);
    this.#flush();
  }

  /** Ends the stream once what waits has been taken. */
  finish(): void {
    this.#over = true;
    this.#flush();
  }

  #comment(): void {
    if (this.#waiting !== '' || !this.#wanted) return;
    this.#waiting = ':\n\n';
    this.#flush();
  }

  #flush(): void {
    if (!this.#wanted || this.destroyed) return;
    const text = this.#opening + this.#waiting;
    if (text === '' && !this.#over) return;
    this.#opening = '';
    this.#waiting = '';
    this.#wanted = false;
    this.push(text === '' ? null : text);
  }

  override _read(): void {
    this.#wanted = true;
    this.#flush();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearInterval(this.#beat);
    done(error);
  }
}
