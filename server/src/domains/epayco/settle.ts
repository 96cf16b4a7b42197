import { LockMode, type EntityManager } from '@mikro-orm/core';
import { kysely } from '../../db/kysely.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { GatewayPayment } from '../../gateways/epayco/gateway.ts';
import { enqueueMail } from '../mail/outbox.ts';
import { activate, lockSubscription, revoke } from '../subscriptions/activation.ts';
import { Pago } from '../../db/entities/subscriptions.entity.ts';
import { compare, judge, type Decision, type EventFacts } from './decision.ts';
import { EpaycoCheckout, EpaycoEvent, WebhookEvent } from '../../db/entities/epayco.entity.ts';
import { pauseAfter, plusMs } from '../../base/backoff.ts';
import { variantsOf, type Claim } from './inbox.ts';
import { sameAmount } from '../checkout/money.ts';
import { approvalMail, payerOf, reversalMail } from './payment-mail.ts';

type SettleDeps = Pick<Deps, 'orm' | 'clock' | 'config'>;

/** How the work on an event ended. */
export type Outcome = 'PROCESADO' | 'RECHAZADO' | 'IGNORADO' | 'AGOTADO' | 'PENDIENTE' | 'lost';

const LOCK = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;

/** The event, locked, while the claim holds. */
async function lockEvent(em: EntityManager, { id_event, token }: Claim): Promise<EpaycoEvent | null> {
  return await em.findOne(EpaycoEvent, { id_event, lease_token: token, estado: 'PENDIENTE' }, LOCK);
}

/** The summary of a reference, locked: everything about one payment waits here for its turn. */
async function lockReference(em: EntityManager, ref_payco: string): Promise<WebhookEvent | null> {
  return await em.findOne(WebhookEvent, { ref_payco }, LOCK);
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

function done(reason: string): Decision & { readonly kind: 'ignore' } {
  return { kind: 'ignore', reason };
}

/** Stores the payment and activates what it pays. */
async function grant(em: EntityManager, deps: SettleDeps, payment: GatewayPayment): Promise<Decision> {
  const reference = payment.x_ref_payco ?? '';
  const now = deps.clock();
  if (await wasReversed(em, reference)) return done('Se reversó antes de su aprobación');
  if (await em.findOne(Pago, { referencia_epayco: reference })) return done('El pago ya estaba registrado');
  const invoice = payment.x_id_invoice ?? '';
  const issued = await em.findOne(EpaycoCheckout, { invoice });
  if (issued?.id_suscripcion) await lockSubscription(em, issued.id_suscripcion);
  const checkout = await em.findOne(EpaycoCheckout, { invoice }, LOCK);
  const decision = judge(
    checkout
      ? { ...checkout, id_suscripcion: checkout.id_suscripcion ?? null, ref_payco: checkout.ref_payco ?? null }
      : undefined,
    payment,
    deps.config.EPAYCO_TEST,
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

/** Marks the payment and takes back what it gave. Without a payment it is only noted: a later approval finds it. */
async function takeBack(em: EntityManager, deps: SettleDeps, payment: GatewayPayment): Promise<Decision> {
  const reference = payment.x_ref_payco ?? '';
  const now = deps.clock();
  const found = await em.findOne(Pago, { referencia_epayco: reference });
  if (!found) return { kind: 'apply' };
  await lockSubscription(em, found.id_suscripcion);
  const pago = await em.findOneOrFail(Pago, found.id_pago, LOCK);
  if (pago.estado === 'REVERSADO') return done('El pago ya estaba reversado');
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

const STATES = { apply: 'PROCESADO', refuse: 'RECHAZADO', ignore: 'IGNORADO' } as const;

interface Locked {
  readonly event: EpaycoEvent;
  readonly summary: WebhookEvent | null;
}

/** Writes down how an event ended. */
function close(
  em: EntityManager,
  { event, summary }: Locked,
  decision: Exclude<Decision, { kind: 'wait' }>,
  { now, verified }: { readonly now: Date; readonly verified: boolean },
): Outcome {
  const effect = event.cod_response === '6' ? 'REVERSADO' : 'APROBADO';
  const applied = decision.kind === 'apply';
  const resultado = decision.kind === 'apply' ? effect : decision.reason;
  em.assign(event, {
    estado: STATES[decision.kind],
    resultado,
    processed_at: now,
    next_attempt_at: null,
    lease_token: null,
    lease_expires_at: null,
    last_error: null,
    ...(verified ? { verified_at: now } : {}),
  });
  if (summary) {
    em.assign(summary, { updated_at: now, last_error: applied ? null : resultado });
    if (applied) em.assign(summary, { processed: true, estado: effect });
  }
  return STATES[decision.kind];
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

/** Leaves the event for later, or for an administrator when its time is over. */
export async function postpone(deps: SettleDeps, claim: Claim, reason: string): Promise<Outcome> {
  return await inTransaction(deps.orm.em, async (em) => {
    const event = await lockEvent(em, claim);
    if (!event) return 'lost';
    const summary = await lockReference(em, event.ref_payco);
    const now = deps.clock();
    const over = event.deadline_at != null && event.deadline_at <= now;
    em.assign(event, {
      last_error: reason,
      lease_token: null,
      lease_expires_at: null,
      next_attempt_at: over ? null : plusMs(now, pauseAfter(event.attempts)),
      ...(over ? { estado: 'AGOTADO', processed_at: now, resultado: reason } : {}),
    });
    if (summary) em.assign(summary, { last_error: reason, updated_at: now });
    return over ? 'AGOTADO' : 'PENDIENTE';
  });
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
  const run = async (refusal: string | null): Promise<Outcome | { readonly waits: string }> =>
    await inTransaction(deps.orm.em, async (em) => {
      const event = await lockEvent(em, claim);
      if (!event) return 'lost' as const;
      const locked = { event, summary: await lockReference(em, event.ref_payco) };
      const how = { now: deps.clock(), verified };
      if (refusal) return close(em, locked, { kind: 'refuse', reason: refusal }, how);
      const compared = compare(factsOf(event), payment);
      if (compared.kind === 'wait') return { waits: compared.reason };
      if (compared.kind !== 'apply' || !payment) return close(em, locked, compared, how);
      const decision = await (event.cod_response === '6' ? takeBack : grant)(em, deps, payment);
      if (decision.kind === 'wait') return { waits: decision.reason };
      return close(em, locked, decision, how);
    });
  const outcome = await run(null).catch(async (error: unknown) => {
    // What was begun has been rolled back; only the reason is written down.
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return await run(refusal);
  });
  return typeof outcome === 'string' ? outcome : await postpone(deps, claim, outcome.waits);
}
