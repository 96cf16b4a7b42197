import type { Kysely } from 'kysely';
import { pauseAfter, plusMs, type Backoff } from '../base/backoff.ts';
import { kysely, type Database } from '../db/kysely.ts';
import type { Deps } from '../deps.ts';

const BATCH = 100;
const RETRY: Backoff = { firstMs: 60_000, longestMs: 3_600_000 };
const ERROR_LENGTH = 500;

interface Noted {
  readonly id: number;
  readonly storage_key: string;
  readonly is_prefix: number;
  readonly attempts: number;
}

/**
 * Removes the stored files that a committed transaction has given up (`storage_deletion`). To remove a file twice is no
 * error, so any number of processes may do this at once.
 */
export class Deletions {
  readonly #deps: Pick<Deps, 'orm' | 'clock' | 'storage' | 'log'>;

  constructor(deps: Pick<Deps, 'orm' | 'clock' | 'storage' | 'log'>) {
    this.#deps = deps;
  }

  /** Removes what is due. What fails stays noted for a later round. */
  async workOff(): Promise<void> {
    for (;;) {
      const rows = await this.#due();
      for (const row of rows) await this.#remove(row);
      if (rows.length < BATCH) return;
    }
  }

  async #due(): Promise<Noted[]> {
    return await this.#db()
      .selectFrom('storage_deletion')
      .select(['id', 'storage_key', 'is_prefix', 'attempts'])
      .where('next_attempt_at', '<=', this.#deps.clock())
      .orderBy('next_attempt_at')
      .orderBy('id')
      .limit(BATCH)
      .execute();
  }

  async #remove(row: Noted): Promise<void> {
    const { storage, log } = this.#deps;
    try {
      await (row.is_prefix ? storage.removeAll(row.storage_key) : storage.remove(row.storage_key));
    } catch (error) {
      log.warn({ err: error, id: row.id }, 'stored file not removed; will retry');
      await this.#postpone(row, error);
      return;
    }
    await this.#db().deleteFrom('storage_deletion').where('id', '=', row.id).execute();
  }

  async #postpone(row: Noted, error: unknown): Promise<void> {
    const attempts = row.attempts + 1;
    const next_attempt_at = plusMs(this.#deps.clock(), pauseAfter(RETRY, attempts));
    await this.#db()
      .updateTable('storage_deletion')
      .set({ attempts, next_attempt_at, last_error: String(error).slice(0, ERROR_LENGTH) })
      .where('id', '=', row.id)
      .execute();
  }

  #db(): Kysely<Database> {
    return kysely(this.#deps.orm.em.fork());
  }
}
