import type { Dice } from '../dice.ts';
import type { Study } from './studies.ts';

/** What one client does. */
export interface Plan {
  readonly name: string;
  readonly study: Study;
  /** Also the idempotency key. */
  readonly key: string;
  /** Whether it is sent twice at once, through two API processes. */
  readonly twice: boolean;
  /** How long after it was accepted it is cancelled, in ms. */
  readonly cancelAfterMs: number | undefined;
  /** Whether a first upload is broken off before the one that counts. */
  readonly brokenOffFirst: boolean;
}

const BAD = 0.1;
const CANCELED = 0.05;
const TWICE = 0.05;
const BROKEN_OFF = 0.05;
/** Within this time a job is queued, computed or done. */
const CANCEL_WITHIN_MS = 6000;

/** So many jobs; about every tenth is no good, every twentieth cancelled, sent twice at once, or broken off first. */
export function planJobs(
  dice: Dice,
  count: number,
  { good, bad }: { good: readonly Study[]; bad: readonly Study[] },
): Plan[] {
  return Array.from({ length: count }, (_, i) => {
    const isBad = dice.next() < BAD;
    const study = dice.of(isBad ? bad : good);
    return {
      name: `job ${i + 1}, ${study.name}`,
      study,
      key: `soak-${i + 1}-${dice.between(0, 1_000_000)}`,
      twice: dice.next() < TWICE,
      cancelAfterMs: !isBad && dice.next() < CANCELED ? dice.between(0, CANCEL_WITHIN_MS) : undefined,
      brokenOffFirst: dice.next() < BROKEN_OFF,
    };
  });
}
