import { createHash, timingSafeEqual } from 'node:crypto';

type Secret = string | Buffer;

function digest(value: Secret): Buffer {
  return createHash('sha256').update(value).digest();
}

/** Compares two values in a time that reveals neither where they differ nor their lengths. */
export function sameSecret(a: Secret, b: Secret): boolean {
  return timingSafeEqual(digest(a), digest(b));
}
