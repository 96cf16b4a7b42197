import { constants, getPriority, setPriority } from 'node:os';

/** An API process has priority over a worker, and a worker over its child processes (`SOM3D_JOB_NICENESS`). */
export const WORKER_PRIORITY = constants.priority.PRIORITY_BELOW_NORMAL;

/** Lowers the priority of a process, where the system allows it. A lower priority stays as it is. */
export function standBack(pid: number, priority: number): void {
  try {
    if (getPriority(pid) < priority) setPriority(pid, priority);
  } catch {
    // The process exited already, or the system has no priorities.
  }
}
