import { z } from 'zod';
import { flag, integer, text, variable } from './variable.ts';

export const PAYMENTS = {
  REQUIRE_ACTIVE_SUBSCRIPTION: variable(
    flag(false),
    'Only doctors with an active subscription, their own or that of their hospital, may start jobs.',
  ),
  RECONCILE_INTERVAL_MINUTES: variable(
    integer(1, 1440, 10),
    'Minutes between two looks for subscriptions that have run out, by whichever process.',
  ),
  EPAYCO_PUBLIC_KEY: variable(text.optional(), 'Public key of the ePayco account; checkouts carry it.', ''),
  EPAYCO_PRIVATE_KEY: variable(
    text.optional(),
    'Private key of the account: checkouts become sessions whose amount is fixed, states are read with authentication.',
    '',
  ),
  P_CUST_ID_CLIENTE: variable(text.optional(), 'Customer number of the account; part of signatures.', ''),
  P_KEY: variable(text.optional(), 'Signing key of the account (not the private key).', ''),
  EPAYCO_TEST: variable(flag(true), 'Payments are tests; with false a test payment grants nothing.'),
  EPAYCO_VERIFY_STATE: variable(
    flag(true),
    'Ask the gateway for the state before anything is granted or taken back; false only with EPAYCO_TEST=true.',
  ),
  EPAYCO_VALIDATION_URL: variable(
    z.url().default('https://secure.epayco.co/validation/v1/reference'),
    'Where the state of a payment is read without a private key.',
  ),
  EPAYCO_APIFY_URL: variable(
    z.url().default('https://apify.epayco.co'),
    'Where sessions are made and states are read with a private key.',
  ),
  EPAYCO_TIMEOUT_SECONDS: variable(integer(1, 60, 20), 'Seconds that the gateway gets to answer.'),
  EPAYCO_TAX_RATE: variable(
    z.coerce.number<string | undefined>().min(0).lt(1).default(0),
    'Share of IVA that prices include, as a fraction: 0.19 for 19 %.',
  ),
  FRONTEND_URL: variable(
    z.url().optional(),
    "Where the payer's page and mails lead back to; without it, the first of FRONTEND_ORIGINS.",
    'https://app.example.com',
  ),
  USE_NGROK_SKIP: variable(
    flag(false),
    'Development behind an ngrok tunnel: ask it to leave out its warning page on addresses given to the gateway.',
  ),
};
