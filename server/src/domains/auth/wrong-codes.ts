import type { EntityManager } from '@mikro-orm/core';
import type { Deps } from '../../deps.ts';
import { clearCounts, countOf, holdCount } from '../../db/locks/rate-limit.ts';
import type { Purpose } from './one-time.ts';

const DAY_MS = 86_400_000;
/** So many wrong codes of an account are taken within a window, over all the codes that were mailed in it. */
const ALLOWED = 10;
/** A registration has no link to fall back on, so its count ends sooner. */
const WINDOW_MS: Record<Purpose, number> = {
  registro: DAY_MS,
  clave_codigo: 7 * DAY_MS,
  clave_enlace: 7 * DAY_MS,
  correo_nuevo: 7 * DAY_MS,
  muestra: DAY_MS,
};

function bucketOf(purpose: Purpose, subject: string): string {
  return `codes:${purpose}:${subject}`;
}

export type CodeVerdict = 'right' | 'wrong' | 'last wrong' | 'exhausted';

/**
 * Counts the wrong codes of an account over days. A code has a million values: the five tries of each one do not keep
 * somebody from asking for codes and guessing for months.
 */
export class WrongCodes {
  readonly #clock: Deps['clock'];

  constructor({ clock }: Pick<Deps, 'clock'>) {
    this.#clock = clock;
  }

  /** Whether no code of this kind is taken from the account any more. */
  async areExhausted(em: EntityManager, purpose: Purpose, subject: string): Promise<boolean> {
    return (await countOf(em, bucketOf(purpose, subject), this.#clock())) >= ALLOWED;
  }

  /**
   * Tries a code unless the account's wrong ones are used up, in the caller's transaction, which must be committed.
   *
   * @param isRight compares the code
   */
  async judge(em: EntityManager, purpose: Purpose, subject: string, isRight: () => boolean): Promise<CodeVerdict> {
    const count = await holdCount(em, bucketOf(purpose, subject), WINDOW_MS[purpose], this.#clock());
    if (count.hits >= ALLOWED) return 'exhausted';
    if (isRight()) return 'right';
    await count.add();
    return count.hits + 1 >= ALLOWED ? 'last wrong' : 'wrong';
  }

  /** The account's owner has proved to be who they are. */
  async forget(em: EntityManager, subject: string): Promise<void> {
    await clearCounts(em, [bucketOf('clave_codigo', subject), bucketOf('correo_nuevo', subject)]);
  }
}
