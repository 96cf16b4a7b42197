import type { MikroORM } from '@mikro-orm/core';
import type { PageQuery } from '@som3d/contract';
import { kysely } from '../../db/kysely.ts';
import { pageOf, withTotal } from '../../http/pages.ts';

const COLUMNS = ['id_plan', 'nombre', 'precio', 'periodo', 'duracion_meses'] as const;

/** One page of plans, the cheapest first. */
export async function listPlans(orm: MikroORM, query: PageQuery) {
  const { limit, offset } = pageOf(query);
  const rows = await kysely(orm.em.fork())
    .selectFrom('Plan')
    .select(COLUMNS)
    .orderBy('precio')
    .orderBy('id_plan')
    .limit(limit)
    .offset(offset)
    .execute();
  return await withTotal(rows, query, async () => {
    const { total } = await kysely(orm.em.fork())
      .selectFrom('Plan')
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    return total;
  });
}

export async function findPlan(orm: MikroORM, id: number) {
  return await kysely(orm.em.fork()).selectFrom('Plan').select(COLUMNS).where('id_plan', '=', id).executeTakeFirst();
}
