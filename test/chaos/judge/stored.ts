import { storedFiles } from '../../support/jobs.ts';

/** What is in the storage, seen from outside of the service. */
export interface Stored {
  /** Keys of all objects. */
  readonly keys: readonly string[];
  /** Whatever else lies about: drafts, parts of uploads, work folders. */
  readonly leftovers: readonly string[];
}

/** Files below a data folder that every process shares. */
export const storedInFolder = async (dataDir: string): Promise<Stored> => {
  const files = await storedFiles(dataDir);
  return {
    keys: files.filter((file) => file.startsWith('files/')).map((file) => file.slice('files/'.length)),
    leftovers: files.filter((file) => !file.startsWith('files/')),
  };
};
