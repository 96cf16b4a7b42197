import type { LastPayment, MySubscription, MySubscriptionStatus, Payment, Subscription } from '@som3d/contract';
import { presentPlan } from '../plans/plans.presenter.ts';
import { isActiveAt } from './active.ts';
import type { Pago, Suscripcion } from '../../db/entities/subscriptions.entity.ts';
import type { CurrentSubscription } from './subscriptions.queries.ts';

type SubscriptionRow = Pick<Suscripcion, 'id_suscripcion' | 'id_plan' | 'estado' | 'fecha_inicio'> &
  Partial<Pick<Suscripcion, 'id_medico' | 'id_hospital' | 'fecha_expiracion'>>;

function stateAt(row: Pick<Suscripcion, 'estado'> & { fecha_expiracion?: Date | null }, now: Date) {
  return isActiveAt(row, now) ? ('ACTIVA' as const) : ('PAUSADA' as const);
}

/** A subscription as the contract shows it at an instant: one that has run out is PAUSADA. */
export function presentSubscription(row: SubscriptionRow, now: Date): Subscription {
  return {
    id_suscripcion: row.id_suscripcion,
    id_medico: row.id_medico ?? null,
    id_hospital: row.id_hospital ?? null,
    id_plan: row.id_plan,
    estado: stateAt({ estado: row.estado, fecha_expiracion: row.fecha_expiracion ?? null }, now),
    fecha_inicio: row.fecha_inicio.toISOString(),
    fecha_expiracion: row.fecha_expiracion?.toISOString() ?? null,
  };
}

export function presentPayment(
  row: Pick<Pago, 'id_pago' | 'id_suscripcion' | 'referencia_epayco' | 'monto' | 'fecha_pago'>,
): Payment {
  return {
    id_pago: row.id_pago,
    id_suscripcion: row.id_suscripcion,
    referencia_epayco: row.referencia_epayco,
    monto: row.monto,
    fecha_pago: row.fecha_pago.toISOString(),
  };
}

/** @param canStart whether the caller is one who may subscribe at all */
export function presentMine(
  row: CurrentSubscription | undefined,
  { canStart, now }: { canStart: boolean; now: Date },
): MySubscription {
  const active = row !== undefined && isActiveAt(row, now);
  return {
    has: row !== undefined,
    active,
    estado: row ? stateAt(row, now) : null,
    suscripcion_id: row?.id_suscripcion ?? null,
    plan: row ? presentPlan(row) : null,
    can_resume: row !== undefined && !active,
    can_start: canStart && !active,
  };
}

export function presentLastPayment(
  row: Pick<Pago, 'fecha_pago' | 'monto' | 'referencia_epayco'> | undefined,
): LastPayment | null {
  return row ? { fecha_pago: row.fecha_pago.toISOString(), monto: row.monto, referencia: row.referencia_epayco } : null;
}

export function presentMyStatus(
  mine: MySubscription,
  row: CurrentSubscription | undefined,
  payment: LastPayment | null,
): MySubscriptionStatus {
  return {
    ...mine,
    fecha_expiracion: row?.fecha_expiracion?.toISOString() ?? null,
    last_payment: payment,
    can_pay: mine.can_start,
  };
}
