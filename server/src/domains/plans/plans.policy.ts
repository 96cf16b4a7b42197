import type { EntityManager } from '@mikro-orm/core';
import { AppError } from '../../base/errors.ts';
import { FOR_SHARE, FOR_UPDATE } from '../../db/locks/rows.ts';
import { Plan } from '../../db/entities/plans.entity.ts';

export const NO_PLAN = 'El plan no existe';

/**
 * The plan, held until the caller's transaction ends: for reading, so that it is not removed while something is made
 * that refers to it, or for writing.
 *
 * @throws AppError 404 when there is none
 */
export async function lockPlan(
  em: EntityManager,
  id_plan: number,
  lock: typeof FOR_SHARE | typeof FOR_UPDATE,
): Promise<Plan> {
  const plan = await em.findOne(Plan, id_plan, lock);
  if (!plan) throw new AppError('not_found', NO_PLAN);
  return plan;
}
