/** Pause after the first failed attempt, in ms; each further one is three times as long. */
const FIRST_MS = 5000;
const FACTOR = 3;
const LONGEST_MS = 300_000;
/** Part of a pause that is random, so that jobs that failed together do not come back together. */
const JITTER = 0.2;

/** A worker that could start no process takes no other job in that slot for this long; the job waits as long. */
export const UNSTARTED_PAUSE_MS = 10_000;

/**
 * How long a job waits after an attempt that failed by something that may pass, in ms.
 *
 * @param attempts how many have failed, at least 1
 * @param random 0..1
 */
export function retryPauseMs(attempts: number, random: () => number = Math.random): number {
  return Math.round(Math.min(LONGEST_MS, FIRST_MS * FACTOR ** (attempts - 1)) * (1 - JITTER * random()));
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
  return Math.round(Math.min(LONGEST_MS, Math.max(FIRST_MS, waitedMs / 2)) * (1 - JITTER * random()));
}
