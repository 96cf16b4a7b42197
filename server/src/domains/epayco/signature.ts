import { createHash, timingSafeEqual } from 'node:crypto';
import type { Config } from '../../config/config.ts';

/** The values of a confirmation that its signature covers, as received. Nothing else of it is signed. */
export interface SignedValues {
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
export function isSigned(
  { P_CUST_ID_CLIENTE, P_KEY }: Pick<Config, 'P_CUST_ID_CLIENTE' | 'P_KEY'>,
  values: SignedValues,
  signature: string,
): boolean {
  const { x_ref_payco, x_transaction_id, x_amount, x_currency_code } = values;
  const parts = [x_ref_payco, x_transaction_id, x_amount, x_currency_code];
  if (!P_CUST_ID_CLIENTE || !P_KEY || x_ref_payco === '' || parts.some((part) => part.includes('^'))) return false;
  const expected = createHash('sha256')
    .update([P_CUST_ID_CLIENTE, P_KEY, ...parts].join('^'))
    .digest();
  const given = /^[0-9a-f]{64}$/i.test(signature) ? Buffer.from(signature, 'hex') : Buffer.alloc(32);
  return timingSafeEqual(expected, given);
}
