import type { EntityManager } from '@mikro-orm/core';
import { kysely } from '../../db/kysely.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import { AppError } from '../../base/errors.ts';
import type { GatewayPayment } from '../../gateways/epayco/gateway.ts';
import { enqueueMail } from '../mail/outbox.ts';
import { activate, lockSubscription, revoke } from '../subscriptions/activation.ts';
import { Pago } from '../../db/entities/subscriptions.entity.ts';
import { compare, judge, type Decision, type EventFacts } from './decision.ts';
import { EpaycoCheckout, EpaycoEvent } from '../../db/entities/epayco.entity.ts';
import type { Claim } from '../../db/locks/claim.ts';
import {
  close,
  ignore,
  lockEvent,
  lockReference,
  postpone,
  type Outcome,
  type SettleDeps,
  type Waiting,
} from './event-end.ts';
import { variantsOf } from './inbox.ts';
import { sameAmount } from '../checkout/money.ts';
import { approvalMail, payerOf, reversalMail } from './payment-mail.ts';

const REGISTERED = 'El pago ya estaba registrado';

async function isRegistered(em: EntityManager, reference: string): Promise<boolean> {
  return (await em.count(Pago, { referencia_epayco: reference })) > 0;
}

async function wasReversed(em: EntityManager, reference: string): Promise<boolean> {
  const row = await kysely(em)
    .selectFrom('epayco_event')
    .select('id_event')
    .where('ref_payco', '=', reference)
    .where('cod_response', '=', '6')
    .where('firma_valida', '=', 1)
    .where('estado', '=', 'PROCESADO')
    .executeTakeFirst();
  return row !== undefined;
}

function factsOf(event: EpaycoEvent): EventFacts {
  return {
    ...event,
    amount: event.amount ?? null,
    currency: event.currency ?? null,
    variants: variantsOf(event),
  };
}

/** What the gateway reported, and the event that made the service ask. */
interface Told {
  readonly payment: GatewayPayment;
  readonly event: EpaycoEvent;
}

/** Stores the payment and activates what it pays. */
async function grant(em: EntityManager, deps: SettleDeps, { payment, event }: Told): Promise<Decision> {
  const reference = payment.x_ref_payco ?? '';
  const now = deps.clock();
  if (await wasReversed(em, reference)) return ignore('Se reversó antes de su aprobación');
  if (await isRegistered(em, reference)) return ignore(REGISTERED);
  const invoice = payment.x_id_invoice ?? '';
  const issued = await em.findOne(EpaycoCheckout, { invoice });
  if (issued?.id_suscripcion) await lockSubscription(em, issued.id_suscripcion);
  const checkout = await em.findOne(EpaycoCheckout, { invoice }, FOR_UPDATE);
  const decision = judge(
    checkout
      ? { ...checkout, id_suscripcion: checkout.id_suscripcion ?? null, ref_payco: checkout.ref_payco ?? null }
      : undefined,
    payment,
    { testMode: deps.config.EPAYCO_TEST, accepted: event.aceptado_por != null },
  );
  if (decision.kind !== 'apply' || !checkout || !decision.id_suscripcion) return decision;
  const { id_suscripcion } = decision;
  const given = await activate(em, { id_suscripcion, now, duracion_meses: checkout.duracion_meses });
  em.create(Pago, {
    id_suscripcion,
    referencia_epayco: reference,
    monto: checkout.amount,
    fecha_pago: now,
    estado: 'APROBADO',
    invoice,
    ...given,
  });
  em.assign(checkout, { estado: 'PAGADO', ref_payco: reference, used_at: now });
  await em.flush();
  const payer = await payerOf(em, id_suscripcion);
  if (payer)
    await enqueueMail(em, approvalMail(payer, { reference, invoice, monto: checkout.amount, fecha: now }), now);
  return decision;
}

/**
 * Marks the payment and takes back what it gave. Without a payment the reversal is only noted: a later approval finds it,
 * and a refund that was due has been made.
 */
async function takeBack(em: EntityManager, deps: SettleDeps, { payment }: Told): Promise<Decision> {
  const reference = payment.x_ref_payco ?? '';
  const now = deps.clock();
  const found = await em.findOne(Pago, { referencia_epayco: reference });
  if (!found) {
    await em.nativeUpdate(EpaycoEvent, { ref_payco: reference, por_reembolsar: true }, { por_reembolsar: false });
    return { kind: 'apply' };
  }
  await lockSubscription(em, found.id_suscripcion);
  const pago = await em.findOneOrFail(Pago, found.id_pago, FOR_UPDATE);
  if (pago.estado === 'REVERSADO') return ignore('El pago ya estaba reversado');
  if (!sameAmount(payment.x_amount, pago.monto)) return { kind: 'refuse', reason: 'El monto no es el del pago' };
  if (pago.invoice && pago.invoice !== payment.x_id_invoice) {
    return { kind: 'refuse', reason: 'La factura no es la del pago' };
  }
  em.assign(pago, { estado: 'REVERSADO', reversado_en: now });
  await em.flush();
  const { id_suscripcion } = pago;
  const expiracion_previa = pago.expiracion_previa ?? null;
  const expiracion_otorgada = pago.expiracion_otorgada ?? null;
  await revoke(em, { id_suscripcion, expiracion_previa, expiracion_otorgada, now });
  if (pago.invoice) await em.nativeUpdate(EpaycoCheckout, { invoice: pago.invoice }, { estado: 'REVERSADO' });
  const payer = await payerOf(em, id_suscripcion);
  const facts = { reference, invoice: pago.invoice ?? null, monto: pago.monto, fecha: now };
  if (payer) await enqueueMail(em, reversalMail(payer, facts), now);
  return { kind: 'apply' };
}

/** The database's own rule on payments (the predecessor's trigger) spoke: `signal` of MySQL. */
function isSignal(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ((at as { errno?: unknown }).errno === 1644) return true;
  }
  return false;
}

function refusalOf(error: unknown): string | null {
  if (error instanceof AppError) return error.detail;
  return isSignal(error) ? 'La base de datos no admite el pago: es menor que el precio actual del plan' : null;
}

/**
 * Settles an event by what the gateway says, in one transaction that holds the event, its reference and the
 * subscription: the payment, the activation, the used invoice, the mail and the event's end are all there or none is.
 *
 * @param payment the gateway's word
 * @param verified whether it really is, and not the call's own (`EPAYCO_VERIFY_STATE=false`)
 */
export async function settle(
  deps: SettleDeps,
  claim: Claim,
  payment: GatewayPayment | null,
  verified: boolean,
): Promise<Outcome> {
  const run = async (refusal: string | null): Promise<Outcome | Waiting> =>
    await inTransaction(deps.orm.em, async (em) => {
      const event = await lockEvent(em, claim);
      if (!event) return 'lost' as const;
      const locked = { event, summary: await lockReference(em, event.ref_payco) };
      const how = { now: deps.clock(), verified };
      if (refusal) return close(em, locked, { kind: 'refuse', reason: refusal }, how);
      const compared = compare(factsOf(event), payment);
      if (compared.kind === 'wait') {
        const settled = event.cod_response === '1' && (await isRegistered(em, event.ref_payco));
        return settled ? close(em, locked, ignore(REGISTERED), how) : compared;
      }
      if (compared.kind !== 'apply' || !payment) return close(em, locked, compared, how);
      const decision = await (event.cod_response === '6' ? takeBack : grant)(em, deps, { payment, event });
      if (decision.kind === 'wait') return decision;
      return close(em, locked, decision, how);
    });
  const outcome = await run(null).catch(async (error: unknown) => {
    // What was begun has been rolled back; only the reason is written down.
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return await run(refusal);
  });
  return typeof outcome === 'string' ? outcome : await postpone(deps, claim, outcome);
}
