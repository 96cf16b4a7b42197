import { createReadStream } from 'node:fs';
import { copyFile, open, readFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { OperatorError } from '../../base/operator-error.ts';
import type { Config } from '../../config/config.ts';
import { DumpError } from '../../db/dump/errors.ts';
import { contentsOf, importDump, ImportRefusedError } from '../../db/dump/import.ts';
import type { Storage } from '../../gateways/storage/storage.ts';
import { FILES } from '../../jobs/keys.ts';
import { type BackupManifest, copyOf, faultsOf, readList, readManifest, SECRET, writeSealed } from './format.ts';

const SHOWN = 20;

export interface RestoreOptions {
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface RestoreReport {
  readonly manifest: BackupManifest;
  readonly files: number;
  /** Files that are only in the list of the backup and that the storage does not have. */
  readonly absent: readonly string[];
}

/** @throws OperatorError that names what is missing or changed */
export async function requireIntact(dir: string): Promise<BackupManifest> {
  const manifest = await readManifest(dir);
  const faults = await faultsOf(dir, manifest);
  if (faults.length === 0) return manifest;
  const more = faults.length > SHOWN ? `\n  and ${faults.length - SHOWN} more` : '';
  throw new OperatorError(
    `The backup ${dir} is damaged. Missing or changed:\n  ${faults.slice(0, SHOWN).join('\n  ')}${more}`,
  );
}

/**
 * Puts a backup into an empty installation. The database comes last and at once, so whatever interrupts a restore leaves an
 * installation without a database, and the same command repeats it.
 *
 * @param openStorage called once the secret of the backup is in its place
 * @throws OperatorError when the backup is damaged or the target is not empty; nothing is changed then
 */
export async function restoreBackup(
  config: Config,
  dir: string,
  openStorage: () => Promise<Storage>,
  options: RestoreOptions,
): Promise<RestoreReport> {
  const manifest = await requireIntact(dir);
  await requireTarget(config, manifest);
  await restoreSecret(config, dir, manifest);
  const storage = await openStorage();
  try {
    const { files, absent } =
      manifest.files === 'copy' ? await putFiles(storage, dir, options) : await findFiles(storage, dir);
    await restoreDatabase(config, path.join(dir, manifest.database.name), options);
    return { manifest, files, absent };
  } finally {
    storage.close();
  }
}

async function requireTarget({ database }: Config, manifest: BackupManifest): Promise<void> {
  if (database.kind !== manifest.database.kind) {
    const [here, there] = [database.kind, manifest.database.kind].map((kind) =>
      kind === 'mysql' ? 'MySQL' : 'SQLite',
    );
    throw new OperatorError(`The backup is one of ${there}, but the configuration names ${here}. Look at MYSQL_URL.`);
  }
  if (database.kind === 'mysql') {
    const contents = await contentsOf(database.url);
    if (contents === '') return;
    throw new OperatorError(
      `The database is not empty (${contents}). Name an empty one in MYSQL_URL, or drop and create this one if it may go.`,
    );
  }
  if (!(await stat(database.file).catch(() => null))) return;
  throw new OperatorError(
    `${database.file} is there: a backup is restored into an empty folder. Stop the service, and move the present folder ` +
      'away (SOM3D_DATA_DIR) if it may go.',
  );
}

async function restoreSecret(config: Config, dir: string, { secret }: BackupManifest): Promise<void> {
  if (!secret) return;
  const [file, theirs] = [path.join(config.dataDir, SECRET), await readFile(path.join(dir, SECRET), 'utf8')];
  if (config.JWT_SECRET !== undefined) {
    if (config.JWT_SECRET === theirs) return;
    throw new OperatorError(
      `The backup has a ${SECRET} of its own. Remove JWT_SECRET, or give it the content of that file.`,
    );
  }
  const present = await readFile(file, 'utf8').catch(() => null);
  if (present === theirs) return;
  if (present !== null) throw new OperatorError(`${file} is another secret than the backup's. Move it away.`);
  await writeSealed(file, createReadStream(path.join(dir, SECRET)));
}

/** Objects of the backup may be there: an earlier restore of it has put them. Any other one is somebody's. */
async function putFiles(storage: Storage, dir: string, { signal, say }: RestoreOptions) {
  const sizes = new Map<string, number>();
  for await (const { key, size } of readList(dir)) sizes.set(key, size);
  const roots = new Set([...FILES, ...[...sizes.keys()].map((key) => key.slice(0, key.indexOf('/') + 1))]);
  for (const root of roots) {
    for await (const { key, size } of storage.list(root)) {
      if (sizes.get(key) === size) continue;
      throw new OperatorError(
        `The storage is not empty: it has ${key}, which is not of this backup. Nothing was changed.`,
      );
    }
  }
  let files = 0;
  for (const [key, size] of sizes) {
    const stored = await storage.put(key, createReadStream(copyOf(dir, key)), signal);
    if (stored.size !== size) throw new OperatorError(`${key} changed while it was restored. Restore again.`);
    files += 1;
    if (files % SAY_EVERY === 0) say(`${files} of ${sizes.size} files`);
  }
  return { files, absent: [] };
}

const SAY_EVERY = 1000;

async function findFiles(storage: Storage, dir: string): Promise<{ files: number; absent: string[] }> {
  const absent: string[] = [];
  let files = 0;
  for await (const { key, size } of readList(dir)) {
    files += 1;
    if ((await storage.stat(key))?.size !== size) absent.push(key);
  }
  return { files, absent };
}

async function restoreDatabase({ database }: Config, dump: string, options: RestoreOptions): Promise<void> {
  if (database.kind === 'mysql') {
    const { url } = database;
    await importDump({ url, file: dump, discardUnfinished: false, ...options }).catch((error: unknown) => {
      if (!(error instanceof DumpError || error instanceof ImportRefusedError)) throw error;
      throw new OperatorError(error.message, { cause: error });
    });
    return;
  }
  const draft = `${database.file}.restoring`;
  await copyFile(dump, draft);
  await using written = await open(draft, 'r+');
  await written.chmod(0o600);
  await written.sync();
  await rename(draft, database.file);
}
