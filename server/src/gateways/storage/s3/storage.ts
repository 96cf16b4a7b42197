import { createWriteStream } from 'node:fs';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type S3Client,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Logger } from 'pino';
import { create as contentDisposition } from 'content-disposition';
import { type Drafts, openDrafts } from '../drafts.ts';
import { notFound, unavailable } from '../errors.ts';
import { isKey, requireKey, requirePrefix } from '../keys.ts';
import { takeOwnedName, releaseOwnedName } from '../owned-name.ts';
import { ownUrl, type UrlSigner } from '../signed-url.ts';
import type { ByteRange, Storage, StoredObject, UrlTerms } from '../storage.ts';
import { checksumIn, ContentCheck } from './checksum.ts';
import { createClients, type S3Clients, type S3Settings } from './client.ts';
import { asStorageError, isMissingObject } from './errors.ts';
import { PART_SIZE, type Target, Writer } from './put.ts';
import { breakOnSilence } from './silence.ts';
import { abortAbandonedUploads } from './uploads.ts';

/** Where `check` writes; what a process that died has left there goes with the next sweep. */
const CHECKS = 'checks/';
const CHECK_TEXT = 'som3d';
/** The storage copies no larger object by one request: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
const COPY_BYTES = 5 * 1024 ** 3;

/** Some servers leave the quotes out. */
function quoted(etag: string | undefined): string {
  return etag?.startsWith('"') ? etag : `"${etag ?? ''}"`;
}

/** Lets contents pass; fails at their end when they are not what is stored. */
class Gate extends Transform {
  readonly #check: ContentCheck | null;
  readonly #size: number;
  #bytes = 0;

  constructor(head: HeadObjectCommandOutput) {
    super();
    this.#size = head.ContentLength ?? 0;
    const partBytes = Number(head.Metadata?.[PART_SIZE]) || undefined;
    this.#check = ContentCheck.of(checksumIn(head), this.#size, partBytes);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length;
    this.#check?.update(chunk);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    const intact = this.#bytes === this.#size && (this.#check?.matches() ?? true);
    done(intact ? null : unavailable('El almacenamiento entregó el archivo dañado'));
  }
}

type Settings = S3Settings & { readonly dataDir: string };

/**
 * Objects in a bucket of an S3-compatible storage, below `S3_PREFIX`. What is read in full is copied to a temporary
 * file in `<dataDir>/tmp`.
 */
export class S3Storage implements Storage {
  readonly #settings: Settings;
  readonly #clients: S3Clients;
  readonly #drafts: Drafts;
  readonly #signer: UrlSigner;
  readonly #log: Logger;
  readonly #encryption: Readonly<Record<string, string>>;
  readonly #writer: Writer;

  private constructor(settings: Settings, drafts: Drafts, signer: UrlSigner, log: Logger) {
    const { S3_SSE, S3_KMS_KEY_ID } = settings;
    this.#settings = settings;
    this.#clients = createClients(settings);
    this.#drafts = drafts;
    this.#signer = signer;
    this.#log = log;
    this.#encryption =
      S3_SSE === 'none'
        ? {}
        : { ServerSideEncryption: S3_SSE, ...(S3_KMS_KEY_ID ? { SSEKMSKeyId: S3_KMS_KEY_ID } : {}) };
    const options = { checksum: settings.S3_CHECKSUM, encryption: this.#encryption };
    this.#writer = new Writer(this.#clients.requests, options, log);
  }

  /** @param signer signs the URLs that this service serves files under, where callers cannot reach the storage */
  static async open(settings: Settings, signer: UrlSigner, log: Logger): Promise<S3Storage> {
    return new S3Storage(settings, await openDrafts(settings.dataDir), signer, log);
  }

  async put(key: string, source: Readable, signal?: AbortSignal): Promise<StoredObject> {
    const written = await this.#writer.write(this.#targetOf(key), source, signal);
    return { ...written, key, etag: quoted(written.etag) };
  }

  async stat(key: string): Promise<StoredObject | null> {
    const head = await this.#headOf(key);
    if (!head) return null;
    const { ContentLength: size = 0, ETag, LastModified: modifiedAt = new Date() } = head;
    return { key, size, etag: quoted(ETag), modifiedAt };
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    return await this.#contentOf(key, range);
  }

  async withLocalFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T> {
    const head = await this.#headOf(key);
    // The request for the contents reports a missing object.
    return await this.#drafts.with(async (draft) => {
      const source = await this.#contentOf(key, undefined, head?.ETag);
      const sink = createWriteStream(draft, { flags: 'wx', mode: 0o600 });
      await (head ? pipeline(source, new Gate(head), sink) : pipeline(source, sink));
      return await use(draft);
    });
  }

  async move(from: string, to: string): Promise<void> {
    await this.#copy(from, to);
    await this.remove(from);
  }

  async remove(key: string): Promise<void> {
    const command = new DeleteObjectCommand(this.#targetOf(key));
    await this.#ask('remove an object', (requests) => requests.send(command)).catch((error: unknown) => {
      if (!isMissingObject((error as Error).cause)) throw error;
    });
  }

  async removeAll(prefix: string): Promise<void> {
    for await (const page of this.#pages(requirePrefix(prefix))) await this.#removeMany(page);
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    for await (const page of this.#pages(requirePrefix(prefix))) yield* page;
  }

  async signedUrl(key: string, terms: UrlTerms): Promise<string> {
    const target = this.#targetOf(key);
    if (!this.#settings.S3_SIGNED_URLS) return ownUrl(this.#signer, key, terms);
    const command = new GetObjectCommand({
      ...target,
      ResponseContentType: terms.type,
      ResponseContentDisposition: contentDisposition(terms.filename),
    });
    const signingDate = this.#clients.time.now(this.#signer.clock);
    const options = { expiresIn: terms.expiresSeconds, signingDate };
    return await this.#ask('sign a URL', () => getSignedUrl(this.#clients.signer, command, options));
  }

  async sweep(olderThanMs: number): Promise<number> {
    const files = await this.#drafts.sweep(olderThanMs);
    await this.#sweepChecks(olderThanMs);
    const place = { Bucket: this.#bucket, root: this.#settings.S3_PREFIX };
    return (
      files + (await this.#ask('sweep uploads', (requests) => abortAbandonedUploads(requests, place, olderThanMs)))
    );
  }

  async check(): Promise<void> {
    const name = takeOwnedName();
    const key = CHECKS + name;
    try {
      await this.#writer.write(this.#targetOf(key), Readable.from([CHECK_TEXT]));
      const kept = (await buffer(await this.#contentOf(key))).toString();
      await this.remove(key);
      if (kept !== CHECK_TEXT) throw new Error('the storage does not keep what is written');
    } finally {
      releaseOwnedName(name);
    }
  }

  close(): void {
    this.#clients.destroy();
  }

  get #bucket(): string {
    return this.#settings.S3_BUCKET ?? '';
  }

  #targetOf(key: string): Target {
    return { Bucket: this.#bucket, Key: this.#settings.S3_PREFIX + requireKey(key) };
  }

  /** Sends requests to the storage. The log gets its failures, and the caller a sentence of the service's own. */
  async #ask<T>(doing: string, work: (requests: S3Client) => Promise<T>): Promise<T> {
    try {
      return await work(this.#clients.requests);
    } catch (error) {
      throw asStorageError(error, doing, this.#log);
    }
  }

  /** `null` for a missing object. An answer to HEAD has no body, so a second request finds a missing bucket. */
  async #headOf(key: string): Promise<HeadObjectCommandOutput | null> {
    const { requests } = this.#clients;
    const target = this.#targetOf(key);
    try {
      const ChecksumMode = this.#settings.S3_CHECKSUM === 'none' ? undefined : 'ENABLED';
      return await requests.send(new HeadObjectCommand({ ...target, ChecksumMode }));
    } catch (error) {
      if (!isMissingObject(error)) throw asStorageError(error, 'look at an object', this.#log);
    }
    await requests.send(new HeadBucketCommand({ Bucket: this.#bucket })).catch((error: unknown) => {
      const cause = isMissingObject(error) ? Object.assign(new Error('no bucket'), { name: 'NoSuchBucket' }) : error;
      throw asStorageError(cause, 'look at the bucket', this.#log);
    });
    return null;
  }

  async #contentOf(key: string, range?: ByteRange, etag?: string): Promise<Readable> {
    const Range = range && `bytes=${range.start}-${range.end}`;
    const command = new GetObjectCommand({ ...this.#targetOf(key), Range, IfMatch: etag });
    const { Body } = await this.#ask('read an object', () => this.#clients.contents.send(command));
    if (!(Body instanceof Readable)) throw new Error('an answer without a body');
    const silenceMs = this.#settings.S3_TIMEOUT_SECONDS * 1000;
    return breakOnSilence(Body, silenceMs, (error) => asStorageError(error, 'read an object', this.#log));
  }

  async *#pages(prefix: string): AsyncGenerator<StoredObject[]> {
    const root = this.#settings.S3_PREFIX;
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: root + prefix, ContinuationToken });
      const page = await this.#ask('list objects', (requests) => requests.send(command));
      yield (page.Contents ?? [])
        .map(({ Key = '', Size = 0, ETag, LastModified = new Date() }) => ({
          key: Key.slice(root.length),
          size: Size,
          etag: quoted(ETag),
          modifiedAt: LastModified,
        }))
        .filter(({ key }) => isKey(key));
      ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (ContinuationToken);
  }

  async #copy(from: string, to: string): Promise<void> {
    const head = await this.#headOf(from);
    if (!head) throw notFound();
    if ((head.ContentLength ?? 0) > COPY_BYTES) {
      await this.#writer.write(this.#targetOf(to), await this.#contentOf(from, undefined, head.ETag));
      return;
    }
    const CopySource = `${this.#bucket}/${this.#targetOf(from).Key}`;
    const command = new CopyObjectCommand({ ...this.#targetOf(to), CopySource, ...this.#encryption });
    await this.#ask('copy an object', (requests) => requests.send(command));
  }

  async #removeMany(objects: readonly StoredObject[]): Promise<void> {
    if (objects.length === 0) return;
    if (this.#settings.S3_CHECKSUM === 'none') {
      // A request for many must carry a checksum.
      for (const { key } of objects) await this.remove(key);
      return;
    }
    const Objects = objects.map(({ key }) => ({ Key: this.#targetOf(key).Key }));
    const command = new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } });
    await this.#ask('remove objects', async (requests) => {
      const { Errors: [first] = [] } = await requests.send(command);
      if (first) throw Object.assign(new Error(first.Message), { name: first.Code });
    });
  }

  async #sweepChecks(olderThanMs: number): Promise<void> {
    const before = Date.now() - olderThanMs;
    for await (const page of this.#pages(CHECKS)) {
      await this.#removeMany(page.filter(({ modifiedAt }) => modifiedAt.getTime() < before));
    }
  }
}
