import { createHash } from 'node:crypto';
import { sameSecret } from '../../base/secret.ts';
import type { Config } from '../../config/config.ts';
import type { GatewayPayment } from '../../gateways/epayco/gateway.ts';
import { codeOfState } from '../../gateways/epayco/states.ts';

/** Longest reference that a payment's row holds, and the widths of the inbox's columns. */
const MAX_REFERENCE = 100;
const MAX_TRANSACTION = 120;
const MAX_AMOUNT = 40;
const MAX_CURRENCY = 10;
const MAX_CODE = 16;
const MAX_HINT = 120;

/** Largest payloads that are kept, in bytes of JSON: of a trusted one, and of one that anybody may have made. */
const TRUSTED_PAYLOAD = 60_000;
const UNSIGNED_PAYLOAD = 4_000;

/** Where the values come from: the gateway called this service, or answered its question. */
type Origin = 'CONFIRMACION' | 'CONSULTA';

/** What is not signed: what the call says about itself, to be compared with what the gateway says. */
export interface Hints {
  readonly redirect: string | null;
  readonly invoice: string | null;
  readonly extra1: string | null;
  readonly test: string | null;
}

/** A confirmation as it came in, or as the gateway answered, cut to what can be stored. */
export interface Confirmation {
  readonly origin: Origin;
  /** Well signed, or the gateway's own answer. */
  readonly trusted: boolean;
  /** `x_ref_payco` */
  readonly reference: string;
  readonly transaction: string;
  readonly amount: string;
  readonly currency: string;
  /** Of the gateway's list, `?` or empty when trusted: the list bounds how many events one payment can have. */
  readonly code: string;
  readonly hints: Hints;
  /** JSON of the values as received. */
  readonly payload: string;
}

/** The values of a confirmation that its signature covers, as received. Nothing else of it is signed. */
interface SignedValues {
  readonly x_ref_payco: string;
  readonly x_transaction_id: string;
  readonly x_amount: string;
  readonly x_currency_code: string;
}

/**
 * Whether the gateway signed these values: SHA-256 over
 * `P_CUST_ID_CLIENTE^P_KEY^x_ref_payco^x_transaction_id^x_amount^x_currency_code`. A value with the separator in it is
 * refused, or one signature would fit several ways of cutting the text. Without keys nothing is well signed.
 */
function isSigned(
  { P_CUST_ID_CLIENTE, P_KEY }: Pick<Config, 'P_CUST_ID_CLIENTE' | 'P_KEY'>,
  { x_ref_payco, x_transaction_id, x_amount, x_currency_code }: SignedValues,
  signature: string,
): boolean {
  const parts = [x_ref_payco, x_transaction_id, x_amount, x_currency_code];
  if (!P_CUST_ID_CLIENTE || !P_KEY || x_ref_payco === '' || parts.some((part) => part.includes('^'))) return false;
  const expected = createHash('sha256')
    .update([P_CUST_ID_CLIENTE, P_KEY, ...parts].join('^'))
    .digest('hex');
  return sameSecret(expected, signature.toLowerCase());
}

function fits({ x_ref_payco, x_transaction_id, x_amount, x_currency_code }: SignedValues): boolean {
  return (
    x_ref_payco.length <= MAX_REFERENCE &&
    x_transaction_id.length <= MAX_TRANSACTION &&
    x_amount.length <= MAX_AMOUNT &&
    x_currency_code.length <= MAX_CURRENCY
  );
}

const SHORT = [
  'ref_payco',
  'x_ref_payco',
  'x_transaction_id',
  'x_amount',
  'x_currency_code',
  'x_cod_response',
  'x_response',
  'x_transaction_state',
  'x_id_invoice',
  'x_extra1',
  'x_test_request',
  'x_approval_code',
  'x_signature',
];

function payloadOf(fields: Readonly<Record<string, string>>, maxBytes: number): string {
  const whole = JSON.stringify(fields);
  if (Buffer.byteLength(whole) <= maxBytes) return whole;
  const entries = SHORT.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]?.slice(0, 64)]);
  return JSON.stringify(Object.fromEntries(entries));
}

/** Reads a confirmation. The signature is checked over the values as they came; nothing is formatted before that. */
export function readConfirmation(
  config: Pick<Config, 'P_CUST_ID_CLIENTE' | 'P_KEY'>,
  given: Readonly<Record<string, unknown>>,
): Confirmation {
  const fields = Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
  const raw = (name: string): string => fields[name] ?? '';
  const values = {
    x_ref_payco: raw('x_ref_payco'),
    x_transaction_id: raw('x_transaction_id'),
    x_amount: raw('x_amount'),
    x_currency_code: raw('x_currency_code'),
  };
  const trusted = fits(values) && isSigned(config, values, raw('x_signature').trim());
  const hint = (...names: string[]): string | null =>
    names.map((name) => raw(name).trim().slice(0, MAX_HINT)).find((value) => value !== '') ?? null;
  const codes = ['x_cod_response', 'x_cod_respuesta', 'x_cod_transaction_state'];
  const words = ['x_response', 'x_respuesta', 'x_transaction_state'];
  return {
    origin: 'CONFIRMACION',
    trusted,
    reference: values.x_ref_payco.slice(0, MAX_REFERENCE),
    transaction: values.x_transaction_id.slice(0, MAX_TRANSACTION),
    amount: values.x_amount.slice(0, MAX_AMOUNT),
    currency: values.x_currency_code.slice(0, MAX_CURRENCY),
    code: trusted ? codeOfState(codes.map(raw), words.map(raw)) : (hint(...codes) ?? '').slice(0, MAX_CODE),
    hints: {
      redirect: hint('ref_payco'),
      invoice: hint('x_id_invoice', 'x_id_factura'),
      extra1: hint('x_extra1'),
      test: hint('x_test_request')?.slice(0, 10) ?? null,
    },
    payload: payloadOf(fields, trusted ? TRUSTED_PAYLOAD : UNSIGNED_PAYLOAD),
  };
}

function cut(text: string | undefined, width: number): string | null {
  return text?.slice(0, width) ?? null;
}

/**
 * What the gateway itself answered, in the shape of a confirmation: it needs no signature.
 *
 * @param redirect the reference of the payer's redirect that led to it
 * @returns `null` for an answer that cannot be stored as it is
 */
export function confirmationOf(payment: GatewayPayment, redirect: string | null): Confirmation | null {
  const values = {
    x_ref_payco: payment.x_ref_payco ?? '',
    x_transaction_id: payment.x_transaction_id ?? '',
    x_amount: payment.x_amount ?? '',
    x_currency_code: payment.x_currency_code ?? '',
  };
  if (values.x_ref_payco === '' || !fits(values)) return null;
  return {
    origin: 'CONSULTA',
    trusted: true,
    reference: values.x_ref_payco,
    transaction: values.x_transaction_id,
    amount: values.x_amount,
    currency: values.x_currency_code,
    code: payment.x_cod_response ?? '',
    hints: {
      redirect,
      invoice: cut(payment.x_id_invoice, MAX_HINT),
      extra1: cut(payment.x_extra1, MAX_HINT),
      test: cut(payment.x_test_request, 10),
    },
    payload: payloadOf(payment as Readonly<Record<string, string>>, TRUSTED_PAYLOAD),
  };
}

/** The id of the subscription that `x_extra1` names, or the invoice when it does not; `null` when neither does. */
export function subscriptionOf({ extra1, invoice }: Pick<Hints, 'extra1' | 'invoice'>): number | null {
  const digits = /^\d{1,10}$/.exec(extra1 ?? '')?.[0] ?? /^SOM3D-S(\d{1,10})-/.exec(invoice ?? '')?.[1];
  const id = Number(digits ?? 0);
  return id >= 1 && id <= 2_147_483_647 ? id : null;
}

/** `true` or `false` as the gateway writes it; `null` when it does not say. */
export function flagOf(text: string | null | undefined): boolean | null {
  const word = text?.trim().toLowerCase() ?? '';
  if (['true', '1', 'yes', 'si', 'sí', 'test', 'prueba', 'pruebas'].includes(word)) return true;
  if (['false', '0', 'no', 'production', 'produccion', 'producción'].includes(word)) return false;
  return null;
}
