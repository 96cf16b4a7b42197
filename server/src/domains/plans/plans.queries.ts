import type { MikroORM } from '@mikro-orm/core';
import type { PageQuery } from '@som3d/contract';
import { kysely } from '../../db/kysely.ts';
import { compiledPages } from '../../http/pages.ts';

const COLUMNS = ['id_plan', 'nombre', 'precio', 'periodo', 'duracion_meses'] as const;

const planPages = compiledPages((db) => db.selectFrom('Plan').select(COLUMNS).orderBy('precio').orderBy('id_plan'));

/** One page of plans, the cheapest first. */
export async function listPlans(orm: MikroORM, query: PageQuery) {
  return await planPages(orm, {}, query);
}

export async function findPlan(orm: MikroORM, id: number) {
  return await kysely(orm.em.fork()).selectFrom('Plan').select(COLUMNS).where('id_plan', '=', id).executeTakeFirst();
}
