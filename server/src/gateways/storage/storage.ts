import type { Readable } from 'node:stream';

/** A stored object, by its key: `uploads/<job>.zip`, `results/<job>/<file>`. */
export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** Strong validator, quoted as in the ETag header. */
  readonly etag: string;
  readonly modifiedAt: Date;
}

/** Bytes `start` to `end`, both included, as in a Range header. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What the holder of a signed URL gets, and until when. */
export interface UrlTerms {
  /** Name that the browser saves the file under. */
  readonly filename: string;
  readonly type: string;
  readonly expiresSeconds: number;
  /** Where callers reach this service, without a slash at the end: for storages without an address of their own. */
  readonly baseUrl: string;
}

/**
 * Where uploads and results live. An object is visible only when it is complete: whatever breaks off while it is
 * written leaves nothing under its key. Keys are made by the service, never by a caller.
 *
 * A storage that is full, away or refuses its keys is an AppError `unavailable`, which is worth another try.
 */
export interface Storage {
  /** Streams a new object to its key, replacing what was there; `signal` breaks it off. */
  put(key: string, source: Readable, signal?: AbortSignal): Promise<StoredObject>;
  stat(key: string): Promise<StoredObject | null>;
  /** @throws AppError not_found when nothing is stored under the key */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** Runs `use` with a local file that holds the object; the file is only good until `use` ends. */
  withLocalFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T>;
  /** Moves an object, replacing what was at `to`. @throws AppError not_found when nothing is stored under `from` */
  move(from: string, to: string): Promise<void>;
  /** Removes an object; nothing stored under the key is no error. */
  remove(key: string): Promise<void>;
  /** Removes every object whose key starts with `prefix`, which ends with a slash. */
  removeAll(prefix: string): Promise<void>;
  list(prefix: string): AsyncIterable<StoredObject>;
  /** An absolute URL that serves the object without a session until it expires. */
  signedUrl(key: string, terms: UrlTerms): Promise<string>;
  /** Removes what writes that were broken off have left behind. */
  sweep(olderThanMs: number): Promise<number>;
  /** @throws when objects can not be written or read */
  check(): Promise<void>;
  /** Gives up connections; nothing may be asked of it afterwards. */
  close(): void;
}
