import { contract, ROLES_OF, type RouteMetadata } from '@som3d/contract';
import { initClient, isAppRoute, type ApiFetcherArgs, type AppRoute, type AppRouter } from '@ts-rest/core';
import { encodeParams, normaliseBaseUrl } from './path.ts';
import { readAnswer } from './response.ts';
import {
  type BodySource,
  type FetchBody,
  originOf,
  Transport,
  type TransportOptions,
  type WireRequest,
} from './transport.ts';
import type { CallOptions, Client } from './types.ts';

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
  readonly params?: Record<string, unknown>;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly [BODY]?: BodySource;
}
type FetcherArgs = ApiFetcherArgs & Pick<Args, 'timeoutMs' | 'retry' | typeof BODY>;
type AnyRoute = (args?: object) => Promise<unknown>;

/** A body that can be sent again; `undefined` means no body. */
function fixedBody(body: FetchBody | null | undefined): BodySource | undefined {
  return body == null ? undefined : { replayable: true, open: () => ({ body, streamed: false }) };
}

function metadataOf(route: AppRoute): RouteMetadata {
  return route.metadata as RouteMetadata;
}

function fetcherOf(transport: Transport, nameOf: (route: AppRoute) => string) {
  return (args: ApiFetcherArgs) => {
    const { route, path, method, headers, body, signal, timeoutMs, retry, [BODY]: source } = args as FetcherArgs;
    const name = nameOf(route);
    const request: WireRequest = {
      name,
      url: path,
      method,
      headers: { accept: 'application/json, */*;q=0.5', ...headers },
      body: source ?? fixedBody(body),
      authenticated: ROLES_OF[metadataOf(route).access] !== null,
      signal: signal ?? undefined,
      timeoutMs,
      retry,
    };
    return transport.send(request, readAnswer(name, route, originOf(path)));
  };
}

/** The same tree with encoded path parameters. It refuses parameters that could change the address. */
function guarded(router: AppRouter, functions: object, names: Map<AppRoute, string>, prefix = ''): object {
  return Object.fromEntries(
    Object.entries(router).map(([key, route]) => {
      const name = prefix + key;
      const inner = (functions as Record<string, unknown>)[key];
      if (!isAppRoute(route)) return [key, guarded(route, inner as object, names, `${name}.`)];
      names.set(route, name);
      const call = async ({ params, query, body, headers, extraHeaders, signal, ...rest }: Args = {}) =>
        (inner as AnyRoute)({
          params: encodeParams(name, route.path, params),
          ...(query === undefined ? {} : { query }),
          body,
          headers,
          extraHeaders,
          ...(signal ? { fetchOptions: { signal } } : {}),
          timeoutMs: rest.timeoutMs,
          retry: rest.retry,
          [BODY]: rest[BODY],
        });
      return [key, call];
    }),
  );
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
  const names = new Map<AppRoute, string>();
  const router = contract as unknown as AppRouter;
  const functions = initClient(router, {
    baseUrl,
    api: fetcherOf(transport, (route) => names.get(route) ?? `${route.method} ${route.path}`),
  });
  const client = guarded(router, functions, names);
  const internals: ClientInternals = { baseUrl, transport };
  return Object.defineProperty(client, INTERNALS, { value: internals }) as Client;
}

/** The parts of a client that its helpers use. */
export function internalsOf(client: Client): ClientInternals {
  return (client as unknown as { readonly [INTERNALS]: ClientInternals })[INTERNALS];
}
