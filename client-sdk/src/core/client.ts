import { ROUTES } from '../generated/routes.ts';
import type { Client } from '../generated/types.ts';
import { normaliseBaseUrl, pathOf } from './path.ts';
import { readAnswer } from './response.ts';
import type { Route } from './route.ts';
import {
  type BodySource,
  type FetchBody,
  originOf,
  Transport,
  type TransportOptions,
  type WireRequest,
} from './transport.ts';
import type { CallOptions } from './types.ts';

/** Settings of {@link createClient}. */
export interface ClientOptions extends TransportOptions {
  /** Address of the service, e.g. `http://127.0.0.1:8000`. In a browser a path is enough, or an empty string. */
  readonly baseUrl: string;
}

/** The parts of a client that the helpers of this package need beyond its routes. */
export interface ClientInternals {
  readonly baseUrl: string;
  readonly transport: Transport;
}

/** A body that is no value of the contract, e.g. a stream that is counted while it is sent. */
export const BODY: unique symbol = Symbol('body');
const INTERNALS: unique symbol = Symbol.for('som3d.client.internals');

interface Args extends CallOptions {
  readonly params?: Record<string, unknown> | undefined;
  readonly query?: object | undefined;
  readonly body?: unknown;
  readonly headers?: Record<string, string | undefined> | undefined;
  readonly [BODY]?: BodySource | undefined;
}

/** A body that can be sent again; `undefined` means no body. */
function fixedBody(route: Route, body: unknown): BodySource | undefined {
  if (body == null) return undefined;
  if (route.type === 'multipart/form-data') return replayable(body as FormData);
  if (route.type === 'application/x-www-form-urlencoded') {
    return replayable(body instanceof URLSearchParams ? body : new URLSearchParams(textsOf(body)));
  }
  if (body instanceof Blob) return replayable(body, { 'content-type': route.type ?? body.type });
  return replayable(JSON.stringify(body), { 'content-type': 'application/json' });
}

function replayable(body: FetchBody, headers: Record<string, string> = {}): BodySource {
  return { replayable: true, open: () => ({ body, headers, streamed: false }) };
}

/** The fields that have a value, as text. */
function textsOf(fields: object): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
}

function queryOf(query: object = {}): string {
  const text = new URLSearchParams(textsOf(query)).toString();
  return text && `?${text}`;
}

/** The function of a route. It refuses parameters that could change the address. */
function functionOf(transport: Transport, baseUrl: string, name: string, route: Route) {
  return async ({ params, query, body, headers, extraHeaders, ...args }: Args = {}) => {
    const url = baseUrl + pathOf(name, route.path, params) + queryOf(query);
    const request: WireRequest = {
      name,
      url,
      method: route.method,
      headers: lowerCase({ accept: 'application/json, */*;q=0.5', ...headers, ...extraHeaders }),
      body: args[BODY] ?? fixedBody(route, body),
      authenticated: route.auth === true,
      signal: args.signal,
      timeoutMs: args.timeoutMs,
      retry: args.retry,
    };
    return transport.send(request, readAnswer(name, route.answers, originOf(url)));
  };
}

function lowerCase(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(textsOf(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/**
 * A client of the service, typed by the contract: `client.patients.list({ query: { q: 'ana' } })` returns
 * `{ status, body, headers }` of a success and throws for everything else.
 *
 * - The token goes only to routes that need one. On a 401 the client calls `refresh` once and repeats the request.
 * - The client repeats a GET, and a POST with an idempotency key, after a network failure and after 502, 503, 504 and 429.
 *
 * @throws InvalidRequestError when `baseUrl` is not an address
 */
export function createClient(options: ClientOptions): Client {
  const baseUrl = normaliseBaseUrl(options.baseUrl);
  const transport = new Transport(options);
  const client = Object.fromEntries(
    Object.entries(ROUTES).map(([domain, routes]) => [
      domain,
      Object.fromEntries(
        Object.entries(routes).map(([key, route]) => [key, functionOf(transport, baseUrl, `${domain}.${key}`, route)]),
      ),
    ]),
  );
  const internals: ClientInternals = { baseUrl, transport };
  return Object.defineProperty(client, INTERNALS, { value: internals }) as unknown as Client;
}

/** The parts of a client that its helpers use. */
export function internalsOf(client: Client): ClientInternals {
  return (client as unknown as { readonly [INTERNALS]: ClientInternals })[INTERNALS];
}
