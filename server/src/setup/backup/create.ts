import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { AppError } from '../../base/errors.ts';
import { OperatorError } from '../../base/operator-error.ts';
import { VERSION } from '../../base/version.ts';
import type { Deps } from '../../deps.ts';
import type { Storage, StoredObject } from '../../gateways/storage/storage.ts';
import { neededFiles } from '../../jobs/agreement.ts';
import { FILES, PARTS } from '../../jobs/keys.ts';
import { dumpDatabase } from './dump.ts';
import {
  type BackupManifest,
  copyOf,
  FILE_LIST,
  type ListedFile,
  SECRET,
  writeManifest,
  writeSealed,
} from './format.ts';

type BackupDeps = Pick<Deps, 'config' | 'orm' | 'storage' | 'clock'>;

export interface BackupReport {
  readonly manifest: BackupManifest;
  readonly files: number;
  readonly bytes: number;
}

/** The end of the audit's chain. A copy from before the dump is never ahead of it. */
const BEFORE_THE_DUMP = ['audit/'];

/** What is copied after the dump, so that each file that a row of the dump names is there or was removed since. */
function afterTheDump({ SOM3D_PREDECESSOR_RESULTS }: Deps['config']): string[] {
  return [PARTS, ...FILES, SOM3D_PREDECESSOR_RESULTS, 'installation/'].filter((prefix) => prefix !== '');
}

/**
 * Takes a backup while the service runs: the database at one instant, then the stored files. All that was acknowledged
 * before the start is in it. The folder appears under its name once it is complete.
 *
 * @param files `copy` the stored files, or only `list` them
 * @throws OperatorError when the folder is not empty
 */
export async function takeBackup(deps: BackupDeps, dir: string, files: 'copy' | 'list'): Promise<BackupReport> {
  const part = await beginFolder(dir);
  try {
    const report = await fill(deps, part, files);
    await rename(part, dir);
    await syncFolder(path.dirname(dir));
    return report;
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

/** @returns the folder in which the backup grows */
async function beginFolder(dir: string): Promise<string> {
  const present = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new OperatorError(`${dir} cannot be read (${error.message}).`, { cause: error });
  });
  if (present.length > 0) throw new OperatorError(`${dir} is not empty. Give each backup a folder of its own.`);
  const part = `${dir}.part`;
  await mkdir(path.dirname(dir), { recursive: true, mode: 0o700 });
  await mkdir(part, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new OperatorError(`${part} is there: another backup runs, or one was killed. Remove it if none runs.`);
  });
  return part;
}

async function fill(deps: BackupDeps, dir: string, mode: 'copy' | 'list'): Promise<BackupReport> {
  const { config, orm, storage, clock } = deps;
  const started_at = clock().toISOString();
  const needed = new Set<string>();
  for await (const { key } of neededFiles(orm)) needed.add(key);
  const gone = new Set<string>();
  const listed: ListedFile[] = [];
  const take = async (prefixes: readonly string[]): Promise<void> => {
    for await (const object of allOf(storage, prefixes)) {
      const entry = mode === 'list' ? described(object) : await copied(storage, dir, object);
      if (entry) listed.push(entry);
      else gone.add(object.key);
    }
  };
  await take(BEFORE_THE_DUMP);
  const secret = config.JWT_SECRET === undefined ? await copySecret(config.dataDir, dir) : null;
  const database = { kind: config.database.kind, ...(await dumpDatabase(config.database, dir)) };
  await take(afterTheDump(config));
  const have = new Set(listed.map(({ key }) => key));
  for (const key of needed) if (!have.has(key)) gone.add(key);
  const lines = Readable.from(listed.map((entry) => Buffer.from(`${JSON.stringify(entry)}\n`)));
  const list = { name: FILE_LIST, ...(await writeSealed(path.join(dir, FILE_LIST), lines)) };
  const manifest: BackupManifest = {
    format: 1,
    version: VERSION,
    started_at,
    ended_at: clock().toISOString(),
    database,
    files: mode,
    list,
    secret,
    removed_meanwhile: [...gone].toSorted((a, b) => a.localeCompare(b)),
  };
  await writeManifest(dir, manifest);
  return { manifest, files: listed.length, bytes: listed.reduce((sum, { size }) => sum + size, 0) };
}

async function* allOf(storage: Storage, prefixes: readonly string[]): AsyncGenerator<StoredObject> {
  for (const prefix of prefixes) yield* storage.list(prefix);
}

function described({ key, size, etag }: StoredObject): ListedFile {
  return { key, size, etag };
}

/** @returns undefined when the object was removed in the meantime */
async function copied(storage: Storage, dir: string, object: StoredObject): Promise<ListedFile | undefined> {
  const source = await storage.read(object.key).catch((error: unknown) => {
    if (error instanceof AppError && error.kind === 'not_found') return undefined;
    throw error;
  });
  if (!source) return undefined;
  const { bytes, sha256 } = await writeSealed(copyOf(dir, object.key), source);
  return { ...described(object), size: bytes, sha256 };
}

/** Sessions, links and the seals of the audit depend on the generated secret of embedded mode. */
async function copySecret(dataDir: string, dir: string): Promise<BackupManifest['secret']> {
  const source = createReadStream(path.join(dataDir, SECRET));
  return { name: SECRET, ...(await writeSealed(path.join(dir, SECRET), source)) };
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
