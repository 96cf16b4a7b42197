import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Logger } from 'pino';
import { unavailable } from '../errors.ts';
import { checksumOf, type Checksums, type ChecksumKind } from './checksum.ts';
import { asStorageError, isMissingObject, isMissingUpload } from './errors.ts';
import { PART_BYTES, PartMemory, type Part } from './parts.ts';

const MAX_PARTS = 10_000;
/**
 * How long requests may go on after the write was broken off, in ms: a part that the storage is still taking in when
 * its upload is aborted may stay behind.
 */
const GRACE_MS = 1000;

/** Metadata of what is stored here: which write it was, and how its parts were cut. */
export const WRITE_ID = 'som3d-write';
export const PART_SIZE = 'som3d-part-bytes';

export interface Target {
  readonly Bucket: string;
  readonly Key: string;
}

/** How objects are stored, beside where. */
export interface WriteOptions {
  readonly checksum: ChecksumKind | 'none';
  /** `ServerSideEncryption` and `SSEKMSKeyId`. */
  readonly encryption: Readonly<Record<string, string>>;
}

/** An object as the storage has it once it is written. */
export interface Written {
  readonly size: number;
  readonly etag: string;
  readonly modifiedAt: Date;
}

function brokenOff(cause: unknown): Error {
  return Object.assign(new Error('The operation was aborted', { cause }), { name: 'AbortError' });
}

/** What the storage says to have received is what was sent. */
function requireSame(sent: Checksums, answered: Checksums): void {
  for (const field of ['ChecksumCRC32', 'ChecksumSHA256'] as const) {
    const [ours, theirs] = [sent[field], answered[field]];
    if (ours !== undefined && theirs !== undefined && ours !== theirs) {
      throw new Error('the storage has received other bytes than were sent');
    }
  }
}

/** What all writes of a writer share. */
interface WriterParts extends WriteOptions {
  readonly requests: S3Client;
  readonly log: Logger;
  readonly memory: PartMemory;
}

/** One write: `#move` moves the stream, and what it returns makes the object appear. */
class Write {
  readonly #writer: WriterParts;
  readonly target: Target;
  readonly id = randomBytes(12).toString('hex');
  readonly #failed = new AbortController();
  readonly #stop: AbortSignal;
  readonly #kill = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #completed: CompletedPart[] = [];
  #uploadId: string | undefined;
  #size = 0;

  constructor(writer: WriterParts, target: Target, signal: AbortSignal | undefined) {
    this.#writer = writer;
    this.target = target;
    this.#stop = signal ? AbortSignal.any([signal, this.#failed.signal]) : this.#failed.signal;
  }

  get #metadata() {
    return { Metadata: { [WRITE_ID]: this.id, [PART_SIZE]: String(PART_BYTES) }, ...this.#writer.encryption };
  }

  /** The error that a request ends the write with, whichever came first. */
  #reasonOf(error: unknown): unknown {
    if (this.#failed.signal.aborted) return this.#failed.signal.reason;
    return this.#stop.aborted ? brokenOff(this.#stop.reason) : error;
  }

  async #request<T>(doing: string, work: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    try {
      return await work({ abortSignal: this.#kill.signal });
    } catch (error) {
      throw this.#stop.aborted ? this.#reasonOf(error) : asStorageError(error, doing, this.#writer.log);
    }
  }

  /** Is not broken off: an upload whose id has not come back could not be aborted. */
  async #begin(): Promise<string> {
    const algorithm = this.#writer.checksum === 'none' ? {} : { ChecksumAlgorithm: this.#writer.checksum };
    const command = new CreateMultipartUploadCommand({ ...this.target, ...this.#metadata, ...algorithm });
    const { UploadId } = await this.#writer.requests.send(command).catch((error: unknown) => {
      throw asStorageError(error, 'begin an upload', this.#writer.log);
    });
    if (!UploadId) throw unavailable('El almacenamiento no responde', new Error('an upload without an id'));
    return UploadId;
  }

  async #sendPart(UploadId: string, { number: PartNumber, bytes }: Part): Promise<void> {
    const sums = checksumOf(this.#writer.checksum, bytes);
    const part = { ...this.target, UploadId, PartNumber, Body: bytes, ...sums };
    await this.#request('upload a part', async (options) => {
      const answer = await this.#writer.requests.send(new UploadPartCommand(part), options);
      requireSame(sums, answer);
      this.#completed[PartNumber - 1] = { PartNumber, ETag: answer.ETag, ...sums };
    });
  }

  #start(UploadId: string, part: Part): void {
    const sending = this.#sendPart(UploadId, part)
      .catch((error: unknown) => this.#failed.abort(error))
      .finally(() => {
        part.release();
        this.#inFlight.delete(sending);
      });
    this.#inFlight.add(sending);
  }

  /** Moves the stream to the storage. @returns what makes the object appear, in one step */
  async #move(source: Readable): Promise<() => Promise<{ ETag?: string | undefined }>> {
    for await (const part of this.#writer.memory.partsOf(source)) {
      this.#size += part.bytes.length;
      if (part.number > MAX_PARTS) throw unavailable('El archivo es demasiado grande para el almacenamiento');
      if (part.last && !this.#uploadId) return () => this.#putWhole(part);
      this.#uploadId ??= await this.#begin();
      this.#start(this.#uploadId, part);
    }
    await Promise.all(this.#inFlight);
    const Parts = this.#completed;
    const upload = { ...this.target, UploadId: this.#uploadId, MultipartUpload: { Parts } };
    return () =>
      this.#request('complete an upload', (options) =>
        this.#writer.requests.send(new CompleteMultipartUploadCommand(upload), options),
      );
  }

  async #putWhole({ bytes, release }: Part): Promise<{ ETag?: string | undefined }> {
    const sums = checksumOf(this.#writer.checksum, bytes);
    try {
      return await this.#request('store an object', async (options) => {
        const whole = { ...this.target, ...this.#metadata, ...sums, Body: bytes };
        const answer = await this.#writer.requests.send(new PutObjectCommand(whole), options);
        requireSame(sums, answer);
        return answer;
      });
    } finally {
      release();
    }
  }

  /** Makes the object appear. An answer that was lost is no failure when the object is there. */
  async #finish(appear: () => Promise<{ ETag?: string | undefined }>): Promise<Written> {
    const answer = await appear().catch((error: unknown) => ({ error }));
    if ('error' in answer || this.#stop.aborted) {
      const own = await this.#ownObject().catch(() => null);
      if (own && !this.#stop.aborted && own.size === this.#size) return own;
      if (own) await this.#writer.requests.send(new DeleteObjectCommand(this.target)).catch(() => undefined);
      throw 'error' in answer ? answer.error : brokenOff(this.#stop.reason);
    }
    const own = await this.#request('look at a new object', () => this.#ownObject());
    // Somebody else has written to the same key since: ours was there, complete, for a moment.
    if (!own) return { size: this.#size, etag: answer.ETag ?? '', modifiedAt: new Date() };
    if (own.size === this.#size) return own;
    await this.#writer.requests.send(new DeleteObjectCommand(this.target));
    throw unavailable('El almacenamiento perdió parte del archivo');
  }

  async run(source: Readable): Promise<Written> {
    let grace: NodeJS.Timeout | undefined;
    const onStop = (): void => {
      source.destroy(brokenOff(this.#stop.reason));
      grace = setTimeout(() => this.#kill.abort(), GRACE_MS);
    };
    // An error of the source is told by its iterator; one that comes after the end of reading is nobody's.
    source.on('error', () => undefined);
    if (this.#stop.aborted) onStop();
    this.#stop.addEventListener('abort', onStop, { once: true });
    try {
      const appear = await this.#move(source);
      if (this.#stop.aborted) throw brokenOff(this.#stop.reason);
      return await this.#finish(appear);
    } catch (error) {
      const reason = this.#reasonOf(error);
      this.#failed.abort(error);
      source.destroy();
      await Promise.all(this.#inFlight);
      if (this.#uploadId) await this.#abort(this.#uploadId);
      throw reason;
    } finally {
      clearTimeout(grace);
      this.#stop.removeEventListener('abort', onStop);
    }
  }

  /** The object that is stored now, if this write made it. */
  async #ownObject(): Promise<Written | null> {
    const head = await this.#writer.requests.send(new HeadObjectCommand(this.target));
    if (head.Metadata?.[WRITE_ID] !== this.id) return null;
    return { size: head.ContentLength ?? 0, etag: head.ETag ?? '', modifiedAt: head.LastModified ?? new Date() };
  }

  async #abort(UploadId: string): Promise<void> {
    const { requests, log } = this.#writer;
    await requests.send(new AbortMultipartUploadCommand({ ...this.target, UploadId })).catch((error: unknown) => {
      if (!isMissingUpload(error) && !isMissingObject(error)) asStorageError(error, 'abort an upload', log);
    });
  }
}

/**
 * Writes streams of any length as S3 objects: small ones by one request, others in parts, a few in flight, from
 * memory that does not depend on the length. Nothing of a write that fails is left, neither an object nor parts, as
 * long as the storage can be reached.
 */
export class Writer {
  readonly #parts: WriterParts;

  constructor(requests: S3Client, options: WriteOptions, log: Logger) {
    this.#parts = { ...options, requests, log, memory: new PartMemory() };
  }

  async write(target: Target, source: Readable, signal?: AbortSignal): Promise<Written> {
    return await new Write(this.#parts, target, signal).run(source);
  }
}
