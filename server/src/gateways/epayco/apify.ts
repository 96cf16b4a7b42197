import { GatewayUnavailable, type GatewayPayment, type SessionRequest } from './gateway.ts';
import { call, parsed, type GatewayAnswer } from './http.ts';
import { isRecord, parseKeepingNumbers, textOf } from '../../base/raw-json.ts';
import { codeOfState, OTHER_CODE } from './states.ts';

interface Account {
  readonly url: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

type Data = Readonly<Record<string, unknown>>;

/** Payments of one invoice that are looked at. */
const MAX_REFERENCES = 20;

function first(data: Data, ...names: string[]): string | undefined {
  return names.map((name) => textOf(data[name])).find((value) => value !== undefined);
}

function referenceOf(data: Data): string | undefined {
  return first(data, 'x_ref_payco', 'referencePayco', 'refPayco', 'ref_payco');
}

/** A record with the fields that the gateway's own log (`log`, named as in a confirmation) adds to it. */
function withLog(data: Data): Data {
  return isRecord(data['log']) ? { ...data['log'], ...data } : data;
}

/** The payments in an answer: one (`data`, `data.transaction`), or a list of them (`data`, `data.data`). */
function recordsOf(body: unknown): Data[] {
  if (!isRecord(body) || body['success'] !== true) return [];
  const { data } = body;
  const inner = isRecord(data) ? (data['transaction'] ?? data['data'] ?? data) : data;
  return (Array.isArray(inner) ? inner : [inner]).filter(isRecord).map(withLog);
}

/** The interface documents its answers in part and names fields in several ways: each is taken where it is found. */
function paymentOf(data: Data): GatewayPayment {
  const extras = isRecord(data['extras']) ? data['extras'] : {};
  const words = ['x_response', 'x_transaction_state', 'status', 'estado', 'state', 'response', 'respuesta'];
  const codes = ['x_cod_response', 'x_cod_transaction_state', 'codTransactionState', 'codeResponse', 'codResponse'];
  const texts = (names: readonly string[]) => names.map((name) => textOf(data[name]));
  const code = codeOfState(texts([...codes, 'cod_respuesta']), texts(words));
  const found = {
    x_ref_payco: referenceOf(data),
    x_transaction_id: first(data, 'x_transaction_id', 'transactionId', 'transactionID'),
    // A code of another list says nothing: the other interfaces may.
    x_cod_response: code === '' || code === OTHER_CODE ? undefined : code,
    x_amount: first(data, 'x_amount', 'amount', 'value', 'valor', 'total'),
    x_currency_code: first(data, 'x_currency_code', 'currency', 'currencyCode', 'moneda'),
    x_id_invoice: first(data, 'x_id_invoice', 'x_id_factura', 'invoice', 'bill', 'factura', 'referenceClient'),
    x_extra1: first(data, 'x_extra1', 'extra1') ?? first(extras, 'extra1'),
    x_test_request: first(data, 'x_test_request', 'testMode', 'test', 'enpruebas'),
    x_approval_code: first(data, 'x_approval_code', 'approvalCode', 'authorization', 'autorizacion'),
    x_response: first(data, ...words),
    x_response_reason_text: first(data, 'x_response_reason_text', 'responseReasonText'),
    x_transaction_date: first(data, 'x_transaction_date', 'transactionDate', 'date', 'fecha'),
    x_description: first(data, 'x_description', 'description', 'descripcion'),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as GatewayPayment;
}

function sessionBody(request: SessionRequest) {
  return {
    checkout_version: '2',
    name: request.name,
    description: request.description,
    currency: 'COP',
    amount: request.amount,
    lang: 'ES',
    country: 'CO',
    invoice: request.invoice,
    response: request.response,
    confirmation: request.confirmation,
    // Here as well: the browser that opens the session may say another mode.
    test: request.test,
    extras: { extra1: request.extra1 },
    taxBase: request.taxBase,
    tax: request.tax,
    ...(request.billing
      ? {
          billing: {
            name: request.billing.name ?? undefined,
            email: request.billing.email ?? undefined,
            address: request.billing.address ?? undefined,
            mobilePhone: request.billing.phone ?? undefined,
          },
        }
      : {}),
  };
}

/** Whether the gateway refuses the token: by its status, or with another status in the text alone. */
function refusesToken({ status, text }: GatewayAnswer): boolean {
  return status === 401 || status === 403 || /"title_?response"\s*:\s*"unauthorized/i.test(text);
}

/** The gateway's authenticated interface. A token lives 20 to 60 minutes: it is kept until it is refused. */
export class Apify {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #basic: string;
  #token: Promise<string> | null = null;

  constructor({ url, publicKey, privateKey }: Account, headers: Readonly<Record<string, string>>) {
    this.#base = url.replace(/\/+$/, '');
    this.#headers = headers;
    this.#basic = Buffer.from(`${publicKey}:${privateKey}`).toString('base64');
  }

  /** @returns `null` when the gateway does not know the number */
  async payment(reference: string, signal: AbortSignal): Promise<GatewayPayment | null> {
    const number = Number(reference);
    const referencePayco = Number.isSafeInteger(number) ? number : reference;
    const records = recordsOf(await this.#post('/payment/transaction', { referencePayco }, signal));
    const found = records.find((record) => referenceOf(record) === reference);
    return found ? paymentOf(found) : null;
  }

  /** The numbers of the payments with this invoice. Whether they pay it, is for a look-up by number to say. */
  async referencesOf(invoice: string, signal: AbortSignal): Promise<string[]> {
    const body = await this.#post('/transaction/detail', { filter: { referenceClient: invoice } }, signal);
    const references = recordsOf(body).flatMap((record) => referenceOf(record) ?? []);
    return [...new Set(references)].slice(0, MAX_REFERENCES);
  }

  /** @returns the id of the session */
  async createSession(request: SessionRequest, signal: AbortSignal): Promise<string> {
    const body = await this.#post('/payment/session/create', sessionBody(request), signal);
    const id = recordsOf(body).flatMap((record) => textOf(record['sessionId']) ?? [])[0];
    if (!id) throw new GatewayUnavailable('the gateway made no session');
    return id;
  }

  /** @throws GatewayUnavailable */
  async #post(path: string, content: unknown, signal: AbortSignal): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const token = this.#token ?? this.#signIn(signal);
      const answer = await call(`${this.#base}${path}`, {
        method: 'POST',
        headers: { ...this.#headers, authorization: `Bearer ${await token}`, 'content-type': 'application/json' },
        body: JSON.stringify(content),
        signal,
      });
      if (!refusesToken(answer)) return parsed(answer, parseKeepingNumbers);
      // The next attempt signs in again. Another call may have done so already.
      if (this.#token === token) this.#token = null;
      if (attempt > 1) throw new GatewayUnavailable(`the gateway refused the session (${answer.status})`);
    }
  }

  #signIn(signal: AbortSignal): Promise<string> {
    const token = this.#login(signal);
    this.#token = token;
    token.catch(() => {
      if (this.#token === token) this.#token = null;
    });
    return token;
  }

  async #login(signal: AbortSignal): Promise<string> {
    const answer = await call(`${this.#base}/login`, {
      method: 'POST',
      headers: { ...this.#headers, authorization: `Basic ${this.#basic}`, 'content-type': 'application/json' },
      signal,
    });
    const body = parsed(answer, parseKeepingNumbers);
    const found = isRecord(body) ? textOf(body['token']) : undefined;
    if (!found) throw new GatewayUnavailable(`the gateway refused the keys (${answer.status})`);
    return found;
  }
}
