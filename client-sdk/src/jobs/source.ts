import type { Pace } from './pace.ts';

/** A source of known size for an upload. It can be read from its start, as often as needed. */
export interface StreamSource {
  /** Number of bytes of `stream()`; another number fails the upload. */
  readonly size: number;
  /** Opens the bytes from the start. */
  stream(): ReadableStream<Uint8Array>;
  /** `false` when `stream()` works only once: then the client never repeats the upload. Default `true`. */
  readonly replayable?: boolean | undefined;
  /** A part of it, from `start` to before `end`. A resumable upload needs it. */
  slice?(start: number, end: number): StreamSource;
}

/** A file to upload. In Node `fs.openAsBlob(path)` is a Blob that stays on the disk. */
export type UploadFile = Blob | StreamSource;

/**
 * Called with the bytes that the network accepted so far and the total bytes, both of the whole request body or, in a
 * resumable upload, of the file, and with the pace of the last seconds.
 */
export type UploadProgress = (loaded: number, total: number, pace: Pace) => void;

/** The name of a `File`. */
export function nameOf(file: UploadFile): string | undefined {
  return typeof File !== 'undefined' && file instanceof File ? file.name : undefined;
}
