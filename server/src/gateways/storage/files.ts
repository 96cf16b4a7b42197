import { createWriteStream, type BigIntStats } from 'node:fs';
import { mkdir, open, opendir, readFile, rename, rm, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../errors.ts';
import { releaseOwnedName, sweepOwned, takeOwnedName } from './owned-name.ts';
import type { Storage, StoredObject } from './storage.ts';

const KEY = /^[\w-][\w.-]*(\/[\w-][\w.-]*)+$/;
const PREFIX = /^([\w-][\w.-]*\/)+$/;
const READ_AHEAD_BYTES = 256 * 1024;

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | null)?.code;
const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const AILING = new Set([...FULL, 'EROFS', 'EIO', 'EMFILE', 'ENFILE']);

/** A full or ailing disk is the operator's trouble and passes: the caller is told to come back. */
const asStorageError = (error: unknown): unknown => {
  const code = codeOf(error) ?? '';
  if (!AILING.has(code)) return error;
  const why = FULL.has(code) ? 'No hay espacio para guardar el archivo' : 'El almacenamiento no responde';
  return new AppError('unavailable', `${why} en este momento; intente más tarde`, {
    headers: { 'retry-after': '60' },
    cause: error,
  });
};

const notFound = (cause: unknown): AppError => new AppError('not_found', 'El archivo ya no está disponible', { cause });

/**
 * Size, instant of writing in nanoseconds and inode. An object is never written in place (a new one is renamed over
 * it), so that two contents never share all three: a strong validator that costs one `stat` and no second file.
 * A restored backup changes it, which makes a client fetch again and is never wrong.
 */
const describe = (key: string, info: BigIntStats): StoredObject => ({
  key,
  size: Number(info.size),
  etag: `"${info.size.toString(16)}-${info.mtimeNs.toString(16)}-${info.ino.toString(16)}"`,
  modifiedAt: info.mtime,
});

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Moves a complete file to its place. The rename is on disk when this returns. */
const moveInto = async (root: string, draft: string, target: string, tries = 3): Promise<void> => {
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
};

/** Removes the folders above `target` that have become empty. */
const pruneAbove = async (root: string, target: string): Promise<void> => {
  for (let at = path.dirname(target); at.startsWith(root + path.sep); at = path.dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return;
    }
  }
};

/**
 * Objects as files below `<dataDir>/files`. Writes go to `<dataDir>/tmp` first, are synced and then renamed, so that
 * an object is complete or not there, also after a loss of power.
 */
export const createFileStorage = async (dataDir: string): Promise<Storage> => {
  const root = path.join(dataDir, 'files');
  const drafts = path.join(dataDir, 'tmp');
  await mkdir(root, { recursive: true, mode: 0o700 });
  await mkdir(drafts, { recursive: true, mode: 0o700 });

  const pathOf = (key: string): string => {
    if (!KEY.test(key)) throw new Error('not a storage key');
    return path.join(root, key);
  };
  const folderOf = (prefix: string): string => {
    if (!PREFIX.test(prefix)) throw new Error('not a storage prefix');
    return path.join(root, prefix.slice(0, -1));
  };
  const statOf = async (key: string): Promise<StoredObject | null> => {
    try {
      return describe(key, await stat(pathOf(key), { bigint: true }));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  };

  /** Runs `write` with the path of a temporary file, which is gone when this ends. */
  const withDraft = async <T>(write: (draft: string) => Promise<T>): Promise<T> => {
    const name = takeOwnedName();
    const draft = path.join(drafts, name);
    try {
      return await write(draft);
    } catch (error) {
      throw asStorageError(error);
    } finally {
      await rm(draft, { force: true });
      releaseOwnedName(name);
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
        const object = KEY.test(prefix + entry.name) ? await statOf(prefix + entry.name) : null;
        if (object) yield object;
      }
    }
  }

  return {
    put: async (key, source, signal) => {
      const target = pathOf(key);
      return await withDraft(async (draft) => {
        const sink = createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true });
        await pipeline(source, sink, { signal });
        const object = describe(key, await stat(draft, { bigint: true }));
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
        throw isMissing(error) ? notFound(error) : asStorageError(error);
      }
    },

    withLocalFile: async (key, use) => {
      const file = pathOf(key);
      if (!(await statOf(key))) throw notFound(undefined);
      return await use(file);
    },

    remove: async (key) => {
      const file = pathOf(key);
      await unlink(file).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
      await pruneAbove(root, file);
    },

    removeAll: async (prefix) => {
      const folder = folderOf(prefix);
      await rm(folder, { recursive: true, force: true, maxRetries: 2 });
      await pruneAbove(root, folder);
    },

    list: (prefix) => walk(folderOf(prefix), prefix),

    sweep: (olderThanMs) => sweepOwned(drafts, olderThanMs),

    check: () =>
      withDraft(async (draft) => {
        await writeFile(draft, 'som3d', { mode: 0o600 });
        if ((await readFile(draft, 'utf8')) !== 'som3d') throw new Error('the storage does not keep what is written');
        await stat(root);
      }),
  };
};
