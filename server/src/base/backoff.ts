/** How pauses grow: the first one, times `factor` after each further failure, up to the longest. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
  /** 2 where none is given. */
  readonly factor?: number;
}

/** Part of a pause that is random, so that what failed together does not come back together. */
const JITTER = 0.2;

/** A pause less its random part, at most 20 %. Whole ms. */
export function jittered(pauseMs: number, random: () => number = Math.random): number {
  return Math.round(pauseMs * (1 - JITTER * random()));
}

/**
 * How long to wait before the next attempt, in ms.
 *
 * @param attempts how many there were, at least 1
 * @param random 0..1
 */
export function pauseAfter(
  { firstMs, longestMs, factor = 2 }: Backoff,
  attempts: number,
  random: () => number = Math.random,
): number {
  return jittered(Math.min(longestMs, firstMs * factor ** (Math.max(1, attempts) - 1)), random);
}

export function plusMs(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms);
}
