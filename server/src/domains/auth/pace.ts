import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs `work` and ends no sooner than after `ms`, whether it succeeds or fails: the time of the answer then does not
 * show whether an account exists.
 */
export async function noSooner<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const earliest = delay(ms);
  try {
    return await work();
  } finally {
    await earliest;
  }
}

/** As `noSooner`, for work whose success is answered at once. */
export async function failNoSooner<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const earliest = delay(ms);
  try {
    return await work();
  } catch (error) {
    await earliest;
    throw error;
  }
}
