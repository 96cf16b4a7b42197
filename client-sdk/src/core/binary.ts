/**
 * The unread body of a binary answer. Read it once, with one of its methods. Read a large result as a stream, so that it is
 * never in memory as a whole. Call `cancel()` on a body that you do not read.
 */
export interface BinaryBody {
  /** Bytes, from `Content-Length`; `undefined` when the answer has none. */
  readonly size: number | undefined;
  /** Media type, e.g. `application/zip`. */
  readonly type: string;
  /** The name in `Content-Disposition`. It is foreign: never use it as a path. */
  readonly filename: string | undefined;
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
  arrayBuffer(): Promise<ArrayBuffer>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  blob(): Promise<Blob>;
  text(): Promise<string>;
  /** Releases the connection without reading further. */
  cancel(): Promise<void>;
}

const EXTENDED_NAME = /filename\*=UTF-8''([^;]+)/i;
const PLAIN_NAME = /filename="?([^";]+)"?/i;

function filenameOf(disposition: string | null): string | undefined {
  const extended = EXTENDED_NAME.exec(disposition ?? '')?.[1];
  if (extended === undefined) return PLAIN_NAME.exec(disposition ?? '')?.[1];
  try {
    return decodeURIComponent(extended);
  } catch {
    return undefined;
  }
}

function sizeOf(headers: Headers): number | undefined {
  const length = headers.get('content-length');
  // The length of a compressed answer is that of the wire, not of the bytes that are read here.
  return length === null || headers.has('content-encoding') ? undefined : Number(length);
}

/**
 * Wraps an answer whose body is not read yet.
 *
 * @param headers of the answer
 * @param stream its body
 */
export function binaryBody(headers: Headers, stream: ReadableStream<Uint8Array<ArrayBuffer>>): BinaryBody {
  const type = headers.get('content-type') ?? 'application/octet-stream';
  const rest = new Response(stream, { headers: { 'content-type': type } });
  return {
    size: sizeOf(headers),
    type,
    filename: filenameOf(headers.get('content-disposition')),
    stream: () => {
      if (rest.bodyUsed || stream.locked) throw new TypeError('The body has already been taken');
      return rest.body as ReadableStream<Uint8Array<ArrayBuffer>>;
    },
    arrayBuffer: () => rest.arrayBuffer(),
    bytes: async () => new Uint8Array(await rest.arrayBuffer()),
    blob: () => rest.blob(),
    text: () => rest.text(),
    cancel: async () => {
      if (!rest.bodyUsed) await rest.body?.cancel();
    },
  };
}
