import type { EntityManager, LockMode } from '@mikro-orm/core';
import { AppError } from '../../base/errors.ts';
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
  lockMode: LockMode.PESSIMISTIC_READ | LockMode.PESSIMISTIC_WRITE,
): Promise<Plan> {
  const plan = await em.findOne(Plan, id_plan, { lockMode, refresh: true });
  if (!plan) throw new AppError('not_found', NO_PLAN);
  return plan;
}
