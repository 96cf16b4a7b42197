import type { EntityManager } from '@mikro-orm/core';
import type { StartedCheckout } from '@som3d/contract';
import { FOR_SHARE } from '../../db/locks/rows.ts';
import { wholeSeconds } from '../../db/columns.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { Payer as BillTo } from '../../gateways/epayco/gateway.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { Medico } from '../../db/entities/doctors.entity.ts';
import { presentCheckout, recordCheckout } from '../checkout/checkout.ts';
import { Hospital } from '../../db/entities/hospitals.entity.ts';
import { lockPlan } from '../plans/plans.policy.ts';
import { requireRoomForCheckout } from '../usage/quotas.ts';
import { isActiveAt } from './active.ts';
import { pauseExpired } from './expiry.ts';
import { lockPayers, lockSubscriptionsOf, type Payer } from './payers.ts';
import { Suscripcion } from '../../db/entities/subscriptions.entity.ts';

/** What the gateway's form is filled with. */
async function billTo(em: EntityManager, payer: Payer): Promise<BillTo> {
  if ('id_hospital' in payer) {
    const { nombre, correo, telefono, direccion } = await em.findOneOrFail(Hospital, payer);
    return contact({ nombre, correo, telefono, direccion });
  }
  const { id_usuario } = await em.findOneOrFail(Medico, payer);
  const user = await em.findOneOrFail(Usuario, id_usuario);
  return contact({ ...user, nombre: `${user.nombre} ${user.apellido}` });
}

type Contact = Pick<Hospital, 'nombre'> & Partial<Pick<Hospital, 'correo' | 'telefono' | 'direccion'>>;

function contact({ nombre, correo, telefono, direccion }: Contact): BillTo {
  return {
    name: nombre,
    ...(correo ? { email: correo } : {}),
    ...(telefono ? { phone: telefono } : {}),
    ...(direccion ? { address: direccion } : {}),
  };
}

/**
 * Begins the payment of a plan: re-uses the payer's latest PAUSADA subscription of it or creates one, and records a
 * checkout with an invoice of its own. Several starts at once share one PAUSADA: the payer's row is locked.
 *
 * @throws AppError 404 for an unknown plan or payer, 409 while the payer has a subscription in force, 429 for too many
 * open checkouts
 */
export async function startSubscription(
  deps: Pick<Deps, 'address' | 'orm' | 'clock' | 'config' | 'epayco' | 'log'>,
  payer: Payer,
  plan_id: number,
): Promise<StartedCheckout> {
  const { orm, clock } = deps;
  const started = await inTransaction(orm.em, async (em) => {
    const now = clock();
    const plan = await lockPlan(em, plan_id, FOR_SHARE);
    await lockPayers(em, [payer]);
    const all = await lockSubscriptionsOf(em, payer);
    await pauseExpired(em, payer, all, now);
    if (all.some((one) => isActiveAt(one, now))) {
      throw new AppError('conflict', 'Ya tiene una suscripción activa');
    }
    const paused = all.findLast(({ id_plan }) => id_plan === plan_id);
    const created = { ...payer, id_plan: plan_id, estado: 'PAUSADA', fecha_inicio: wholeSeconds(now) } as const;
    const subscription = paused ?? em.create(Suscripcion, created);
    await em.flush();
    const { id_suscripcion } = subscription;
    await requireRoomForCheckout(em, deps, payer);
    const checkout = await recordCheckout(em, deps, { id_suscripcion, plan });
    return { id_suscripcion, checkout, plan, bill: await billTo(em, payer) };
  });
  const { id_suscripcion, checkout, plan, bill } = started;
  return { suscripcion_id: id_suscripcion, ...(await presentCheckout(deps, checkout, plan, bill)) };
}
