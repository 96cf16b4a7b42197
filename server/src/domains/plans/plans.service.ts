import { MONTHS_OF_PERIOD, type CreatePlanBody, type UpdatePlanBody } from '@som3d/contract';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { uniqueViolation } from '../../db/errors.ts';
import { recordOf } from '../../db/record.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { Actor } from '../../http/context.ts';
import { AuditTrail } from '../audit/audit.ts';
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

/** Plans: behaviour.md section 4. Each command and its audit row are one transaction. */
export class PlanService {
  readonly #orm: Deps['orm'];
  readonly #clock: Deps['clock'];

  constructor({ orm, clock }: Pick<Deps, 'orm' | 'clock'>) {
    this.#orm = orm;
    this.#clock = clock;
  }

  async create(actor: Actor, body: CreatePlanBody): Promise<Plan> {
    checkPeriod(body);
    return await inTransaction(this.#orm.em, async (em) => {
      const plan = em.create(Plan, body);
      await em.flush();
      new AuditTrail(em, actor.id_usuario, this.#clock()).created('PLAN', plan.id_plan, recordOf(plan));
      return plan;
    }).catch(refuseTakenName);
  }

  async update(actor: Actor, id: number, body: UpdatePlanBody): Promise<Plan> {
    return await inTransaction(this.#orm.em, async (em) => {
      const plan = await lockPlan(em, id, FOR_UPDATE);
      const before = recordOf(plan);
      em.assign(plan, changesOf(body));
      checkPeriod(plan);
      await em.flush();
      new AuditTrail(em, actor.id_usuario, this.#clock()).updated('PLAN', id, { before, after: recordOf(plan) });
      return plan;
    }).catch(refuseTakenName);
  }

  /**
   * Removes a plan with its subscriptions and their payments. Who had an active one is left as after an expiry. The
   * gateway's checkouts stay, without their plan: a payment on its way still finds its invoice.
   */
  async remove(actor: Actor, id: number): Promise<void> {
    await inTransaction(this.#orm.em, async (em) => {
      const plan = await lockPlan(em, id, FOR_UPDATE);
      const removed = await removeSubscriptionsOfPlan(em, id, this.#clock());
      const before = { ...recordOf(plan), ...removed };
      const counts = { suscripciones: removed.suscripciones.length, pagos: removed.pagos.length };
      new AuditTrail(em, actor.id_usuario, this.#clock()).removed('PLAN', id, before, { meta: counts });
      em.remove(plan);
    });
  }
}
