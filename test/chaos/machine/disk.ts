import { execFile, spawnSync } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Never reached: what a file system in memory takes is what is on it. */
const ROOMY_BYTES = 4 * 1024 ** 3;

/**
 * Mounts a file system in memory.
 *
 * @param bytes its size; a multiple of the page size
 * @returns `folder`; undefined where mounting is not allowed, the folder is then an ordinary one
 */
export async function mountDisk(folder: string, bytes = ROOMY_BYTES): Promise<string | undefined> {
  await mkdir(folder, { recursive: true });
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'som3d-chaos', folder]);
    // Also when the run is broken off.
    process.once('exit', () => spawnSync('umount', ['-q', '-l', folder]));
    return folder;
  } catch {
    return undefined;
  }
}

export async function unmountDisk(folder: string): Promise<void> {
  await run('umount', ['-l', folder]);
}

/** Sets the size of such a file system to what is on it, or makes it roomy again. */
export async function setDiskFull(folder: string, full: boolean): Promise<void> {
  for (let tries = 5; ; tries--) {
    const { blocks, bfree, bsize } = await statfs(folder);
    const size = full ? Math.max(bsize, (blocks - bfree) * bsize) : ROOMY_BYTES;
    try {
      await run('mount', ['-o', `remount,size=${size}`, folder]);
      return;
    } catch (error) {
      // More has been written meanwhile: less than what is on it can not be had.
      if (!full || tries <= 1) throw error;
    }
  }
}
