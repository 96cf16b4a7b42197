// @module-tag heavy
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { databases, entities } from '@som3d/server/testing';
import { describe, expect, test } from 'vitest';
import { createDatabase, databaseKinds } from '../support/database.ts';

const PROCESSES = 4;
const ROUNDS = 25;

describe.each(databaseKinds())('several at once on %s', (kind) => {
  test('read and write one row in transactions of several processes, and lose nothing', async () => {
    await using database = await createDatabase(kind);
    const em = database.orm.em.fork();
    em.create(entities.RateLimit, { bucket: 'counter', hits: 0, expires_at: new Date() });
    await em.flush();
    const count = path.join(import.meta.dirname, 'count.ts');
    const args = [count, JSON.stringify(database.options), String(ROUNDS)];
    await Promise.all(Array.from({ length: PROCESSES }, () => promisify(execFile)(process.execPath, args)));
    const { hits } = await database.orm.em.fork().findOneOrFail(entities.RateLimit, 'counter');
    expect(hits).toBe(PROCESSES * ROUNDS);
  });

  test('run a transaction again that lost a deadlock', async () => {
    await using database = await createDatabase(kind);
    const db = databases.kysely(database.orm.em);
    const expires_at = new Date();
    await db
      .insertInto('rate_limit')
      .values([
        { bucket: 'a', expires_at },
        { bucket: 'b', expires_at },
      ])
      .execute();
    const touch = (bucket: string, other: string) =>
      databases.inTransaction(database.orm.em, async (em) => {
        const tx = databases.kysely(em);
        for (const name of [bucket, other]) {
          const raised = tx.updateTable('rate_limit').set(({ eb }) => ({ hits: eb('hits', '+', 1) }));
          await raised.where('bucket', '=', name).execute();
        }
      });
    await Promise.all(Array.from({ length: 12 }, (_, i) => (i % 2 ? touch('a', 'b') : touch('b', 'a'))));
    const rows = await db.selectFrom('rate_limit').select('hits').execute();
    expect(rows.map(({ hits }) => hits)).toEqual([12, 12]);
  });

  test('keep nothing of a transaction that failed', async () => {
    await using database = await createDatabase(kind);
    const failing = databases.inTransaction(database.orm.em, async (em) => {
      await databases.kysely(em).insertInto('rate_limit').values({ bucket: 'a', expires_at: new Date() }).execute();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await databases.kysely(database.orm.em).selectFrom('rate_limit').selectAll().execute()).toEqual([]);
  });
});

describe('a database that can not be used now', () => {
  test('is told from other errors', async () => {
    const lost = await databases
      .openOrm({ kind: 'mysql', url: 'mysql://root@127.0.0.1:1/none', poolMax: 1 })
      .then(
        (orm) => databases.kysely(orm.em).selectFrom('Plan').selectAll().execute(),
        (error: unknown) => Promise.reject(error),
      )
      .catch((error: unknown) => error);
    expect(databases.isTransientError(lost)).toBe(true);
    expect(databases.isLockError(lost)).toBe(false);
    expect(databases.isTransientError(new Error('other'))).toBe(false);
  });
});
