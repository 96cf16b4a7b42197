import { constants, getPriority, setPriority } from 'node:os';

/** Whoever serves comes before a worker, and a worker before what it computes. */
export const WORKER_PRIORITY = constants.priority.PRIORITY_BELOW_NORMAL;
export const COMPUTING_PRIORITY = constants.priority.PRIORITY_LOW;

/** Lets a process stand back, as far as the system allows. One that stands further back already stays there. */
export function standBack(pid: number, priority: number): void {
  try {
    if (getPriority(pid) < priority) setPriority(pid, priority);
  } catch {
    // It has exited already, or the system knows no priorities.
  }
}
