import { InvalidRequestError } from '../core/errors.ts';
import type { BodySource, BodyWatch } from '../core/transport.ts';
import type { UploadFile, UploadProgress } from './source.ts';

/** What goes into a multipart body: text fields and one file, which comes last so that the fields are known first. */
export interface MultipartContent {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly fileField: string;
  readonly filename: string;
  readonly contentType: string;
  readonly file: UploadFile;
}

const CRLF = '\r\n';
/** Bytes handed over at once at most: the step of the progress. */
const PIECE = 64 * 1024;
/** Field and file names as the fetch standard escapes them. */
function escapeName(text: string): string {
  return text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}

function randomHex(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A key that makes a repeated upload answer with the first one's job. */
export const randomKey = randomHex;

/** Whether this runtime sends a stream of known length as it is. Browsers do not: they drop Content-Length. */
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
    if (read !== size) throw new InvalidRequestError(`The file changed while it was read: ${size} bytes were expected`);
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
 * A multipart body that is made while it is sent, with a Content-Length and never more than a chunk in memory.
 *
 * A chunk is counted when the network asks for it: it asks only when it has taken the one before.
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
              // Not the network's fault: the request ends with this very error, and is not sent again.
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
 * The same as FormData, for browsers. What they send can not be watched: progress is the start and the end. Nor can a
 * slow upload be told from a dead one, so the deadline does not run.
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
