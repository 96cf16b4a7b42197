import type { Client, Job, JobFromUpload } from '../generated/types.ts';
import { BODY, internalsOf } from '../core/client.ts';
import { sleep } from '../core/deadline.ts';
import { ApiError, InvalidRequestError, isApiError, TimeoutError } from '../core/errors.ts';
import { isPassing } from '../core/retry.ts';
import type { BodySource } from '../core/transport.ts';
import { fieldsOf, type UploadFields } from './fields.ts';
import { paced } from './pace.ts';
import { bytesBody } from './sending.ts';
import { nameOf, type StreamSource, type UploadFile, type UploadProgress } from './source.ts';
import { browserStore, type UploadStore } from './upload-store.ts';

/** Options of {@link resumableUpload}. */
export interface ResumableOptions {
  /** A ZIP of DICOM files: a Blob, or a source with `slice`. */
  readonly file: UploadFile;
  /** Its name, for its fingerprint. A `File`'s own by default. */
  readonly filename?: string | undefined;
  readonly fields?: UploadFields | undefined;
  /** Where unfinished uploads are remembered. `localStorage` by default, where there is one. */
  readonly store?: UploadStore | undefined;
  readonly onProgress?: UploadProgress | undefined;
  /** Ends it. What has arrived stays for a day: the same call continues it. */
  readonly signal?: AbortSignal | undefined;
  /** How long it tries on while nothing arrives, ms. Default 10 minutes. */
  readonly patienceMs?: number | undefined;
  /** First pause after a failure in ms; it doubles up to 15 s. Default 500. */
  readonly baseDelayMs?: number | undefined;
}

/** An upload under way that can be held. */
export interface ResumableUpload {
  /** The job, once the file has arrived whole. */
  readonly job: Promise<Job>;
  /** Sends nothing more until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends it, and removes what has arrived. */
  abandon(): Promise<void>;
}

const TUS = { 'tus-resumable': '1.0.0' } as const;
/** Bytes of one request: also behind a proxy that keeps requests back, no more than these are sent twice. */
const CHUNK = 8 * 1024 * 1024;
const LONGEST_PAUSE_MS = 15_000;
const PATIENCE_MS = 600_000;
/** The service reads a large file once more before it answers. */
const FINISH_MS = 300_000;
/** Bytes at the beginning and the end of a file that its fingerprint looks at. A ZIP's end holds the sums of all its files. */
const LOOKED_AT = 65_536;

/** Ends a request that `pause` has cut. */
class Paused extends Error {}

/** Two sums of 32 bits: enough to tell a changed file of the same name and size. */
function sumOf(bytes: Uint8Array): string {
  let [a, b] = [0x811c9dc5, 0x1505];
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = (Math.imul(b, 33) + byte) | 0;
  }
  return [a, b].map((sum) => (sum >>> 0).toString(16)).join('');
}

function partOf(file: UploadFile, start: number, end: number): UploadFile {
  const part = 'slice' in file ? file.slice?.(start, end) : undefined;
  if (!part) throw new InvalidRequestError('A resumable upload needs a Blob, or a source with slice()');
  return part;
}

async function bytesOf(part: UploadFile): Promise<Uint8Array> {
  return new Uint8Array(
    await new Response((part as StreamSource).stream() as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  );
}

/** What identifies a file at a service: its name, size, beginning and end. */
async function fingerprintOf(baseUrl: string, file: UploadFile, name: string): Promise<string> {
  const ends = [
    partOf(file, 0, Math.min(LOOKED_AT, file.size)),
    partOf(file, Math.max(0, file.size - LOOKED_AT), file.size),
  ];
  const sums = await Promise.all(ends.map(async (part) => sumOf(await bytesOf(part))));
  // A sum again: what is kept does not show the file's name, which may be a patient's.
  return sumOf(new TextEncoder().encode([baseUrl, name, file.size, ...sums].join('|')));
}

/** What passes by itself: a lost line, a restart, the former request that still holds the upload. */
function canPass(error: unknown): boolean {
  return isPassing(error) || error instanceof TimeoutError || isApiError(error, 423) || isApiError(error, 408);
}

function isGone(error: unknown): boolean {
  return isApiError(error, 404) || isApiError(error, 410);
}

class Resumable implements ResumableUpload {
  readonly job: Promise<Job>;
  readonly #client: Client;
  readonly #options: ResumableOptions;
  readonly #store: UploadStore | undefined;
  readonly #end = new AbortController();
  #pause = new AbortController();
  #resumed: PromiseWithResolvers<void> | undefined;
  #fingerprint = '';
  #id: string | undefined;

  constructor(client: Client, options: ResumableOptions) {
    this.#client = client;
    this.#options = options;
    this.#store = options.store ?? browserStore();
    this.job = this.#run();
    // Whoever only abandons it does not wait for it.
    this.job.catch(() => undefined);
  }

  pause(): void {
    this.#resumed ??= Promise.withResolvers();
    this.#pause.abort(new Paused());
  }

  resume(): void {
    if (!this.#resumed) return;
    this.#pause = new AbortController();
    this.#resumed.resolve();
    this.#resumed = undefined;
  }

  async abandon(): Promise<void> {
    this.#end.abort(new DOMException('The upload was abandoned', 'AbortError'));
    await this.job.catch(() => undefined);
    const id = this.#id;
    if (id === undefined) return;
    await this.#store?.remove(this.#fingerprint);
    await this.#client.uploads.remove({ params: { id }, headers: TUS }).catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
  }

  async #run(): Promise<Job> {
    const { file, filename = nameOf(file) ?? 'scan.zip', signal } = this.#options;
    signal?.throwIfAborted();
    this.#fingerprint = await fingerprintOf(internalsOf(this.#client).baseUrl, file, filename);
    this.#id = (await this.#store?.get(this.#fingerprint)) ?? undefined;
    let offset = await this.#tried(() => this.#find());
    const report = paced(this.#options.onProgress, offset);
    report(offset, file.size);
    if (offset < file.size) await this.#tried(() => this.#check());
    for (;;) {
      while (offset < file.size) offset = await this.#tried(() => this.#append(offset, report), offset);
      const job = await this.#tried(() => this.#finish());
      if (job) return job;
      // It went just before its end: everything once more.
      offset = await this.#tried(() => this.#find());
    }
  }

  get #signal(): AbortSignal {
    const { signal } = this.#options;
    return AbortSignal.any([this.#end.signal, this.#pause.signal, ...(signal ? [signal] : [])]);
  }

  /**
   * Does one step until it succeeds. After a failure that can pass it waits, longer each time, and asks for what has
   * arrived. The time counts from the last byte that did.
   */
  async #tried<T>(step: () => Promise<T>): Promise<T>;
  async #tried(step: () => Promise<number>, from: number): Promise<number>;
  async #tried<T>(step: () => Promise<T>, from?: number): Promise<T | number> {
    const { patienceMs = PATIENCE_MS, baseDelayMs = 500 } = this.#options;
    let began = Date.now();
    for (let attempt = 0; ; attempt += 1) {
      if (this.#resumed) {
        await Promise.race([this.#resumed.promise, this.#ended()]);
        began = Date.now();
      }
      try {
        return await step();
      } catch (error) {
        this.#options.signal?.throwIfAborted();
        this.#end.signal.throwIfAborted();
        if (error instanceof Paused) continue;
        const moved = isApiError(error, 409) && from !== undefined;
        if (!moved && (!canPass(error) || Date.now() - began > patienceMs)) throw error;
        await this.#wait(error, attempt, baseDelayMs);
        const now = from === undefined ? undefined : await this.#find().catch(() => undefined);
        if (now !== undefined && now !== from) return now;
      }
    }
  }

  async #wait(error: unknown, attempt: number, baseDelayMs: number): Promise<void> {
    const grown = Math.min(LONGEST_PAUSE_MS, baseDelayMs * 2 ** Math.min(attempt, 10));
    const asked = error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
    const ms = Math.max(Math.min(asked, LONGEST_PAUSE_MS), grown * (0.5 + Math.random() / 2));
    try {
      await sleep(ms, this.#signal);
    } catch (reason) {
      if (!(reason instanceof Paused)) throw reason;
    }
  }

  /** Rejects when the upload is ended from outside. */
  #ended(): Promise<never> {
    const { signal } = this.#options;
    const ended = AbortSignal.any([this.#end.signal, ...(signal ? [signal] : [])]);
    return new Promise((_resolve, reject) => {
      if (ended.aborted) reject(ended.reason as Error);
      ended.addEventListener('abort', () => reject(ended.reason as Error), { once: true });
    });
  }

  /** Asks how much has arrived, and begins an upload where there is none. @returns the offset */
  async #find(): Promise<number> {
    const { size } = this.#options.file;
    if (this.#id !== undefined) {
      try {
        const { body } = await this.#client.uploads.get({ params: { id: this.#id }, signal: this.#signal });
        if (body.size === size) return body.offset;
      } catch (error) {
        if (!isGone(error)) throw error;
        // It may have become a job whose answer was lost. Then `finish` gets that job.
        if (isApiError(error, 404) && (await this.#isJob())) return size;
      }
    }
    const headers = { ...TUS, 'upload-length': size };
    const answer = await this.#client.uploads.create({ headers, signal: this.#signal });
    this.#id = answer.headers.get('location')?.split('/').at(-1) ?? '';
    await this.#store?.set(this.#fingerprint, this.#id);
    return 0;
  }

  /** Whether the upload is a job already, with these fields. */
  async #isJob(): Promise<boolean> {
    try {
      await this.#make();
      return true;
    } catch (error) {
      if (isGone(error) || isApiError(error, 409)) return false;
      throw error;
    }
  }

  /** Learns before the first bytes whether the service takes the fields. It refuses with 409 only because bytes are missing. */
  async #check(): Promise<void> {
    await this.#make().catch((error: unknown) => {
      if (!isApiError(error, 409)) throw error;
    });
  }

  async #append(offset: number, report: (loaded: number, total: number) => void): Promise<number> {
    const { file } = this.#options;
    const part = partOf(file, offset, Math.min(offset + CHUNK, file.size));
    const onSent = (sent: number) => report(offset + sent, file.size);
    const args = {
      params: { id: this.#id ?? '' },
      headers: { ...TUS, 'upload-offset': offset },
      body: new Blob(),
      signal: this.#signal,
      [BODY]: bytesBody(part, onSent) satisfies BodySource,
    };
    try {
      const { headers } = await this.#client.uploads.append(args);
      return Number(headers.get('upload-offset'));
    } catch (error) {
      if (isGone(error)) return await this.#find();
      throw error;
    }
  }

  /** @returns `undefined` when the upload has gone */
  async #finish(): Promise<Job | undefined> {
    try {
      const job = await this.#make();
      await this.#store?.remove(this.#fingerprint);
      return job;
    } catch (error) {
      // A patient that is not there is a 404 too.
      if (!isGone(error) || (isApiError(error, 404) && (await this.#isThere()))) throw error;
      this.#id = undefined;
      return undefined;
    }
  }

  async #make(): Promise<Job> {
    const fields = Object.fromEntries(fieldsOf(this.#options.fields ?? {}));
    const body = { ...fields, upload_id: this.#id ?? '' } as unknown as JobFromUpload;
    return (await this.#client.som3d.createFromUpload({ body, timeoutMs: FINISH_MS, signal: this.#signal })).body;
  }

  async #isThere(): Promise<boolean> {
    try {
      await this.#client.uploads.get({ params: { id: this.#id ?? '' }, signal: this.#signal });
      return true;
    } catch (error) {
      if (!isGone(error)) throw error;
      return false;
    }
  }
}

/**
 * Uploads a scan in a way that goes on after an interruption, and queues its conversion. A lost connection is tried again
 * by itself, from the last byte that arrived. After a reload of the page, or in the next run of a program with a `store`, the same
 * call with the same file continues what is there; the service keeps it for a day.
 */
export function resumableUpload(client: Client, options: ResumableOptions): ResumableUpload {
  return new Resumable(client, options);
}
