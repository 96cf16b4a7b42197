import type { Config } from '../../config/config.ts';
import { Apify } from './apify.ts';
import {
  GatewayUnavailable,
  type EpaycoGateway,
  type GatewayPayment,
  type SessionRequest,
  type Validation,
} from './gateway.ts';
import { call, parsed } from './http.ts';
import { isRecord, parseKeepingNumbers, textOf } from '../../base/raw-json.ts';
import { codeOfState } from './states.ts';

type Settings = Pick<
  Config,
  | 'EPAYCO_PUBLIC_KEY'
  | 'EPAYCO_PRIVATE_KEY'
  | 'EPAYCO_VALIDATION_URL'
  | 'EPAYCO_APIFY_URL'
  | 'EPAYCO_TIMEOUT_SECONDS'
  | 'USE_NGROK_SKIP'
  | 'epaycoTransactionUrl'
>;

/** Whether a text may be a reference: nothing else is put into an address of the gateway. */
export function isReference(text: string): boolean {
  return /^[\w-]{1,120}$/.test(text);
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

/** A payment from fields named as in a confirmation. Other fields are left out. */
export function paymentOf(fields: Readonly<Record<string, unknown>>): GatewayPayment {
  const text = (name: string) => textOf(fields[name]);
  const code = codeOfState(
    ['x_cod_response', 'x_cod_respuesta', 'x_cod_transaction_state'].map(text),
    ['x_response', 'x_respuesta', 'x_transaction_state'].map(text),
  );
  const named = {
    ...fields,
    x_cod_response: code === '' ? undefined : code,
    x_id_invoice: text('x_id_invoice') ?? text('x_id_factura'),
    x_response: text('x_response') ?? text('x_respuesta'),
  };
  return Object.fromEntries(
    Object.entries(named)
      .map(([name, value]) => [name, textOf(value)])
      .filter(([name, value]) => name?.startsWith('x_') && value !== undefined),
  ) as GatewayPayment;
}

function validationOf(text: string): Validation | null {
  const fields = parseKeepingNumbers(text);
  if (!isRecord(fields) || fields['success'] !== true || !isRecord(fields['data'])) return null;
  const payment = paymentOf(fields['data']);
  const answer = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return payment.x_ref_payco === undefined ? null : { answer, payment };
}

/** Whether an answer says all that a decision needs; the authenticated interface is documented in part only. */
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

/**
 * Asks one after the other until one knows. One that does not answer does not keep the others from it.
 *
 * @throws GatewayUnavailable when none knows and one did not answer
 */
async function firstKnown<T>(questions: readonly (() => Promise<T | null>)[]): Promise<T | null> {
  let failure: GatewayUnavailable | null = null;
  for (const ask of questions) {
    try {
      const known = await ask();
      if (known !== null) return known;
    } catch (error) {
      if (!(error instanceof GatewayUnavailable)) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return null;
}

/** The gateway over HTTP. See `docs/decisions/0007-payments.md` for which of its interfaces is used when. */
export class EpaycoClient implements EpaycoGateway {
  readonly #settings: Settings;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #apify: Apify | null;

  constructor(settings: Settings) {
    const { EPAYCO_APIFY_URL: url, EPAYCO_PUBLIC_KEY: publicKey, EPAYCO_PRIVATE_KEY: privateKey } = settings;
    this.#settings = settings;
    this.#headers = {
      accept: 'application/json',
      ...(settings.USE_NGROK_SKIP ? { 'ngrok-skip-browser-warning': 'true' } : {}),
    };
    this.#apify = publicKey && privateKey ? new Apify({ url, publicKey, privateKey }, this.#headers) : null;
  }

  async validate(reference: string): Promise<Validation | null> {
    const signal = this.#deadline();
    return await firstKnown([
      async () => await this.#validated(reference, signal),
      async () => await this.#transaction(reference, signal),
      async () => {
        const payment = isNumber(reference) ? await this.#apify?.payment(reference, signal) : null;
        return payment ? { payment, answer: { success: true, data: { ...payment } } } : null;
      },
    ]);
  }

  async payment(reference: string, redirects: readonly string[]): Promise<GatewayPayment | null> {
    const signal = this.#deadline();
    let detail: GatewayPayment | null = null;
    const about = (seen: Validation | null): GatewayPayment | null =>
      // A redirect's reference is not signed: it may lead to another payment.
      seen?.payment.x_ref_payco === reference ? { ...seen.payment, ...detail } : null;
    const hexadecimal = redirects.filter((ref) => isReference(ref) && ref !== reference);
    const complete = await firstKnown<GatewayPayment>([
      async () => {
        detail = (await this.#apify?.payment(reference, signal)) ?? null;
        return detail && isComplete(detail) ? detail : null;
      },
      ...[...new Set([...hexadecimal, reference])].map((ref) => async () => about(await this.#validated(ref, signal))),
      async () => about(await this.#transaction(reference, signal)),
    ]).catch((error: unknown) => {
      if (detail) return null;
      throw error;
    });
    return complete ?? detail;
  }

  async referencesOf(invoice: string): Promise<string[]> {
    return await this.#authenticated().referencesOf(invoice, this.#deadline());
  }

  async createSession(request: SessionRequest): Promise<string> {
    return await this.#authenticated().createSession(request, this.#deadline());
  }

  #authenticated(): Apify {
    if (!this.#apify) throw new GatewayUnavailable('no private key is configured');
    return this.#apify;
  }

  #deadline(): AbortSignal {
    return AbortSignal.timeout(this.#settings.EPAYCO_TIMEOUT_SECONDS * 1000);
  }

  /** The public validation endpoint: made for the redirect's reference, and may not know a live payment at all. */
  async #validated(ref: string, signal: AbortSignal): Promise<Validation | null> {
    if (!isReference(ref)) return null;
    const base = this.#settings.EPAYCO_VALIDATION_URL.replace(/\/+$/, '');
    return await this.#get(`${base}/${encodeURIComponent(ref)}`, signal);
  }

  /** The endpoint that the gateway's own SDKs use: by the number, with the public key alone. */
  async #transaction(number: string, signal: AbortSignal): Promise<Validation | null> {
    const { EPAYCO_PUBLIC_KEY: publicKey, epaycoTransactionUrl } = this.#settings;
    if (!publicKey || !isNumber(number)) return null;
    const url = new URL(epaycoTransactionUrl);
    url.searchParams.set('ref_payco', number);
    url.searchParams.set('public_key', publicKey);
    return await this.#get(url.href, signal);
  }

  async #get(url: string, signal: AbortSignal): Promise<Validation | null> {
    return parsed(await call(url, { headers: this.#headers, signal }), validationOf);
  }
}
