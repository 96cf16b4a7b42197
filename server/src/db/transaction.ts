import { setTimeout as pause } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/core';
import { isLockError } from './errors.ts';

const ATTEMPTS = 8;
/** Longest pause before the second attempt, in ms; it grows with each. A random part separates two losers. */
const PAUSE_MS = 20;

/**
 * Runs one command in one transaction on its own fork, and repeats it when the database chose it as the victim of a
 * deadlock. So `work` can run several times: it must change and await only the database.
 *
 * @param em any entity manager outside a transaction
 * @returns what `work` returned in the run that was committed
 */
export async function inTransaction<T>(em: EntityManager, work: (em: EntityManager) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await em.fork().transactional(work);
    } catch (error) {
      if (attempt >= ATTEMPTS || !isLockError(error)) throw error;
      await pause(Math.random() * PAUSE_MS * attempt);
    }
  }
}
