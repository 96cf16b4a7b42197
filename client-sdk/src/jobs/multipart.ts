import type { BodySource, BodyWatch } from '../core/transport.ts';
import { chunksOf, reported, streamOf } from './sending.ts';
import type { UploadFile } from './source.ts';

/** The parts of a multipart body: text fields and one file. The file is last, so that the service reads the fields first. */
export interface MultipartContent {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly fileField: string;
  readonly filename: string;
  readonly contentType: string;
  readonly file: UploadFile;
}

/** Called with the bytes of the body that were sent so far and its length. */
type OnSent = (sent: number, total: number) => void;

const CRLF = '\r\n';
/** Field and file names as the fetch standard escapes them. */
function escapeName(text: string): string {
  return text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}

function randomHex(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A new key. A repeated upload with the same key gets the first one's job. */
export const randomKey = randomHex;

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

async function* bodyChunks(content: MultipartContent, head: Uint8Array, tail: Uint8Array): AsyncGenerator<Uint8Array> {
  yield head;
  yield* chunksOf(content.file.stream(), content.file.size);
  yield tail;
}

/** A multipart body that is created while it is sent, with a Content-Length. */
export function streamedMultipart(content: MultipartContent, onSent: OnSent): BodySource {
  return {
    replayable: !('replayable' in content.file && content.file.replayable === false),
    open(watch: BodyWatch) {
      const boundary = `som3d-${randomHex()}`;
      const { head, tail } = envelope(content, boundary);
      const total = head.length + content.file.size + tail.length;
      const body = streamOf(bodyChunks(content, head, tail), watch, (sent) => onSent(sent, total));
      const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': String(total) };
      return { body, headers, streamed: true };
    },
  };
}

/** The same as FormData, for browsers. The progress counts the file: the length of the form is known to the browser alone. */
export async function formMultipart(content: MultipartContent, onSent: OnSent): Promise<BodySource> {
  const { file } = content;
  const blob =
    file instanceof Blob ? file : await new Response(file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
  const form = new FormData();
  for (const [name, value] of content.fields) form.append(name, value);
  form.append(content.fileField, blob.slice(0, blob.size, content.contentType), content.filename);
  const { size } = blob;
  return {
    replayable: true,
    open: (watch) => ({
      body: form,
      headers: {},
      streamed: false,
      ...reported(watch, (sent) => onSent(Math.min(sent, size), size)),
    }),
  };
}
