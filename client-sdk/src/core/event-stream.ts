import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { UnexpectedResponseError } from './errors.ts';

/** Longest event in characters; the service's own are a few hundred. */
const MAX_EVENT = 64 * 1024;

/** What an event stream tells beside its events. */
export interface StreamWatch {
  /** Bytes have come: the stream is alive. */
  readonly alive?: (() => void) | undefined;
  /** The pause in ms that the service asks for before the stream is opened again. */
  readonly retry?: ((ms: number) => void) | undefined;
}

/**
 * Reads server-sent events as they come, one after the other. Leaving the loop gives the connection back.
 *
 * @throws UnexpectedResponseError for an event beyond all measure, and whatever the stream fails with
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
      // What has no blank line at its end is cut off: the standard drops it.
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
