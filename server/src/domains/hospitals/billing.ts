import type { HospitalStatus, MyHospitalStatus, MySubscriptionStatus } from '@som3d/contract';
import type { Deps } from '../../deps.ts';
import { AppError, invalidField } from '../../base/errors.ts';
import type { Actor } from '../../http/context.ts';
import { Medico } from '../../db/entities/doctors.entity.ts';
import { startSubscription } from '../subscriptions/start.ts';
import { presentLastPayment, presentMine, presentMyStatus } from '../subscriptions/subscriptions.presenter.ts';
import { currentSubscription, lastPayment } from '../subscriptions/subscriptions.queries.ts';
import { Hospital } from '../../db/entities/hospitals.entity.ts';
import { presentHospital, presentPublicHospital } from './hospitals.presenter.ts';

type BillingDeps = Parameters<typeof startSubscription>[0];

/**
 * What a hospital's office sees and pays with the hospital's present code, used or not: behaviour.md section 6. An
 * INACTIVO hospital is let in, since that is what one is whose subscription has run out. A former code is not.
 */
export function createHospitalBilling(deps: BillingDeps & Pick<Deps, 'orm' | 'clock'>) {
  const { orm, clock } = deps;

  const findByCode = async (codigo: string): Promise<Hospital> => {
    const hospital = await orm.em.fork().findOne(Hospital, { codigo });
    if (!hospital) throw new AppError('not_found', 'El código no corresponde a ningún hospital');
    return hospital;
  };

  const statusOf = async (id_hospital: number | null): Promise<MySubscriptionStatus> => {
    const now = clock();
    const payer = { id_hospital: id_hospital ?? 0 };
    const current = id_hospital === null ? undefined : await currentSubscription(orm, payer, now);
    const payment = id_hospital === null ? undefined : await lastPayment(orm, payer);
    const mine = presentMine(current, { canStart: id_hospital !== null, now });
    return presentMyStatus(mine, current, presentLastPayment(payment));
  };

  /** @throws AppError 404 when no hospital has this code now */
  const status = async (codigo: string): Promise<HospitalStatus> => {
    const hospital = await findByCode(codigo);
    const mine = await statusOf(hospital.id_hospital);
    return { hospital: presentPublicHospital(presentHospital(hospital)), has_subscription: mine.has, ...mine };
  };

  const statusOfMine = async ({ id_usuario }: Actor): Promise<MyHospitalStatus> => {
    const em = orm.em.fork();
    const doctor = await em.findOne(Medico, { id_usuario });
    const hospital = doctor?.id_hospital == null ? null : await em.findOne(Hospital, doctor.id_hospital);
    return {
      has_hospital: hospital !== null,
      linked: hospital !== null,
      hospital: hospital && presentHospital(hospital),
      ...(await statusOf(hospital?.id_hospital ?? null)),
    };
  };

  /**
   * Begins to pay. Without a plan, the plan of the hospital's present or latest subscription.
   *
   * @throws AppError 404 for an unknown code or plan, 409 while a subscription is in force, 422 without any plan
   */
  const start = async (codigo: string, plan_id: number | null | undefined) => {
    const hospital = await findByCode(codigo);
    const { id_hospital } = hospital;
    const plan = plan_id ?? (await currentSubscription(orm, { id_hospital }, clock()))?.id_plan;
    if (plan === undefined) throw invalidField(['body', 'plan_id'], 'Indique el plan que desea pagar');
    const started = await startSubscription(deps, { id_hospital }, plan);
    return { ...started, hospital: presentPublicHospital(presentHospital(hospital)) };
  };

  return { status, statusOfMine, start };
}
