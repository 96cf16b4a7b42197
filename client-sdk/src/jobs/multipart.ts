import { InvalidRequestError } from '../core/errors.ts';
import type { BodySource, BodyWatch } from '../core/transport.ts';
import type { UploadFile, UploadProgress } from './source.ts';

/** The parts of a multipart body: text fields and one file. The file is last, so that the service reads the fields first. */
export interface MultipartContent {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly fileField: string;
  readonly filename: string;
  readonly contentType: string;
  readonly file: UploadFile;
}

const CRLF = '\r\n';
/** Largest chunk in bytes: the step of the progress. */
const PIECE = 64 * 1024;
/** Field and file names as the fetch standard escapes them. */
function escapeName(text: string): string {
  return text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}

function randomHex(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A new key. A repeated upload with the same key gets the first one's job. */
export const randomKey = randomHex;

/** Whether this runtime sends a stream with its Content-Length. Browsers do not. */
export function sendsStreams(): boolean {
  return typeof (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node === 'string';
}

function envelope({ fields, fileField, filename, contentType }: MultipartContent, boundary: string) {
  const encoder = new TextEncoder();
  const parts = fields.map(
    ([name, value]) =>
      `--${boundary}${CRLF}Content-Disposition: form-data; name="${escapeName(name)}"${CRLF}${CRLF}${value}${CRLF}`,
  );
  const head =
    `--${boundary}${CRLF}Content-Disposition: form-data; name="${escapeName(fileField)}"; ` +
    `filename="${escapeName(filename)}"${CRLF}Content-Type: ${contentType}${CRLF}${CRLF}`;
  return { head: encoder.encode(parts.join('') + head), tail: encoder.encode(`${CRLF}--${boundary}--${CRLF}`) };
}

async function* chunksOf(stream: ReadableStream<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
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

async function* bodyChunks(content: MultipartContent, head: Uint8Array, tail: Uint8Array): AsyncGenerator<Uint8Array> {
  yield head;
  yield* chunksOf(content.file.stream(), content.file.size);
  yield tail;
}

/**
 * A multipart body that is created while it is sent, with a Content-Length and at most one chunk in memory.
 *
 * A chunk counts when the network requests it, because the network requests it only after accepting the one before.
 */
export function streamedMultipart(content: MultipartContent, onProgress?: UploadProgress): BodySource {
  return {
    replayable: !('replayable' in content.file && content.file.replayable === false),
    open(watch: BodyWatch) {
      const boundary = `som3d-${randomHex()}`;
      const { head, tail } = envelope(content, boundary);
      const total = head.length + content.file.size + tail.length;
      const chunks = bodyChunks(content, head, tail);
      let loaded = 0;
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
        {
          async pull(controller) {
            try {
              const { done, value } = await chunks.next();
              if (done) return controller.close();
              watch.moved();
              loaded += value.length;
              controller.enqueue(value as Uint8Array<ArrayBuffer>);
              onProgress?.(loaded, total);
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
      const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': String(total) };
      return { body, headers, streamed: true };
    },
  };
}

/**
 * The same as FormData, for browsers. They do not report sent bytes, so the progress is the start and the end. A slow upload
 * looks like a dead one, so the deadline does not run.
 */
export async function formMultipart(content: MultipartContent): Promise<FormData> {
  const { file } = content;
  const blob =
    file instanceof Blob ? file : await new Response(file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
  const form = new FormData();
  for (const [name, value] of content.fields) form.append(name, value);
  form.append(content.fileField, blob.slice(0, blob.size, content.contentType), content.filename);
  return form;
}
