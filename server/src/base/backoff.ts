/** How long the service retries a confirmation before it leaves it to an administrator, in ms. */
export const KEEP_TRYING_MS = 24 * 3_600_000;

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** Pause after the given number of attempts, in ms: 5 s, 10 s, 20 s … an hour. */
export function pauseAfter(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(Math.max(attempts, 1) - 1, 20), LONGEST_PAUSE_MS);
}

export function plusMs(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms);
}
