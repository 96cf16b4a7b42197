import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { asDiskError } from './errors.ts';
import { releaseOwnedName, sweepOwned, takeOwnedName } from './owned-name.ts';

/** Temporary files of a storage, which outlive nobody. */
export interface Drafts {
  /** Runs `use` with the path of a temporary file, not made yet, which is gone when this ends. */
  with<T>(use: (draft: string) => Promise<T>): Promise<T>;
  /** Removes what dead processes have left; see `sweepOwned`. */
  sweep(olderThanMs: number): Promise<number>;
}

/** Temporary files in `<dataDir>/tmp`. */
export async function openDrafts(dataDir: string): Promise<Drafts> {
  const folder = path.join(dataDir, 'tmp');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    with: async (use) => {
      const name = takeOwnedName();
      const draft = path.join(folder, name);
      try {
        return await use(draft);
      } catch (error) {
        throw asDiskError(error);
      } finally {
        await rm(draft, { force: true });
        releaseOwnedName(name);
      }
    },
    sweep: (olderThanMs) => sweepOwned(folder, olderThanMs),
  };
}
