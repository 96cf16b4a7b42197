import { GatewayUnavailable, type GatewayPayment, type SessionRequest } from './gateway.ts';
import { call, parsed, type GatewayAnswer } from './http.ts';
import { isRecord, parseKeepingNumbers, textOf } from '../../base/raw-json.ts';
import { codeOfWord } from './states.ts';

interface Account {
  readonly url: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

type Data = Readonly<Record<string, unknown>>;

function first(data: Data, ...names: string[]): string | undefined {
  return names.map((name) => textOf(data[name])).find((value) => value !== undefined);
}

/** The interface documents its answers in part and names fields in several ways: each is taken where it is found. */
function paymentOf(reference: string, data: Data): GatewayPayment | null {
  if (first(data, 'x_ref_payco', 'referencePayco', 'refPayco', 'ref_payco') !== reference) return null;
  const extras = isRecord(data['extras']) ? data['extras'] : {};
  const word = first(data, 'x_response', 'status', 'estado', 'state');
  const found = {
    x_ref_payco: reference,
    x_transaction_id: first(data, 'x_transaction_id', 'transactionId', 'transactionID'),
    x_cod_response: first(data, 'x_cod_response', 'codResponse', 'codeResponse', 'cod_respuesta') ?? codeOfWord(word),
    x_amount: first(data, 'x_amount', 'amount', 'value', 'valor', 'total'),
    x_currency_code: first(data, 'x_currency_code', 'currency', 'currencyCode', 'moneda'),
    x_id_invoice: first(data, 'x_id_invoice', 'invoice', 'factura'),
    x_extra1: first(data, 'x_extra1', 'extra1') ?? first(extras, 'extra1'),
    x_test_request: first(data, 'x_test_request', 'test', 'testMode', 'enpruebas'),
    x_approval_code: first(data, 'x_approval_code', 'approvalCode', 'authorization', 'autorizacion'),
    x_response: word,
    x_response_reason_text: first(data, 'x_response_reason_text', 'response', 'respuesta'),
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

function dataOf(answer: GatewayAnswer): Data | null {
  const body = parsed(answer, parseKeepingNumbers);
  return isRecord(body) && body['success'] === true && isRecord(body['data']) ? body['data'] : null;
}

/** The gateway's authenticated interface. A token is fetched when it is needed and kept until it is refused. */
export function createApify(account: Account, headers: Readonly<Record<string, string>>) {
  const base = account.url.replace(/\/+$/, '');
  const basic = Buffer.from(`${account.publicKey}:${account.privateKey}`).toString('base64');
  let token: Promise<string> | null = null;

  const login = async (signal: AbortSignal): Promise<string> => {
    const answer = await call(`${base}/login`, {
      method: 'POST',
      headers: { ...headers, authorization: `Basic ${basic}`, 'content-type': 'application/json' },
      signal,
    });
    const body = parsed(answer, parseKeepingNumbers);
    const found = isRecord(body) ? textOf(body['token']) : undefined;
    if (!found) throw new GatewayUnavailable(`the gateway refused the keys (${answer.status})`);
    return found;
  };

  const signedIn = async (signal: AbortSignal): Promise<string> => {
    token ??= login(signal).catch((error: unknown) => {
      token = null;
      throw error;
    });
    return await token;
  };

  const post = async (path: string, body: unknown, signal: AbortSignal, retry = true): Promise<GatewayAnswer> => {
    const used = await signedIn(signal);
    const answer = await call(`${base}${path}`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${used}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
    if (answer.status !== 401 && answer.status !== 403) return answer;
    token = null;
    if (!retry) throw new GatewayUnavailable(`the gateway refused the session (${answer.status})`);
    return await post(path, body, signal, false);
  };

  return {
    /** @returns `null` when the gateway does not know the reference */
    payment: async (reference: string, signal: AbortSignal): Promise<GatewayPayment | null> => {
      const number = Number(reference);
      const referencePayco = Number.isSafeInteger(number) ? number : reference;
      const data = dataOf(await post('/payment/transaction', { referencePayco }, signal));
      if (!data) return null;
      return paymentOf(reference, isRecord(data['transaction']) ? data['transaction'] : data);
    },
    /** @returns the id of the session */
    createSession: async (request: SessionRequest, signal: AbortSignal): Promise<string> => {
      const id = textOf(dataOf(await post('/payment/session/create', sessionBody(request), signal))?.['sessionId']);
      if (!id) throw new GatewayUnavailable('the gateway made no session');
      return id;
    },
  };
}
