import { createHash } from 'node:crypto';

/** The account whose keys sign confirmations: `P_CUST_ID_CLIENTE` and `P_KEY` of the service. */
export interface SigningAccount {
  readonly customerId: string;
  readonly key: string;
}

/** The values that a confirmation's signature covers, as text: `20000` and `20000.00` have different signatures. */
export interface SignedFields {
  readonly x_ref_payco: string;
  readonly x_transaction_id: string;
  readonly x_amount: string;
  readonly x_currency_code: string;
}

/**
 * The payment gateway's signature of a confirmation: lower-case hexadecimal SHA-256. For tests of payments against your
 * own service.
 */
export function signatureOf({ customerId, key }: SigningAccount, fields: SignedFields): string {
  const { x_ref_payco, x_transaction_id, x_amount, x_currency_code } = fields;
  return createHash('sha256')
    .update([customerId, key, x_ref_payco, x_transaction_id, x_amount, x_currency_code].join('^'))
    .digest('hex');
}

/**
 * A confirmation with its signature, ready for `client.epayco.confirm({ body })`.
 *
 * @param fields the signed fields, and any further fields of the gateway
 */
export function signConfirmation<T extends SignedFields>(
  account: SigningAccount,
  fields: T,
): T & { readonly x_signature: string } {
  return { ...fields, x_signature: signatureOf(account, fields) };
}
