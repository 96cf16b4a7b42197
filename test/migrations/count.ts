/** Reads a counter and writes it one higher, argv[3] times, each in a transaction; argv[2] is where, as JSON. */
import { databases, entities } from '@som3d/server/testing';
import { LockMode } from '@mikro-orm/core';

const [options = '', rounds = ''] = process.argv.slice(2);
const orm = await databases.openOrm(JSON.parse(options) as databases.OrmOptions);
for (let round = 0; round < Number(rounds); round++) {
  await databases.inTransaction(orm.em, async (em) => {
    const counter = await em.findOneOrFail(entities.RateLimit, 'counter', { lockMode: LockMode.PESSIMISTIC_WRITE });
    counter.hits += 1;
  });
}
await orm.close();
