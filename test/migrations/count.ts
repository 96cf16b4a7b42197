/** Reads a counter and writes it one higher, argv[3] times, each in a transaction; argv[2] is where, as JSON. */
import { openOrm, type OrmOptions } from '@som3d/server/db/orm.js';
import { inTransaction } from '@som3d/server/db/transaction.js';
import { RateLimit } from '@som3d/server/db/entities/locks.entity.js';
import { LockMode } from '@mikro-orm/core';

const [options = '', rounds = ''] = process.argv.slice(2);
const orm = await openOrm(JSON.parse(options) as OrmOptions);
for (let round = 0; round < Number(rounds); round++) {
  await inTransaction(orm.em, async (em) => {
    const counter = await em.findOneOrFail(RateLimit, 'counter', { lockMode: LockMode.PESSIMISTIC_WRITE });
    counter.hits += 1;
  });
}
await orm.close();
