import { InvalidRequestError } from '../core/errors.ts';
import type { BodySource, BodyWatch } from '../core/transport.ts';
import { hasXhr, xhrFetch } from '../core/xhr.ts';
import type { StreamSource, UploadFile } from './source.ts';

/** Largest chunk in bytes: the step of the progress. */
const PIECE = 64 * 1024;
const OFFSET_TYPE = 'application/offset+octet-stream';

/** Whether this runtime sends a stream with its Content-Length. Browsers do not. */
export function sendsStreams(): boolean {
  return typeof (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node === 'string';
}

/** The bytes of a file in small chunks. @throws InvalidRequestError when their number is another than `size` */
export async function* chunksOf(stream: ReadableStream<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let read = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      read += value.length;
      if (read > size) break;
      for (let at = 0; at < value.length; at += PIECE) yield value.subarray(at, at + PIECE);
    }
    if (read !== size) throw new InvalidRequestError(`The file changed during the upload: ${size} bytes were expected`);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * A body that is created while it is sent, with at most one chunk in memory.
 *
 * A chunk counts when the network requests it, because the network requests it only after accepting the one before.
 *
 * @param onSent called with the bytes so far
 */
export function streamOf(
  chunks: AsyncGenerator<Uint8Array>,
  watch: BodyWatch,
  onSent: (bytes: number) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let sent = 0;
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (done) return controller.close();
          watch.moved();
          sent += value.length;
          controller.enqueue(value as Uint8Array<ArrayBuffer>);
          onSent(sent);
        } catch (error) {
          // Not the network's fault: the request ends with this error and is not repeated.
          watch.failed(error);
          controller.error(error);
        }
      },
      async cancel() {
        await chunks.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/** How a browser sends a whole body and reports its progress. Where there is no XMLHttpRequest, fetch sends it. */
export function reported(watch: BodyWatch, onSent: (bytes: number) => void): { fetch?: typeof fetch } {
  if (!hasXhr()) return {};
  return {
    fetch: xhrFetch((bytes) => {
      watch.moved();
      onSent(bytes);
    }),
  };
}

/** Plain bytes as a body that reports what was sent. */
export function bytesBody(part: UploadFile, onSent: (bytes: number) => void): BodySource {
  const { size } = part;
  return {
    replayable: true,
    open(watch) {
      const headers = { 'content-type': OFFSET_TYPE };
      if (sendsStreams()) {
        const chunks = chunksOf((part as StreamSource).stream(), size);
        const body = streamOf(chunks, watch, onSent);
        return { body, headers: { ...headers, 'content-length': String(size) }, streamed: true };
      }
      return { body: part as Blob, headers, streamed: false, ...reported(watch, onSent) };
    },
  };
}
