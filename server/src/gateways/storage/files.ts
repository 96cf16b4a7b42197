import { createWriteStream, type BigIntStats } from 'node:fs';
import { mkdir, open, opendir, readFile, rename, rm, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Drafts, openDrafts } from './drafts.ts';
import { asDiskError, isMissing, notFound, unavailable } from './errors.ts';
import { isKey, requireKey, requirePrefix } from './keys.ts';
import { ownUrl, type UrlSigner } from './signed-url.ts';
import type { ByteRange, Storage, StoredObject, UrlTerms } from './storage.ts';

const READ_AHEAD_BYTES = 256 * 1024;

/**
 * Size, instant of writing in nanoseconds and inode. An object is never written in place (a new one is renamed over
 * it), so that two contents never share all three: a strong validator that costs one `stat` and no second file.
 * A restored backup changes it, which makes a client fetch again and is never wrong.
 */
function describe(key: string, info: BigIntStats): StoredObject {
  return {
    key,
    size: Number(info.size),
    etag: `"${info.size.toString(16)}-${info.mtimeNs.toString(16)}-${info.ino.toString(16)}"`,
    modifiedAt: info.mtime,
  };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Moves a complete file to its place. The rename is on disk when this returns. */
async function moveInto(root: string, draft: string, target: string, tries = 3): Promise<void> {
  const folder = path.dirname(target);
  const created = await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await rename(draft, target);
  } catch (error) {
    // Somebody removed the folder because it was empty just then.
    if (!isMissing(error) || tries <= 1) throw error;
    return await moveInto(root, draft, target, tries - 1);
  }
  await syncFolder(folder);
  if (created === undefined) return;
  for (let at = folder; at !== root; at = path.dirname(at)) await syncFolder(path.dirname(at));
}

/** Removes the folders above `target` that have become empty. */
async function pruneAbove(root: string, target: string): Promise<void> {
  for (let at = path.dirname(target); at.startsWith(root + path.sep); at = path.dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return;
    }
  }
}

/** Lets everything pass and counts it. */
class Counter extends Transform {
  bytes = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    done(null, chunk);
  }
}

/**
 * Objects as files below `<dataDir>/files`. Writes go to `<dataDir>/tmp` first, are synced and then renamed, so that
 * an object is complete or not there, also after a loss of power.
 */
export class FileStorage implements Storage {
  readonly #root: string;
  readonly #drafts: Drafts;
  readonly #signer: UrlSigner;

  private constructor(root: string, drafts: Drafts, signer: UrlSigner) {
    this.#root = root;
    this.#drafts = drafts;
    this.#signer = signer;
  }

  /** @param signer signs the URLs that this service serves files under */
  static async open(dataDir: string, signer: UrlSigner): Promise<FileStorage> {
    const root = path.join(dataDir, 'files');
    const drafts = await openDrafts(dataDir);
    await mkdir(root, { recursive: true, mode: 0o700 });
    return new FileStorage(root, drafts, signer);
  }

  async put(key: string, source: Readable, signal?: AbortSignal): Promise<StoredObject> {
    const target = this.#pathOf(key);
    return await this.#drafts.with(async (draft) => {
      const counter = new Counter();
      const sink = createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true });
      await pipeline(source, counter, sink, { signal });
      const object = describe(key, await stat(draft, { bigint: true }));
      if (object.size !== counter.bytes) throw unavailable('El almacenamiento perdió parte del archivo');
      await moveInto(this.#root, draft, target);
      return object;
    });
  }

  async stat(key: string): Promise<StoredObject | null> {
    try {
      return describe(key, await stat(this.#pathOf(key), { bigint: true }));
    } catch (error) {
      if (isMissing(error)) return null;
      throw asDiskError(error);
    }
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    try {
      const handle = await open(this.#pathOf(key), 'r');
      return handle.createReadStream({ ...range, highWaterMark: READ_AHEAD_BYTES });
    } catch (error) {
      throw isMissing(error) ? notFound(error) : asDiskError(error);
    }
  }

  async withLocalFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T> {
    if (!(await this.stat(key))) throw notFound();
    return await use(this.#pathOf(key));
  }

  async move(from: string, to: string): Promise<void> {
    const [source, target] = [this.#pathOf(from), this.#pathOf(to)];
    // Without this, a missing source would look like a folder that is being removed.
    if (!(await this.stat(from))) throw notFound();
    await moveInto(this.#root, source, target).catch((error: unknown) => {
      throw isMissing(error) ? notFound(error) : asDiskError(error);
    });
    await pruneAbove(this.#root, source);
  }

  async remove(key: string): Promise<void> {
    const file = this.#pathOf(key);
    await unlink(file).catch((error: unknown) => {
      if (!isMissing(error)) throw asDiskError(error);
    });
    await pruneAbove(this.#root, file);
  }

  async removeAll(prefix: string): Promise<void> {
    const folder = this.#folderOf(prefix);
    await rm(folder, { recursive: true, force: true, maxRetries: 2 });
    await pruneAbove(this.#root, folder);
  }

  list(prefix: string): AsyncIterable<StoredObject> {
    return this.#walk(this.#folderOf(prefix), prefix);
  }

  async signedUrl(key: string, terms: UrlTerms): Promise<string> {
    return ownUrl(this.#signer, requireKey(key), terms);
  }

  async sweep(olderThanMs: number): Promise<number> {
    return await this.#drafts.sweep(olderThanMs);
  }

  async check(): Promise<void> {
    await this.#drafts.with(async (draft) => {
      await writeFile(draft, 'som3d', { mode: 0o600 });
      if ((await readFile(draft, 'utf8')) !== 'som3d') throw new Error('the storage does not keep what is written');
      await stat(this.#root);
    });
  }

  close(): void {
    // A folder has no connection.
  }

  #pathOf(key: string): string {
    return path.join(this.#root, requireKey(key));
  }

  #folderOf(prefix: string): string {
    return path.join(this.#root, requirePrefix(prefix).slice(0, -1));
  }

  async *#walk(folder: string, prefix: string): AsyncGenerator<StoredObject> {
    const entries = await opendir(folder).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
    for await (const entry of entries ?? []) {
      if (entry.isDirectory()) yield* this.#walk(path.join(folder, entry.name), `${prefix}${entry.name}/`);
      else {
        const object = isKey(prefix + entry.name) ? await this.stat(prefix + entry.name) : null;
        if (object) yield object;
      }
    }
  }
}
