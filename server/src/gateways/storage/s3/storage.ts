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
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Logger } from 'pino';
import { create as contentDisposition } from 'content-disposition';
import { openDrafts } from '../drafts.ts';
import { notFound, unavailable } from '../errors.ts';
import { isKey, requireKey, requirePrefix } from '../keys.ts';
import { takeOwnedName, releaseOwnedName } from '../owned-name.ts';
import { ownUrl, type UrlSigner } from '../signed-url.ts';
import type { ByteRange, Storage, StoredObject } from '../storage.ts';
import { checksumIn, ContentCheck } from './checksum.ts';
import { createClients, type S3Settings } from './client.ts';
import { asStorageError, isMissingObject } from './errors.ts';
import { createWriter, PART_SIZE } from './put.ts';
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

/**
 * Objects in a bucket of an S3-compatible storage, below `S3_PREFIX`. What is read in full is copied to a temporary
 * file in `<dataDir>/tmp`.
 *
 * @param signer signs the URLs that this service serves files under, where the storage is not to be reached by callers
 */
export async function createS3Storage(
  settings: S3Settings & { readonly dataDir: string },
  signer: UrlSigner,
  log: Logger,
): Promise<Storage> {
  const { S3_PREFIX: root, S3_KMS_KEY_ID } = settings;
  const Bucket = settings.S3_BUCKET ?? '';
  const silenceMs = settings.S3_TIMEOUT_SECONDS * 1000;
  const clients = createClients(settings);
  const { requests, contents } = clients;
  const drafts = await openDrafts(settings.dataDir);
  const encryption: Record<string, string> =
    settings.S3_SSE === 'none'
      ? {}
      : { ServerSideEncryption: settings.S3_SSE, ...(S3_KMS_KEY_ID ? { SSEKMSKeyId: S3_KMS_KEY_ID } : {}) };
  const write = createWriter(requests, { checksum: settings.S3_CHECKSUM, encryption }, log);

  const targetOf = (key: string) => ({ Bucket, Key: root + requireKey(key) });

  /** Asks the storage. Its failures are told to the log, and to the caller in the service's own words. */
  const ask = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw asStorageError(error, doing, log);
    }
  };

  /** `null` for a missing object. The answer to HEAD has no body: that the bucket is missing must be asked for. */
  const headOf = async (key: string): Promise<HeadObjectCommandOutput | null> => {
    const target = targetOf(key);
    try {
      const ChecksumMode = settings.S3_CHECKSUM === 'none' ? undefined : 'ENABLED';
      return await requests.send(new HeadObjectCommand({ ...target, ChecksumMode }));
    } catch (error) {
      if (!isMissingObject(error)) throw asStorageError(error, 'look at an object', log);
    }
    await requests.send(new HeadBucketCommand({ Bucket })).catch((error: unknown) => {
      const cause = isMissingObject(error) ? Object.assign(new Error('no bucket'), { name: 'NoSuchBucket' }) : error;
      throw asStorageError(cause, 'look at the bucket', log);
    });
    return null;
  };

  const contentOf = async (key: string, range?: ByteRange, etag?: string): Promise<Readable> => {
    const target = targetOf(key);
    const Range = range && `bytes=${range.start}-${range.end}`;
    const { Body } = await ask('read an object', () =>
      contents.send(new GetObjectCommand({ ...target, Range, IfMatch: etag })),
    );
    if (!(Body instanceof Readable)) throw new Error('an answer without a body');
    return breakOnSilence(Body, silenceMs, (error) => asStorageError(error, 'read an object', log));
  };

  async function* pages(prefix: string): AsyncGenerator<StoredObject[]> {
    let ContinuationToken: string | undefined;
    do {
      const page = await ask('list objects', () =>
        requests.send(new ListObjectsV2Command({ Bucket, Prefix: root + prefix, ContinuationToken })),
      );
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

  const remove = async (key: string): Promise<void> => {
    const target = targetOf(key);
    await ask('remove an object', () => requests.send(new DeleteObjectCommand(target))).catch((error: unknown) => {
      if (!isMissingObject((error as Error).cause)) throw error;
    });
  };

  const copy = async (from: string, to: string): Promise<void> => {
    const head = await headOf(from);
    if (!head) throw notFound();
    if ((head.ContentLength ?? 0) > COPY_BYTES) {
      await write(targetOf(to), await contentOf(from, undefined, head.ETag));
      return;
    }
    const CopySource = `${Bucket}/${targetOf(from).Key}`;
    await ask('copy an object', () =>
      requests.send(new CopyObjectCommand({ ...targetOf(to), CopySource, ...encryption })),
    );
  };

  const removeMany = async (keys: readonly string[]): Promise<void> => {
    if (keys.length === 0) return;
    if (settings.S3_CHECKSUM === 'none') {
      // A request for many must carry a checksum.
      for (const key of keys) await remove(key);
      return;
    }
    await ask('remove objects', async () => {
      const Objects = keys.map((key) => ({ Key: targetOf(key).Key }));
      const { Errors = [] } = await requests.send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
      );
      const [first] = Errors;
      if (first) throw Object.assign(new Error(first.Message), { name: first.Code });
    });
  };

  const sweepChecks = async (olderThanMs: number): Promise<void> => {
    const before = Date.now() - olderThanMs;
    for await (const page of pages(CHECKS)) {
      await removeMany(page.filter(({ modifiedAt }) => modifiedAt.getTime() < before).map(({ key }) => key));
    }
  };

  return {
    put: async (key, source, signal) => {
      const written = await write(targetOf(key), source, signal);
      return { ...written, key, etag: quoted(written.etag) };
    },

    stat: async (key) => {
      const head = await headOf(key);
      if (!head) return null;
      const { ContentLength: size = 0, ETag, LastModified: modifiedAt = new Date() } = head;
      return { key, size, etag: quoted(ETag), modifiedAt };
    },

    read: (key, range) => contentOf(key, range),

    withLocalFile: async (key, use) => {
      const head = await headOf(key);
      // What is missing is told by the request for the contents.
      return await drafts.with(async (draft) => {
        const source = await contentOf(key, undefined, head?.ETag);
        const sink = createWriteStream(draft, { flags: 'wx', mode: 0o600 });
        await (head ? pipeline(source, new Gate(head), sink) : pipeline(source, sink));
        return await use(draft);
      });
    },

    move: async (from, to) => {
      await copy(from, to);
      await remove(from);
    },

    remove,

    removeAll: async (prefix) => {
      for await (const page of pages(requirePrefix(prefix))) await removeMany(page.map(({ key }) => key));
    },

    list: async function* list(prefix) {
      for await (const page of pages(requirePrefix(prefix))) yield* page;
    },

    signedUrl: async (key, terms) => {
      const target = targetOf(key);
      if (!settings.S3_SIGNED_URLS) return ownUrl(signer, key, terms);
      const command = new GetObjectCommand({
        ...target,
        ResponseContentType: terms.type,
        ResponseContentDisposition: contentDisposition(terms.filename),
      });
      return await ask('sign a URL', () => getSignedUrl(clients.signer, command, { expiresIn: terms.expiresSeconds }));
    },

    sweep: async (olderThanMs) => {
      const files = await drafts.sweep(olderThanMs);
      await sweepChecks(olderThanMs);
      const uploads = await ask('sweep uploads', () => abortAbandonedUploads(requests, { Bucket, root }, olderThanMs));
      return files + uploads;
    },

    check: async () => {
      const name = takeOwnedName();
      const key = CHECKS + name;
      try {
        await write(targetOf(key), Readable.from([CHECK_TEXT]));
        const kept = (await buffer(await contentOf(key))).toString();
        await remove(key);
        if (kept !== CHECK_TEXT) throw new Error('the storage does not keep what is written');
      } finally {
        releaseOwnedName(name);
      }
    },

    close: () => clients.destroy(),
  };
}
