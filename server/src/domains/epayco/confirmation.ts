import type { Config } from '../../config/config.ts';
import { knownCode } from '../../gateways/epayco/states.ts';
import { isSigned } from './signature.ts';

/** Longest reference that a payment's row holds, and the widths of the inbox's columns. */
const MAX_REFERENCE = 100;
const MAX_TRANSACTION = 120;
const MAX_AMOUNT = 40;
const MAX_CURRENCY = 10;
const MAX_CODE = 16;
const MAX_HINT = 120;

/** Largest payloads that are kept, in bytes of JSON: of a signed call, and of one that anybody may have made. */
const SIGNED_PAYLOAD = 60_000;
const UNSIGNED_PAYLOAD = 4_000;

/** What is not signed: what the call says about itself, to be compared with what the gateway says. */
export interface Hints {
  readonly redirect: string | null;
  readonly invoice: string | null;
  readonly extra1: string | null;
  readonly test: string | null;
}

/** A confirmation as it came in, cut to what can be stored. */
export interface Confirmation {
  readonly signed: boolean;
  /** `x_ref_payco` */
  readonly reference: string;
  readonly transaction: string;
  readonly amount: string;
  readonly currency: string;
  /** A code of the gateway's list, else the empty string: the list bounds how many events one payment can have. */
  readonly code: string;
  readonly hints: Hints;
  /** JSON of the values as received. */
  readonly payload: string;
}

const SHORT = [
  'ref_payco',
  'x_ref_payco',
  'x_transaction_id',
  'x_amount',
  'x_currency_code',
  'x_cod_response',
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
  const fits =
    values.x_ref_payco.length <= MAX_REFERENCE &&
    values.x_transaction_id.length <= MAX_TRANSACTION &&
    values.x_amount.length <= MAX_AMOUNT &&
    values.x_currency_code.length <= MAX_CURRENCY;
  const signed = fits && isSigned(config, values, raw('x_signature').trim());
  const hint = (...names: string[]): string | null =>
    names.map((name) => raw(name).trim().slice(0, MAX_HINT)).find((value) => value !== '') ?? null;
  const code = hint('x_cod_response', 'x_cod_respuesta', 'x_cod_transaction_state') ?? '';
  return {
    signed,
    reference: values.x_ref_payco.slice(0, MAX_REFERENCE),
    transaction: values.x_transaction_id.slice(0, MAX_TRANSACTION),
    amount: values.x_amount.slice(0, MAX_AMOUNT),
    currency: values.x_currency_code.slice(0, MAX_CURRENCY),
    code: signed ? knownCode(code) : code.slice(0, MAX_CODE),
    hints: {
      redirect: hint('ref_payco'),
      invoice: hint('x_id_invoice', 'x_id_factura'),
      extra1: hint('x_extra1'),
      test: hint('x_test_request')?.slice(0, 10) ?? null,
    },
    payload: payloadOf(fields, signed ? SIGNED_PAYLOAD : UNSIGNED_PAYLOAD),
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
  if (['true', '1', 'yes', 'si', 'sí', 'test'].includes(word)) return true;
  if (['false', '0', 'no', 'production'].includes(word)) return false;
  return null;
}
