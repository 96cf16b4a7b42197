import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isAlive } from '../gateways/storage/owned-name.ts';

const HOST = hostname().slice(0, 80);
/** Tells this life of a process from an earlier one with the same id, as a container's process has it every time. */
const LIFE = randomBytes(6).toString('hex');

/** Who holds a lease: this process. */
export const OWNER = `${HOST}:${process.pid}:${LIFE}`;

/** Whether the process that holds a lease ran on this machine and is gone. */
export function isGone(owner: string): boolean {
  const [host, pid, life] = owner.split(':');
  if (host !== HOST || !/^\d+$/.test(pid ?? '')) return false;
  return Number(pid) === process.pid ? life !== LIFE : !isAlive(Number(pid));
}
