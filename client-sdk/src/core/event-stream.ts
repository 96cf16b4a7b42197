import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { UnexpectedResponseError } from './errors.ts';

/** Longest event in characters; the service's own are a few hundred. */
const MAX_EVENT = 64 * 1024;

/** Callbacks for the signals of an event stream other than its events. */
export interface StreamWatch {
  /** Bytes arrived: the stream is alive. */
  readonly alive?: (() => void) | undefined;
  /** The pause in ms that the service requests before the stream is reopened. */
  readonly retry?: ((ms: number) => void) | undefined;
}

/**
 * Yields server-sent events as they arrive. Leaving the loop releases the connection.
 *
 * @throws UnexpectedResponseError for an event that is too large, or the error of the stream
 */
export async function* readEvents(
  stream: ReadableStream<Uint8Array>,
  { alive, retry }: StreamWatch = {},
): AsyncGenerator<EventSourceMessage, void, undefined> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let ready: EventSourceMessage[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT,
    onEvent: (event) => ready.push(event),
    onRetry: retry,
    onError: (error) => {
      if (error.type !== 'max-buffer-size-exceeded') return;
      throw new UnexpectedResponseError('An event of the stream is too large', 200, 'text/event-stream');
    },
  });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      // An event without a blank line at its end is incomplete: the standard drops it.
      if (done) return;
      alive?.();
      parser.feed(decoder.decode(value, { stream: true }));
      const events = ready;
      ready = [];
      yield* events;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
