import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { UploadStore } from '../index.ts';
import { writeWhole } from './files.ts';
import { credentialsPath } from './session.ts';

/** The service keeps an unfinished upload for a day; older entries lead nowhere, ms. */
const KEPT_MS = 2 * 86_400_000;

interface Entry {
  readonly id: string;
  /** When it began, ms since the epoch. */
  readonly at: number;
}

function path(): string {
  return join(dirname(credentialsPath()), 'uploads.json');
}

/** The entries that can still be of use. A file that is damaged counts as empty: then an upload begins again. */
async function read(): Promise<Record<string, Entry>> {
  try {
    const entries = JSON.parse(await readFile(path(), 'utf8')) as Record<string, Entry>;
    const since = Date.now() - KEPT_MS;
    return Object.fromEntries(Object.entries(entries).filter(([, { at }]) => at > since));
  } catch {
    return {};
  }
}

async function write(entries: Record<string, Entry>): Promise<void> {
  await mkdir(dirname(path()), { recursive: true, mode: 0o700 });
  await writeWhole(path(), (temporary) =>
    writeFile(temporary, `${JSON.stringify(entries, null, 2)}\n`, { mode: 0o600, flag: 'wx' }),
  );
}

/** Remembers unfinished uploads in `uploads.json` beside the session. */
export const unfinishedUploads: UploadStore = {
  get: async (fingerprint) => (await read())[fingerprint]?.id,
  set: async (fingerprint, id) => await write({ ...(await read()), [fingerprint]: { id, at: Date.now() } }),
  remove: async (fingerprint) => {
    const { [fingerprint]: _, ...others } = await read();
    await write(others);
  },
};
