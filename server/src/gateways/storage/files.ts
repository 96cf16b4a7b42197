import { createWriteStream, type BigIntStats } from 'node:fs';
import { mkdir, open, opendir, readFile, rename, rm, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openDrafts } from './drafts.ts';
import { asDiskError, isMissing, notFound, unavailable } from './errors.ts';
import { isKey, requireKey, requirePrefix } from './keys.ts';
import { ownUrl, type UrlSigner } from './signed-url.ts';
import type { Storage, StoredObject } from './storage.ts';

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
 *
 * @param signer signs the URLs that this service serves files under
 */
export async function createFileStorage(dataDir: string, signer: UrlSigner): Promise<Storage> {
  const root = path.join(dataDir, 'files');
  const drafts = await openDrafts(dataDir);
  await mkdir(root, { recursive: true, mode: 0o700 });

  const pathOf = (key: string): string => path.join(root, requireKey(key));
  const folderOf = (prefix: string): string => path.join(root, requirePrefix(prefix).slice(0, -1));
  const statOf = async (key: string): Promise<StoredObject | null> => {
    try {
      return describe(key, await stat(pathOf(key), { bigint: true }));
    } catch (error) {
      if (isMissing(error)) return null;
      throw asDiskError(error);
    }
  };

  async function* walk(folder: string, prefix: string): AsyncGenerator<StoredObject> {
    const entries = await opendir(folder).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
    for await (const entry of entries ?? []) {
      if (entry.isDirectory()) yield* walk(path.join(folder, entry.name), `${prefix}${entry.name}/`);
      else {
        const object = isKey(prefix + entry.name) ? await statOf(prefix + entry.name) : null;
        if (object) yield object;
      }
    }
  }

  return {
    put: async (key, source, signal) => {
      const target = pathOf(key);
      return await drafts.with(async (draft) => {
        const counter = new Counter();
        const sink = createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true });
        await pipeline(source, counter, sink, { signal });
        const object = describe(key, await stat(draft, { bigint: true }));
        if (object.size !== counter.bytes) throw unavailable('El almacenamiento perdió parte del archivo');
        await moveInto(root, draft, target);
        return object;
      });
    },

    stat: statOf,

    read: async (key, range) => {
      try {
        const handle = await open(pathOf(key), 'r');
        return handle.createReadStream({ ...range, highWaterMark: READ_AHEAD_BYTES });
      } catch (error) {
        throw isMissing(error) ? notFound(error) : asDiskError(error);
      }
    },

    withLocalFile: async (key, use) => {
      const file = pathOf(key);
      if (!(await statOf(key))) throw notFound();
      return await use(file);
    },

    move: async (from, to) => {
      const [source, target] = [pathOf(from), pathOf(to)];
      // Without this, a missing source would look like a folder that is being removed.
      if (!(await statOf(from))) throw notFound();
      await moveInto(root, source, target).catch((error: unknown) => {
        throw isMissing(error) ? notFound(error) : asDiskError(error);
      });
      await pruneAbove(root, source);
    },

    remove: async (key) => {
      const file = pathOf(key);
      await unlink(file).catch((error: unknown) => {
        if (!isMissing(error)) throw asDiskError(error);
      });
      await pruneAbove(root, file);
    },

    removeAll: async (prefix) => {
      const folder = folderOf(prefix);
      await rm(folder, { recursive: true, force: true, maxRetries: 2 });
      await pruneAbove(root, folder);
    },

    list: (prefix) => walk(folderOf(prefix), prefix),

    signedUrl: async (key, terms) => ownUrl(signer, requireKey(key), terms),

    sweep: (olderThanMs) => drafts.sweep(olderThanMs),

    check: () =>
      drafts.with(async (draft) => {
        await writeFile(draft, 'som3d', { mode: 0o600 });
        if ((await readFile(draft, 'utf8')) !== 'som3d') throw new Error('the storage does not keep what is written');
        await stat(root);
      }),

    close: () => {},
  };
}
