import type { Config } from '../../config/config.ts';
import { createApify } from './apify.ts';
import { GatewayUnavailable, type EpaycoGateway, type GatewayPayment } from './gateway.ts';
import { call, parsed, type GatewayAnswer } from './http.ts';
import { isRecord, parseKeepingNumbers, textOf } from '../../base/raw-json.ts';

type Settings = Pick<
  Config,
  | 'EPAYCO_PUBLIC_KEY'
  | 'EPAYCO_PRIVATE_KEY'
  | 'EPAYCO_VALIDATION_URL'
  | 'EPAYCO_APIFY_URL'
  | 'EPAYCO_TIMEOUT_SECONDS'
  | 'USE_NGROK_SKIP'
>;

/** Whether a text may be a reference: nothing else is put into an address of the gateway. */
export function isReference(text: string): boolean {
  return /^[\w-]{1,120}$/.test(text);
}

function isKnown(answer: unknown): answer is { readonly data: Readonly<Record<string, unknown>> } {
  return (
    isRecord(answer) &&
    answer['success'] === true &&
    isRecord(answer['data']) &&
    textOf(answer['data']['x_ref_payco']) !== undefined
  );
}

function paymentOf(data: Readonly<Record<string, unknown>>): GatewayPayment {
  return Object.fromEntries(
    Object.entries({ ...data, x_cod_response: data['x_cod_response'] ?? data['x_cod_transaction_state'] })
      .map(([name, value]) => [name, textOf(value)])
      .filter(([name, value]) => name?.startsWith('x_') && value !== undefined),
  ) as GatewayPayment;
}

/** The gateway over HTTP. See `docs/decisions` for which of its interfaces is used when. */
export function createEpaycoGateway(config: Settings): EpaycoGateway {
  const headers = {
    accept: 'application/json',
    ...(config.USE_NGROK_SKIP ? { 'ngrok-skip-browser-warning': 'true' } : {}),
  };
  const deadline = () => AbortSignal.timeout(config.EPAYCO_TIMEOUT_SECONDS * 1000);
  const apify =
    config.EPAYCO_PUBLIC_KEY && config.EPAYCO_PRIVATE_KEY
      ? createApify(
          { url: config.EPAYCO_APIFY_URL, publicKey: config.EPAYCO_PUBLIC_KEY, privateKey: config.EPAYCO_PRIVATE_KEY },
          headers,
        )
      : null;

  const ask = async (ref: string, signal: AbortSignal): Promise<GatewayAnswer> =>
    await call(`${config.EPAYCO_VALIDATION_URL.replace(/\/+$/, '')}/${encodeURIComponent(ref)}`, { headers, signal });

  const validated = async (
    reference: string,
    redirects: readonly string[],
    signal: AbortSignal,
  ): Promise<GatewayPayment | null> => {
    for (const ref of new Set([...redirects, reference])) {
      if (!isReference(ref)) continue;
      const answer = parsed(await ask(ref, signal), parseKeepingNumbers);
      if (!isKnown(answer)) continue;
      const payment = paymentOf(answer.data);
      // a redirect reference is not signed: it may lead to another payment
      if (payment.x_ref_payco === reference) return payment;
    }
    return null;
  };

  return {
    validate: async (refs) => {
      const signal = deadline();
      for (const ref of refs) {
        const answer = parsed(await ask(ref, signal), (text) => JSON.parse(text) as unknown);
        if (isKnown(answer)) return answer;
      }
      return null;
    },
    payment: async (reference, redirects) => {
      const signal = deadline();
      const detail = apify ? await apify.payment(reference, signal) : null;
      if (detail && isComplete(detail)) return detail;
      const seen = await validated(reference, redirects, signal);
      return seen || detail ? { ...seen, ...detail } : null;
    },
    createSession: async (request) => {
      if (!apify) throw new GatewayUnavailable('no private key is configured');
      return await apify.createSession(request, deadline());
    },
  };
}

/** Whether the authenticated answer says all that a decision needs; its format is documented in part only. */
function isComplete(payment: GatewayPayment): boolean {
  return [
    payment.x_cod_response,
    payment.x_transaction_id,
    payment.x_amount,
    payment.x_currency_code,
    payment.x_id_invoice,
    payment.x_extra1,
    payment.x_test_request,
    payment.x_approval_code,
  ].every((value) => value !== undefined);
}
