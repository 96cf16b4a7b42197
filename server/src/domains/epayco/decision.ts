import type { GatewayPayment } from '../../gateways/epayco/gateway.ts';
import { stateOf } from '../../gateways/epayco/states.ts';
import { flagOf, type Hints } from './confirmation.ts';
import { isFollowed, MAX_VARIANTS } from './inbox.ts';
import { sameAmount } from '../checkout/money.ts';

/** What is to be done with an event. `reason` is for the inbox, in Spanish. */
export type Decision =
  | { readonly kind: 'apply' }
  | { readonly kind: 'wait'; readonly reason: string; readonly pending?: boolean }
  /** Waits for an administrator. */
  | { readonly kind: 'hold'; readonly reason: string }
  /** With `refund`, money came in and bought nothing: it is to be paid back. */
  | { readonly kind: 'refuse'; readonly reason: string; readonly refund?: boolean }
  | { readonly kind: 'ignore'; readonly reason: string };

/** What of an event is compared with the gateway's word. */
export interface EventFacts {
  readonly ref_payco: string;
  readonly transaction_id: string;
  readonly cod_response: string;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly variants: readonly Hints[];
}

const APPROVED = '1';
const REVERSED = '6';
const TEST_APPROVAL = '000000';
/** States in which an attempt to pay has ended without a payment. */
const FAILED = new Set(['2', '4', '9', '10', '11']);

function wait(reason: string, pending = false): Decision {
  return { kind: 'wait', reason, pending };
}
function refuse(reason: string, refund = false): Decision {
  return { kind: 'refuse', reason, refund };
}

function same(a: string | null | undefined, b: string | null | undefined): boolean {
  return (a ?? '').trim().toUpperCase() === (b ?? '').trim().toUpperCase();
}

/** Whether what a call said about itself, without a signature, is what the gateway says. */
function agrees(hints: Hints, payment: GatewayPayment): boolean {
  return (
    (hints.invoice === null || hints.invoice === payment.x_id_invoice) &&
    (hints.extra1 === null || payment.x_extra1 === undefined || hints.extra1 === payment.x_extra1) &&
    (flagOf(hints.test) === null ||
      flagOf(payment.x_test_request) === null ||
      flagOf(hints.test) === flagOf(payment.x_test_request))
  );
}

function compareStates(event: EventFacts, payment: GatewayPayment): Decision {
  const code = payment.x_cod_response ?? '';
  const state = stateOf(code);
  if (code === event.cod_response) return { kind: 'apply' };
  if (FAILED.has(code)) return refuse(`La pasarela dice ${state}`);
  if (event.cod_response === APPROVED && code === REVERSED) {
    return { kind: 'ignore', reason: 'La pasarela ya lo reversó' };
  }
  return wait(`La pasarela dice ${state}`, isFollowed(code));
}

/**
 * Compares an event with what the gateway itself says about that payment. What differs for now may agree later (the
 * gateway's own records lag behind its calls): such an event waits. What the call said without a signature and is not
 * so is refused; beyond the versions that are kept only the gateway's word counts, so that no flood of false versions
 * can bury the true one.
 */
export function compare(event: EventFacts, payment: GatewayPayment | null): Decision {
  if (!payment) return wait('La pasarela no conoce la referencia');
  if (payment.x_ref_payco !== event.ref_payco) return wait('La pasarela respondió por otra referencia');
  if (!same(payment.x_transaction_id, event.transaction_id)) return wait('La transacción no es la de la pasarela');
  if (!sameAmount(payment.x_amount, event.amount)) return wait('El monto no es el de la pasarela');
  if (!same(payment.x_currency_code, event.currency)) return wait('La moneda no es la de la pasarela');
  const states = compareStates(event, payment);
  if (states.kind !== 'apply') return states;
  if (payment.x_id_invoice === undefined) return wait('La pasarela no dice la factura');
  const bounded = event.variants.length < MAX_VARIANTS;
  if (bounded && !event.variants.some((hints) => agrees(hints, payment))) {
    return refuse('La factura, la suscripción o la marca de prueba no son las de la pasarela');
  }
  return states;
}

/** What of an issued checkout a payment must agree with. */
export interface IssuedCheckout {
  readonly id_suscripcion: number | null;
  readonly amount: number;
  readonly currency: string;
  readonly test: boolean | number;
  readonly estado: string;
  readonly ref_payco: string | null;
}

/**
 * Whether a payment in production is a real one. The approval code `000000` is that of test payments; the gateway's
 * official code does not agree whether real ones can have it.
 */
function judgeReality(payment: GatewayPayment, accepted: boolean): Decision {
  const test = flagOf(payment.x_test_request);
  if (test === true) return refuse('Es un pago de prueba');
  if (accepted) return { kind: 'apply' };
  if (test === null) return wait('La pasarela no dice si es un pago de prueba');
  if (payment.x_approval_code === TEST_APPROVAL) {
    return {
      kind: 'hold',
      reason: 'El código de aprobación 000000 es el de los pagos de prueba; un administrador decide',
    };
  }
  return { kind: 'apply' };
}

/**
 * Whether a payment that the gateway has confirmed pays this checkout.
 *
 * @param testMode `EPAYCO_TEST`
 * @param accepted an administrator has decided that the payment is a real one
 */
export function judge(
  checkout: IssuedCheckout | undefined,
  payment: GatewayPayment,
  { testMode, accepted }: { readonly testMode: boolean; readonly accepted: boolean },
): Decision & { readonly id_suscripcion?: number } {
  if (!checkout) return refuse('La factura no fue emitida por este servicio');
  const { id_suscripcion } = checkout;
  if (payment.x_extra1 !== undefined && id_suscripcion !== null && payment.x_extra1 !== String(id_suscripcion)) {
    return refuse('La factura es de otra suscripción');
  }
  if (!same(payment.x_currency_code, checkout.currency)) return refuse('La moneda no es COP');
  if (!sameAmount(payment.x_amount, checkout.amount)) return refuse('El monto no es el de la factura');
  if (testMode && flagOf(payment.x_test_request) === false) {
    return refuse('Es un pago real y el servicio está en modo de prueba');
  }
  if (!testMode) {
    const reality = judgeReality(payment, accepted);
    if (reality.kind !== 'apply') return reality;
  }
  if (Boolean(checkout.test) !== testMode) return refuse('La factura se emitió en el otro modo (prueba o real)');
  if (checkout.id_suscripcion === null) return refuse('La suscripción ya no existe', true);
  if (checkout.estado !== 'ABIERTO' && checkout.ref_payco !== payment.x_ref_payco) {
    return refuse(`La factura ya se pagó con la referencia ${checkout.ref_payco ?? ''}`, true);
  }
  return { kind: 'apply', id_suscripcion: checkout.id_suscripcion };
}
