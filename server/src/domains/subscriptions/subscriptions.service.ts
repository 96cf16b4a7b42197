import type { EntityManager } from '@mikro-orm/core';
import type { CreateSubscriptionBody, UpdateSubscriptionBody } from '@som3d/contract';
import { FOR_SHARE } from '../../db/locks/rows.ts';
import { wholeSeconds } from '../../db/columns.ts';
import { uniqueViolation } from '../../db/errors.ts';
import { recordOf } from '../../db/record.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { Actor } from '../../http/context.ts';
import { AuditTrail } from '../audit/audit.ts';
import { changesOf } from '../../base/changes.ts';
import { lockPlan } from '../plans/plans.policy.ts';
import { lockSubscription } from './activation.ts';
import { isActiveAt } from './active.ts';
import { addMonths, later } from './calendar.ts';
import { pauseExpired } from './expiry.ts';
import { disablePayer, enablePayer, lockPayers, lockSubscriptionsOf, samePayer, type Payer } from './payers.ts';
import { removeSubscriptions } from './subscriptions.cascade.ts';
import { Suscripcion } from '../../db/entities/subscriptions.entity.ts';

const ACTIVE_KEYS = new Set(['uq_suscripcion_activa_medico', 'uq_suscripcion_activa_hospital']);

function refuseSecondActive(error: unknown): never {
  if (!ACTIVE_KEYS.has(uniqueViolation(error) ?? '')) throw error;
  throw new AppError('conflict', 'El pagador ya tiene otra suscripción activa', { cause: error });
}

function onePayer({ id_medico, id_hospital }: Fields): Payer {
  if (id_medico != null && id_hospital == null) return { id_medico };
  if (id_hospital != null && id_medico == null) return { id_hospital };
  throw new AppError('bad_request', 'Indique exactamente un pagador: id_medico o id_hospital');
}
type Fields = Pick<UpdateSubscriptionBody, 'id_medico' | 'id_hospital'>;

function checkDates({ fecha_inicio, fecha_expiracion }: Dates): void {
  if (!fecha_expiracion || fecha_expiracion > fecha_inicio) return;
  throw new AppError('bad_request', 'La fecha de expiración debe ser posterior a la de inicio');
}

interface Dates {
  fecha_inicio: Date;
  fecha_expiracion?: Date | null | undefined;
}

function instantOf(text: string): Date;
function instantOf(text: string | null | undefined): Date | null | undefined;
function instantOf(text: string | null | undefined): Date | null | undefined {
  return text == null ? text : wholeSeconds(new Date(text));
}

/** A payer with its subscriptions, locked, and none ACTIVA that has run out. */
async function preparePayer(em: EntityManager, payer: Payer, now: Date): Promise<void> {
  await lockPayers(em, [payer]);
  await pauseExpired(em, payer, await lockSubscriptionsOf(em, payer), now);
}

/** The dates after a change: activating what has no time left gives it its plan's duration from now on. */
async function datesAfter(
  em: EntityManager,
  subscription: Suscripcion,
  { body, now }: { body: UpdateSubscriptionBody; now: Date },
): Promise<Dates> {
  const fecha_inicio = body.fecha_inicio === undefined ? subscription.fecha_inicio : instantOf(body.fecha_inicio);
  const given = instantOf(body.fecha_expiracion);
  if (given !== undefined) return { fecha_inicio, fecha_expiracion: given };
  const { estado, fecha_expiracion } = subscription;
  const activated = body.estado === 'ACTIVA' && estado !== 'ACTIVA';
  const timeLeft = fecha_expiracion != null && fecha_expiracion > now;
  if (!activated || timeLeft) return { fecha_inicio, fecha_expiracion };
  const plan = await lockPlan(em, body.id_plan ?? subscription.id_plan, FOR_SHARE);
  return { fecha_inicio, fecha_expiracion: addMonths(later(fecha_inicio, wholeSeconds(now)), plan.duracion_meses) };
}

/** Subscriptions as an administrator keeps them: behaviour.md section 5. Each command and its audit are one transaction. */
export class SubscriptionService {
  readonly #orm: Deps['orm'];
  readonly #clock: Deps['clock'];

  constructor({ orm, clock }: Pick<Deps, 'orm' | 'clock'>) {
    this.#orm = orm;
    this.#clock = clock;
  }

  /** Without an expiry, an ACTIVA one lasts as long as its plan. 409 when the payer has one: the unique key decides. */
  async create(actor: Actor, body: CreateSubscriptionBody): Promise<Suscripcion> {
    const payer = onePayer(body);
    return await inTransaction(this.#orm.em, async (em) => {
      const now = this.#clock();
      const plan = await lockPlan(em, body.id_plan, FOR_SHARE);
      await preparePayer(em, payer, now);
      const { estado = 'PAUSADA' } = body;
      const fecha_inicio = instantOf(body.fecha_inicio) ?? wholeSeconds(now);
      const whole = estado === 'ACTIVA' ? addMonths(fecha_inicio, plan.duracion_meses) : null;
      const given = instantOf(body.fecha_expiracion);
      const dates = { fecha_inicio, fecha_expiracion: given === undefined ? whole : given };
      checkDates(dates);
      const subscription = em.create(Suscripcion, { ...payer, id_plan: plan.id_plan, estado, ...dates });
      await em.flush();
      if (isActiveAt(subscription, now)) await enablePayer(em, payer, now);
      const { id_suscripcion } = subscription;
      new AuditTrail(em, actor.id_usuario, now).created('SUSCRIPCION', id_suscripcion, recordOf(subscription));
      return subscription;
    }).catch(refuseSecondActive);
  }

  async update(actor: Actor, id: number, body: UpdateSubscriptionBody): Promise<Suscripcion> {
    return await inTransaction(this.#orm.em, async (em) => {
      const now = this.#clock();
      if (body.id_plan !== undefined) await lockPlan(em, body.id_plan, FOR_SHARE);
      const { payer: before, subscription, all } = await lockSubscription(em, id);
      await pauseExpired(em, before, all, now);
      const record = recordOf(subscription);
      const wasActive = isActiveAt(subscription, now);
      const { id_medico, id_hospital, id_plan, estado } = body;
      const dates = await datesAfter(em, subscription, { body, now });
      const merged = {
        id_medico: subscription.id_medico,
        id_hospital: subscription.id_hospital,
        ...changesOf({ id_medico, id_hospital, id_plan, estado }),
      };
      const after = onePayer(merged);
      checkDates(dates);
      const moved = !samePayer(before, after);
      if (moved) await preparePayer(em, after, now);
      em.assign(subscription, { ...merged, ...dates });
      await em.flush();

      const active = isActiveAt(subscription, now);
      if (wasActive && (moved || !active)) await disablePayer(em, before, now);
      if (active && (moved || !wasActive)) await enablePayer(em, after, now);
      const change = { before: record, after: recordOf(subscription) };
      new AuditTrail(em, actor.id_usuario, now).updated('SUSCRIPCION', id, change);
      return subscription;
    }).catch(refuseSecondActive);
  }

  /** Removes a subscription and its payments; an ACTIVA one ends as if it had run out. */
  async remove(actor: Actor, id: number): Promise<void> {
    await inTransaction(this.#orm.em, async (em) => {
      const now = this.#clock();
      const { payer, subscription } = await lockSubscription(em, id);
      const wasActive = subscription.estado === 'ACTIVA';
      const { suscripciones, pagos } = await removeSubscriptions(em, [subscription]);
      if (wasActive) await disablePayer(em, payer, now);
      const before = { ...suscripciones[0], pagos };
      const meta = { pagos: pagos.length };
      new AuditTrail(em, actor.id_usuario, now).removed('SUSCRIPCION', id, before, { meta });
    });
  }
}
