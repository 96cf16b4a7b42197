import { pauseAfter, plusMs, type Backoff } from '../base/backoff.ts';
import { kysely } from '../db/kysely.ts';
import type { Deps } from '../deps.ts';

const BATCH = 100;
const RETRY: Backoff = { firstMs: 60_000, longestMs: 3_600_000 };
const ERROR_LENGTH = 500;

/**
 * Removes the stored files that a committed transaction has given up (`storage_deletion`). Removing twice is no error,
 * so any number of processes may do this at once.
 */
export function createDeletions({ orm, clock, storage, log }: Pick<Deps, 'orm' | 'clock' | 'storage' | 'log'>) {
  const db = () => kysely(orm.em.fork());

  const due = async () =>
    await db()
      .selectFrom('storage_deletion')
      .select(['id', 'storage_key', 'is_prefix', 'attempts'])
      .where('next_attempt_at', '<=', clock())
      .orderBy('next_attempt_at')
      .orderBy('id')
      .limit(BATCH)
      .execute();

  const remove = async (row: Awaited<ReturnType<typeof due>>[number]): Promise<void> => {
    try {
      await (row.is_prefix ? storage.removeAll(row.storage_key) : storage.remove(row.storage_key));
    } catch (error) {
      log.warn({ err: error, id: row.id }, 'stored file not removed; will retry');
      const last_error = String(error).slice(0, ERROR_LENGTH);
      const attempts = row.attempts + 1;
      await db()
        .updateTable('storage_deletion')
        .set({ attempts, next_attempt_at: plusMs(clock(), pauseAfter(RETRY, attempts)), last_error })
        .where('id', '=', row.id)
        .execute();
      return;
    }
    await db().deleteFrom('storage_deletion').where('id', '=', row.id).execute();
  };

  /** Removes what is due. What fails stays noted for a later round. */
  const workOff = async (): Promise<void> => {
    for (;;) {
      const rows = await due();
      for (const row of rows) await remove(row);
      if (rows.length < BATCH) return;
    }
  };

  return { workOff };
}
