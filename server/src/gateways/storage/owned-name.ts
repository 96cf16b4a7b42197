import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';

const HOST = hostname().replaceAll(/[^\w-]/g, '-') || 'host';
const NAME = /^(?<host>[\w-]+)\.(?<pid>\d+)\.[0-9a-f]{24}$/;

/** Names that this process is using now. Module-wide: two storages on one folder must know of each other. */
const inUse = new Set<string>();

/**
 * A name for something temporary that tells who is writing it, so that what a dead process left can be told from
 * what a live one is working on.
 */
export function takeOwnedName(): string {
  const name = `${HOST}.${process.pid}.${randomBytes(12).toString('hex')}`;
  inUse.add(name);
  return name;
}

/** Says that a name is no longer written to. */
export function releaseOwnedName(name: string): void {
  void inUse.delete(name);
}

/** Whether a process of this machine is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isAbandoned(name: string): boolean {
  const owner = NAME.exec(name)?.groups;
  if (owner?.['host'] !== HOST) return false;
  // A container's process has the same pid in every life: what is not in use here was its predecessor's.
  return Number(owner['pid']) === process.pid || !isAlive(Number(owner['pid']));
}

/**
 * Removes what dead processes left in a folder of owned names, and whatever has not been touched for `olderThanMs`
 * (its owner is on another host, or its process id has been given to somebody else).
 *
 * @returns how many entries were removed
 */
export async function sweepOwned(folder: string, olderThanMs: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    if (inUse.has(name)) continue;
    const file = path.join(folder, name);
    const info = await stat(file).catch(() => null);
    if (!info || !(isAbandoned(name) || Date.now() - info.mtimeMs > olderThanMs)) continue;
    await rm(file, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}
