import { open, rename, rm } from 'node:fs/promises';

/**
 * Writes a file under a temporary name and then renames it, so a file with its final name is always whole.
 * @returns its size in bytes
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<number> {
  const temporary = `${path}.partial`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  return bytes.length;
}
