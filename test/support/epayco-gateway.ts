import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A payment as the double knows it: the gateway's own fields. */
export type GatewayRecord = Record<string, string | number>;

/** How the double behaves. `slow` answers only once it is set to something else, `moved` redirects to itself. */
export type Mood = 'up' | 'down' | 'slow' | 'garbage' | 'cut' | 'endless' | 'moved';

/** A payment gateway on loopback: the validation and the transaction endpoint, and the authenticated interface. */
export interface GatewayDouble extends AsyncDisposable {
  readonly url: string;
  /** Payments by `ref_payco` (the redirect's reference). */
  readonly payments: Map<string, GatewayRecord>;
  /** Paths that were asked for, oldest first. */
  readonly asked: string[];
  /** Bodies that sessions were asked for with. */
  readonly sessions: Record<string, unknown>[];
  /** Variables that make a service ask this gateway. */
  readonly env: Readonly<Record<string, string>>;
  mood: Mood;
  /** Paths that begin with this are answered 503; empty for none. */
  failing: string;
  /** Whether the numeric reference is accepted by the validation endpoint as well. */
  takesNumeric: boolean;
  /** Whether the validation endpoint knows any payment at all. */
  validates: boolean;
  /** Whether the transaction endpoint knows payments. */
  takesTransactions: boolean;
  /** Whether the keys are accepted by the authenticated interface. */
  keysAccepted: boolean;
  /** Whether the authenticated interface knows payments by their number. */
  tellsDetails: boolean;
  /** What the detail of the authenticated interface has beside its usual fields; `undefined` takes one away. */
  detail: Readonly<Record<string, unknown>>;
  /** How often somebody has signed in to the authenticated interface. */
  readonly logins: number;
  /** Back to a gateway that answers all questions. */
  reset(): void;
  /** No token of before is good any more. */
  expireTokens(): void;
}

const ABILITIES = ['takesNumeric', 'validates', 'takesTransactions', 'keysAccepted', 'tellsDetails'] as const;
const UNKNOWN = { status: false, message: 'Error de datos o conexión.', data: { status: 'error', description: '' } };

export async function startGateway(): Promise<GatewayDouble> {
  const payments = new Map<string, GatewayRecord>();
  const asked: string[] = [];
  const sessions: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  let mood: Mood = 'up';
  let logins = 0;
  let token = '';

  const byNumber = (ref: string | null): GatewayRecord | undefined =>
    [...payments.values()].find((payment) => String(payment['x_ref_payco']) === ref);

  const find = (ref: string): GatewayRecord | undefined =>
    double.validates ? (payments.get(ref) ?? (double.takesNumeric ? byNumber(ref) : undefined)) : undefined;

  const json = (res: ServerResponse, body: unknown, status = 200): void => {
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  const apify = async (path: string, req: IncomingMessage, res: ServerResponse): Promise<void> => {
    if (path === '/apify/login') {
      if (!double.keysAccepted || !req.headers.authorization?.startsWith('Basic ')) {
        return json(res, { error: 'Invalid client' }, 401);
      }
      token = `token ${++logins}`;
      return json(res, { token });
    }
    if (req.headers.authorization !== `Bearer ${token}`) return json(res, { success: false }, 401);
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    if (path === '/apify/payment/session/create') {
      sessions.push(body);
      return json(res, { success: true, data: { sessionId: `session-${sessions.length}` } });
    }
    if (path === '/apify/transaction/detail') {
      const { referenceClient } = body['filter'] as Record<string, unknown>;
      const found = [...payments.values()].filter((payment) => payment['x_id_invoice'] === referenceClient);
      const data = found.map((payment) => ({ referencePayco: Number(payment['x_ref_payco']), bill: referenceClient }));
      return json(res, { success: found.length > 0, data: data.length === 1 ? data[0] : { data } });
    }
    const found = double.tellsDetails ? byNumber(String(body['referencePayco'])) : undefined;
    if (!found) return json(res, { success: false, data: {} });
    // The detail names its fields in its own way and leaves the extras out.
    json(res, {
      success: true,
      data: {
        transaction: {
          refPayco: Number(found['x_ref_payco']),
          transactionId: found['x_transaction_id'],
          status: found['x_response'],
          amount: Number(found['x_amount']),
          currency: found['x_currency_code'],
          invoice: found['x_id_invoice'],
          ...double.detail,
        },
      },
    });
  };

  const server = createServer((req, res) => {
    void (async () => {
      const path = (req.url ?? '').split('?')[0] ?? '';
      asked.push(path);
      if (mood === 'slow') await new Promise<void>((resolve) => waiting.add(resolve));
      if (mood === 'down' || (double.failing !== '' && path.startsWith(double.failing))) return json(res, {}, 503);
      if (mood === 'garbage') return void res.writeHead(200).end('<html>mantenimiento</html>');
      if (mood === 'moved') return void res.writeHead(302, { location: `${url}/elsewhere${req.url}` }).end();
      if (mood === 'cut') return void res.destroy();
      if (mood === 'endless') {
        res.writeHead(200, { 'content-type': 'application/json' });
        const more = () => {
          while (!res.destroyed && res.write('"'.repeat(65_536)));
          res.once('drain', more);
        };
        return more();
      }
      if (path.startsWith('/apify/')) return await apify(path, req, res);
      if (path === '/restpagos/transaction/response.json') {
        const { searchParams } = new URL(req.url ?? '', url);
        const known =
          double.takesTransactions && searchParams.get('public_key')
            ? byNumber(searchParams.get('ref_payco'))
            : undefined;
        return json(
          res,
          known ? { success: true, title_response: 'SUCCESS', data: known } : { success: false, data: [] },
        );
      }
      const payment = find(decodeURIComponent(path.replace('/elsewhere', '').split('/').at(-1) ?? ''));
      if (!payment) return json(res, UNKNOWN);
      json(res, { success: true, title_response: 'Transaccion encontrada', data: payment });
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const double: GatewayDouble = {
    url,
    payments,
    asked,
    sessions,
    env: {
      EPAYCO_VALIDATION_URL: `${url}/validation/v1/reference`,
      EPAYCO_TRANSACTION_URL: `${url}/restpagos/transaction/response.json`,
      EPAYCO_APIFY_URL: `${url}/apify`,
    },
    failing: '',
    takesNumeric: true,
    validates: true,
    takesTransactions: true,
    keysAccepted: true,
    tellsDetails: true,
    detail: {},
    get logins() {
      return logins;
    },
    reset: () => {
      double.mood = 'up';
      double.detail = {};
      double.failing = '';
      for (const ability of ABILITIES) double[ability] = true;
    },
    expireTokens: () => {
      token = 'expired';
    },
    get mood() {
      return mood;
    },
    set mood(next: Mood) {
      mood = next;
      for (const resume of waiting) resume();
      waiting.clear();
    },
    [Symbol.asyncDispose]: async () => {
      double.mood = 'up';
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return double;
}
