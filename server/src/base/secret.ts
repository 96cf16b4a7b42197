import { createHash, timingSafeEqual } from 'node:crypto';

type Secret = string | Buffer;

/** Keys for one purpose. The first signs; each of them verifies, so that a new one can take its place. */
export type KeyRing<Key = Buffer> = readonly [present: Key, ...accepted: Key[]];

/** What `derive` makes of each key of a ring. */
export function mapKeys<A, B>([present, ...accepted]: KeyRing<A>, derive: (key: A) => B): KeyRing<B> {
  return [derive(present), ...accepted.map(derive)];
}

function digest(value: Secret): Buffer {
  return createHash('sha256').update(value).digest();
}

/** Compares two values in a time that reveals neither where they differ nor their lengths. */
export function sameSecret(a: Secret, b: Secret): boolean {
  return timingSafeEqual(digest(a), digest(b));
}
