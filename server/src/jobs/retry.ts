import { jittered, pauseAfter, type Backoff } from '../base/backoff.ts';

/** Pauses after attempts that failed. */
const RETRY: Backoff = { firstMs: 5000, longestMs: 300_000, factor: 3 };

/** A worker that could start no process takes no other job in that slot for this long; the job waits as long. */
export const UNSTARTED_PAUSE_MS = 10_000;

/**
 * How long a job waits after an attempt that failed by something that may pass, in ms.
 *
 * @param attempts how many have failed, at least 1
 * @param random 0..1
 */
export function retryPauseMs(attempts: number, random: () => number = Math.random): number {
  return pauseAfter(RETRY, attempts, random);
}

/** A job waits no longer than this for a storage that is away, from when it was first begun. */
export const LONGEST_OUTAGE_MS = 86_400_000;

/**
 * How long a job waits before it looks again whether the storage is back, in ms: half as long as it has waited.
 *
 * @param waitedMs since the job was first begun
 * @param random 0..1
 */
export function outagePauseMs(waitedMs: number, random: () => number = Math.random): number {
  return jittered(Math.min(RETRY.longestMs, Math.max(RETRY.firstMs, waitedMs / 2)), random);
}
