import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { OperatorError } from '../../base/operator-error.ts';
import { isKey } from '../../gateways/storage/keys.ts';

/** The first file that is read. It is written last, so a folder without it is no complete backup. */
const MANIFEST = 'backup.json';
export const FILE_LIST = 'files.jsonl';
/** The generated secret of embedded mode. */
export const SECRET = 'jwt-secret';
const FILES = 'files';

const Sealed = z.object({ name: z.string().regex(/^[\w-][\w.-]*$/), bytes: z.number(), sha256: z.string() });
/** One file of a backup, with what proves that it is unchanged. */
export type Sealed = z.infer<typeof Sealed>;

const BackupManifest = z.object({
  format: z.literal(1),
  version: z.string(),
  started_at: z.string(),
  ended_at: z.string(),
  database: Sealed.extend({ kind: z.enum(['sqlite', 'mysql']) }),
  /** `copy`: the stored files are in the backup; `list`: only their list is. */
  files: z.enum(['copy', 'list']),
  list: Sealed,
  secret: Sealed.nullable(),
  /** Stored files that rows named at the start and that were removed before their turn came. */
  removed_meanwhile: z.array(z.string()),
});
export type BackupManifest = z.infer<typeof BackupManifest>;

const ListedFile = z.object({
  key: z.string().refine(isKey),
  size: z.number(),
  etag: z.string(),
  /** Of a copied file. */
  sha256: z.string().optional(),
});
/** A stored file in the list of a backup. */
export type ListedFile = z.infer<typeof ListedFile>;

/** Where the copy of a stored file is. */
export function copyOf(dir: string, key: string): string {
  return path.join(dir, FILES, key);
}

/** Writes a file through to the disk. @returns its size and hash */
export async function writeSealed(file: string, source: Readable): Promise<Omit<Sealed, 'name'>> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  let bytes = 0;
  const sink = createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true });
  await pipeline(
    source,
    async function* counted(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    sink,
  );
  return { bytes, sha256: hash.digest('hex') };
}

/** Size and hash of a file that is there. */
export async function seal(dir: string, name: string): Promise<Sealed> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path.join(dir, name)) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { name, bytes, sha256: hash.digest('hex') };
}

export async function writeManifest(dir: string, manifest: BackupManifest): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFile(path.join(dir, MANIFEST), text, { mode: 0o600, flag: 'wx', flush: true });
}

/** @throws OperatorError when the folder holds no complete backup */
export async function readManifest(dir: string): Promise<BackupManifest> {
  try {
    return BackupManifest.parse(JSON.parse(await readFile(path.join(dir, MANIFEST), 'utf8')));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? `it has no ${MANIFEST}` : `${MANIFEST} is damaged`;
    throw new OperatorError(`${dir} is no complete backup: ${why}.`, { cause: error });
  }
}

/** The stored files of a backup, one after the other. */
export async function* readList(dir: string): AsyncGenerator<ListedFile> {
  await using handle = await open(path.join(dir, FILE_LIST));
  for await (const line of handle.readLines()) yield ListedFile.parse(JSON.parse(line));
}

/** The parts that are missing or changed, by name; empty when the backup is intact. */
export async function faultsOf(dir: string, manifest: BackupManifest): Promise<string[]> {
  const isSame = async ({ name, bytes, sha256 }: Sealed): Promise<boolean> => {
    const found = await seal(dir, name).catch(() => null);
    return found?.bytes === bytes && found.sha256 === sha256;
  };
  const faults: string[] = [];
  for (const part of [manifest.database, manifest.list, ...(manifest.secret ? [manifest.secret] : [])]) {
    if (!(await isSame(part))) faults.push(part.name);
  }
  // The names come from the list, so a changed list is not followed.
  if (manifest.files === 'list' || faults.includes(FILE_LIST)) return faults;
  for await (const { key, size, sha256 = '' } of readList(dir)) {
    const name = `${FILES}/${key}`;
    if (!(await isSame({ name, bytes: size, sha256 }))) faults.push(name);
  }
  return faults;
}
