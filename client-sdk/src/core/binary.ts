/**
 * The body of a binary answer, not yet read: take it once, by whichever way suits. A large result is best taken as a
 * stream, so that it is never in memory as a whole. One that is not wanted is given back with `cancel()`.
 */
export interface BinaryBody {
  /** Bytes, from `Content-Length`; `undefined` when the answer came without one. */
  readonly size: number | undefined;
  /** Media type, e.g. `application/zip`. */
  readonly type: string;
  /** The name in `Content-Disposition`. It comes from outside: never take it for a path. */
  readonly filename: string | undefined;
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
  arrayBuffer(): Promise<ArrayBuffer>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  blob(): Promise<Blob>;
  text(): Promise<string>;
  /** Gives the connection back without reading on. */
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
  // A compressed answer's length is that of the wire, not of what is read here.
  return length === null || headers.has('content-encoding') ? undefined : Number(length);
}

/**
 * Wraps an answer whose body is still to come.
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
