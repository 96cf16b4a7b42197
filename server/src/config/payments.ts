import { z } from 'zod';
import { flag, integer, pageAddress, text, variable, webAddress } from './variable.ts';

const VALIDATION_URL = 'https://secure.epayco.co/validation/v1/reference';
const TRANSACTION_URL = 'https://secure.payco.co/restpagos/transaction/response.json';

/** Where a payment is read by its number: what is configured, else where a double of the gateway stands, else ePayco. */
export function transactionUrlOf(validationUrl: string, transactionUrl: string | undefined): string {
  if (transactionUrl) return transactionUrl;
  return validationUrl === VALIDATION_URL
    ? TRANSACTION_URL
    : new URL(new URL(TRANSACTION_URL).pathname, validationUrl).href;
}

export const PAYMENTS = {
  REQUIRE_ACTIVE_SUBSCRIPTION: variable(
    flag(false),
    "Only doctors with an active subscription, their own or their hospital's, may start jobs.",
  ),
  RECONCILE_INTERVAL_MINUTES: variable(
    integer(1, 1440, 10),
    'Minutes between two searches for expired subscriptions, over all processes.',
  ),
  EPAYCO_PUBLIC_KEY: variable(text.optional(), 'Public key of the ePayco account; checkouts carry it.', ''),
  EPAYCO_PRIVATE_KEY: variable(
    text.optional(),
    'Private key of the account. With it checkouts become sessions with a fixed amount, and states are read with authentication.',
    '',
  ),
  P_CUST_ID_CLIENTE: variable(text.optional(), 'Customer number of the account; part of signatures.', ''),
  P_KEY: variable(text.optional(), 'Signing key of the account (not the private key).', ''),
  EPAYCO_TEST: variable(flag(true), 'Payments are tests. With false a test payment grants nothing.'),
  EPAYCO_VERIFY_STATE: variable(
    flag(true),
    'Ask the gateway for the state before any grant or reversal; false is allowed only with EPAYCO_TEST=true.',
  ),
  EPAYCO_VALIDATION_URL: variable(
    webAddress.default(VALIDATION_URL),
    "Address that returns the state of a payment by the redirect's reference, or by its number.",
  ),
  EPAYCO_TRANSACTION_URL: variable(
    webAddress.optional(),
    "Address that returns the state of a payment by its number and the public key. Without it ePayco's, or the same path on the host of EPAYCO_VALIDATION_URL when that is not ePayco's.",
    TRANSACTION_URL,
  ),
  EPAYCO_APIFY_URL: variable(
    webAddress.default('https://apify.epayco.co'),
    'Address for sessions and states with a private key.',
  ),
  EPAYCO_PENDING_DAYS: variable(
    integer(1, 30, 7),
    'Days for which the service asks the gateway about an issued checkout or a pending payment, with growing pauses.',
  ),
  EPAYCO_TIMEOUT_SECONDS: variable(integer(1, 60, 20), 'Seconds that the service waits for the gateway.'),
  EPAYCO_TAX_RATE: variable(
    z.coerce.number<string | undefined>().min(0).lt(1).default(0),
    'IVA that prices include, as a fraction: 0.19 for 19 %.',
  ),
  FRONTEND_URL: variable(
    pageAddress.optional(),
    "Address of the frontend for links in the payer's page and mails. Without it, the first of FRONTEND_ORIGINS.",
    'https://app.example.com',
  ),
  USE_NGROK_SKIP: variable(
    flag(false),
    'Development behind an ngrok tunnel: addresses for the gateway skip its warning page.',
  ),
};
