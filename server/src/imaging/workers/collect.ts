import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { WorkerPool } from './pool.ts';

let collect: (() => void) | null = null;

/** Collects this thread's garbage at once. */
export function collectGarbage(): void {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

/**
 * Gives back what no thread of a pool uses any more. A shared buffer lives until every thread that has seen it has
 * collected its own reference, and a thread that waits for work collects nothing by itself: between two stages
 * hundreds of megabytes would be held by nobody. Takes about 10 ms. To be called while no task is running.
 */
export async function releaseMemory(pool: WorkerPool): Promise<void> {
  collectGarbage();
  // Idle threads take one task each.
  await Promise.all(Array.from({ length: pool.threads }, () => pool.run('collect', null)));
}
