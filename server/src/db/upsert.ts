import { SqlitePlatform } from '@mikro-orm/sql';
import type { EntityManager } from '@mikro-orm/core';
import { sql, type InsertObject, type UpdateObject } from 'kysely';
import { kysely, type Database } from './kysely.ts';

type Table = keyof Database;

/**
 * Inserts a row, or changes the existing row with the same unique key. It is one atomic statement on both dialects, which
 * waits for a transaction that holds the row, and keeps the row locked for this transaction.
 *
 * @param key columns of the unique key (SQLite needs their names)
 * @param changes the changes of an existing row; without any it stays as it is
 */
export async function upsert<T extends Table>(
  em: EntityManager,
  table: T,
  row: InsertObject<Database, T>,
  key: readonly (keyof Database[T] & string)[],
  changes: UpdateObject<Database, T, T> = {},
): Promise<void> {
  const insert = kysely(em).insertInto(table).values(row);
  const none = Object.keys(changes).length === 0;
  if (em.getPlatform() instanceof SqlitePlatform) {
    await insert
      .onConflict((conflict) => {
        const on = conflict.columns([...key] as never);
        return none ? on.doNothing() : on.doUpdateSet(changes as never);
      })
      .execute();
    return;
  }
  const first = key[0] as string;
  const kept = { [first]: sql.ref(first) };
  await insert.onDuplicateKeyUpdate((none ? kept : changes) as never).execute();
}
