import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { configuration, storages } from '@som3d/server/testing';
import { createBucket, hasS3, type TestBucket } from './bucket.ts';
import { storedFiles } from './jobs.ts';
import { recordingLogger } from './recording-logger.ts';

export type StorageKind = 'files' | 'S3';

/** The kinds of storage that this run has. */
export function storageKinds(): StorageKind[] {
  return hasS3() ? ['files', 'S3'] : ['files'];
}

/** A storage of one test's own. */
export interface TestStorage extends AsyncDisposable {
  readonly storage: storages.Storage;
  readonly dataDir: string;
  /** Lines of level error. */
  readonly errors: string[];
  readonly put: (key: string, text: string) => ReturnType<storages.Storage['put']>;
  readonly read: (key: string, range?: storages.ByteRange) => Promise<string>;
  /** Keys below a prefix, sorted, as the storage lists them. */
  readonly list: (prefix: string) => Promise<string[]>;
  /** Everything that is stored, by whatever name, and everything half-written or temporary, as the operator sees it. */
  readonly everything: () => Promise<string[]>;
}

const SIGNER = { secret: Buffer.alloc(32, 7), clock: () => new Date() };

async function testStorage(
  env: Readonly<Record<string, string>>,
  inBucket: () => Promise<string[]>,
): Promise<TestStorage> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'som3d-storage-'));
  const { log, errors } = recordingLogger();
  const config = configuration.readConfig({ ...env, SOM3D_DATA_DIR: dataDir });
  const storage = await storages.openStorage(config, SIGNER, log);
  return {
    storage,
    dataDir,
    errors,
    put: (key, text) => storage.put(key, Readable.from([text])),
    read: async (key, range) => (await buffer(await storage.read(key, range))).toString(),
    list: async (prefix) => {
      const keys: string[] = [];
      for await (const { key } of storage.list(prefix)) keys.push(key);
      return keys.toSorted((a, b) => a.localeCompare(b));
    },
    everything: async () => {
      const local = (await storedFiles(dataDir)).map((file) => file.replace(/^files\//, ''));
      return [...local, ...(await inBucket())];
    },
    [Symbol.asyncDispose]: async () => {
      storage.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A storage in a bucket; several may share one. */
export async function openInBucket(
  bucket: TestBucket,
  env: Readonly<Record<string, string>> = {},
): Promise<TestStorage> {
  return await testStorage({ ...bucket.env, ...env }, async () => {
    const keys = (await bucket.keys()).map((key) => key.replace(/^here\//, ''));
    const parts = (await bucket.openUploads()).map((key) => `upload of ${key}`);
    return [...keys, ...parts];
  });
}

/** An empty storage of the kind. */
export async function createStorage(kind: StorageKind): Promise<TestStorage> {
  if (kind === 'files') return await testStorage({}, async () => []);
  const bucket = await createBucket();
  const opened = await openInBucket(bucket);
  return {
    ...opened,
    [Symbol.asyncDispose]: async () => {
      await opened[Symbol.asyncDispose]();
      await bucket[Symbol.asyncDispose]();
    },
  };
}
