import { wrap } from '@mikro-orm/core';
import { MONTHS_OF_PERIOD, type CreatePlanBody, type UpdatePlanBody } from '@som3d/contract';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { uniqueViolation } from '../../db/errors.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { Actor } from '../../http/context.ts';
import { audit } from '../audit/audit.ts';
import { changesOf } from '../../base/changes.ts';
import { removeSubscriptionsOfPlan } from '../subscriptions/subscriptions.cascade.ts';
import { Plan } from '../../db/entities/plans.entity.ts';
import { lockPlan } from './plans.policy.ts';

function refuseTakenName(error: unknown): never {
  if (uniqueViolation(error) !== 'uq_plan_nombre') throw error;
  throw new AppError('conflict', 'Ya existe un plan con ese nombre', { cause: error });
}

function checkPeriod({ periodo, duracion_meses }: Pick<Plan, 'periodo' | 'duracion_meses'>): void {
  if (MONTHS_OF_PERIOD[periodo] === duracion_meses) return;
  throw new AppError('bad_request', 'periodo y duracion_meses no son coherentes');
}

function recordOf(plan: Plan) {
  return { ...wrap(plan).toPOJO() };
}

/** Plans: behaviour.md section 4. Each command and its audit row are one transaction. */
export function createPlanService({ orm, clock }: Pick<Deps, 'orm' | 'clock'>) {
  const create = async (actor: Actor, body: CreatePlanBody): Promise<Plan> => {
    checkPeriod(body);
    return await inTransaction(orm.em, async (em) => {
      const plan = em.create(Plan, body);
      await em.flush();
      const entry = { entity_type: 'PLAN', entity_id: plan.id_plan, action: 'CREATE' } as const;
      audit(em, { ...entry, actor_id_usuario: actor.id_usuario, after: recordOf(plan) }, clock());
      return plan;
    }).catch(refuseTakenName);
  };

  const update = async (actor: Actor, id: number, body: UpdatePlanBody): Promise<Plan> =>
    await inTransaction(orm.em, async (em) => {
      const plan = await lockPlan(em, id, FOR_UPDATE);
      const before = recordOf(plan);
      em.assign(plan, changesOf(body));
      checkPeriod(plan);
      await em.flush();
      const entry = { entity_type: 'PLAN', entity_id: id, action: 'UPDATE' } as const;
      audit(em, { ...entry, actor_id_usuario: actor.id_usuario, before, after: recordOf(plan) }, clock());
      return plan;
    }).catch(refuseTakenName);

  /**
   * Removes a plan with its subscriptions and their payments. Who had an active one is left as after an expiry. The
   * gateway's checkouts stay, without their plan: a payment on its way still finds its invoice.
   */
  const remove = async (actor: Actor, id: number): Promise<void> => {
    await inTransaction(orm.em, async (em) => {
      const plan = await lockPlan(em, id, FOR_UPDATE);
      const removed = await removeSubscriptionsOfPlan(em, id, clock());
      const before = { ...recordOf(plan), ...removed };
      const counts = { suscripciones: removed.suscripciones.length, pagos: removed.pagos.length };
      const entry = { entity_type: 'PLAN', entity_id: id, action: 'DELETE' } as const;
      audit(em, { ...entry, actor_id_usuario: actor.id_usuario, before, meta: counts }, clock());
      em.remove(plan);
    });
  };

  return { create, update, remove };
}
