import { open, rename, rm, type FileHandle } from 'node:fs/promises';

/** Readable and writable by everybody whom the process's umask leaves in, as is usual. */
const USUAL_MODE = 0o666;

/**
 * Writes a file under a temporary name, syncs it and then renames it, so that a file with its final name is always whole.
 * Nothing is left of a write that fails.
 *
 * @param write fills the file
 */
export async function writeWhole(
  path: string,
  write: (file: FileHandle) => Promise<void>,
  mode: number = USUAL_MODE,
): Promise<void> {
  const temporary = `${path}.partial`;
  const file = await open(temporary, 'w', mode);
  try {
    await write(file);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
