import { http, HttpResponse, type HttpHandler } from 'msw/http';
import type { BinaryBody } from '../core/binary.ts';
import { normaliseBaseUrl } from '../core/path.ts';
import { EXAMPLES, PROBLEMS } from '../generated/examples.ts';
import { ROUTES } from '../generated/routes.ts';
import type { Client, FieldError } from '../generated/types.ts';
import type { Route } from '../core/route.ts';
import type { Example } from './example.ts';
import { sampleFile } from './sample-files.ts';

/** A success: what is left out comes from the contract's example. */
export interface MockSuccess<Body> {
  readonly body?: Body;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error of the service. What is left out is what the service says with that status. */
export interface MockProblem {
  /** 400 or more. */
  readonly status: number;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a mocked file is made of. */
export type FileBody = Uint8Array<ArrayBuffer> | Blob | string;
type BodyOf<Body> = Body extends BinaryBody ? FileBody : Body;

/** One route: call it for a handler. */
export interface MockRoute<Body> {
  (answer?: MockSuccess<BodyOf<Body>> | MockProblem): HttpHandler;
  /** The body of the contract's example; `undefined` for files and for answers without a body. */
  readonly example: Body;
}

type MockOf<F> = F extends (...args: never) => Promise<{ body: infer Body }> ? MockRoute<Body> : never;

/** Handlers of MSW for every route: all of them, and each by its name. */
export type MockApi = { readonly handlers: readonly HttpHandler[] } & {
  readonly [Domain in keyof Client]: { readonly [Name in keyof Client[Domain]]: MockOf<Client[Domain][Name]> };
};

/** The host of every address in the contract's examples. */
const EXAMPLE_HOST = 'https://api.example.com';

function problemResponse({ status, detail, errors, headers = {} }: MockProblem): Response {
  const problem = { ...(PROBLEMS[status] ?? { type: 'about:blank', title: String(status), status }) };
  return HttpResponse.json(
    { detail: problem.title, ...problem, ...(detail ? { detail } : {}), ...(errors ? { errors } : {}) },
    { status, headers: { 'content-type': 'application/problem+json', 'x-request-id': 'mock', ...headers } },
  );
}

/** One page of a list, as `limit` and `offset` ask for it. */
function paged(rows: readonly unknown[], url: string): unknown[] {
  const { searchParams } = new URL(url);
  const offset = Number(searchParams.get('offset'));
  return rows.slice(offset, offset + Number(searchParams.get('limit') ?? 500));
}

function jsonResponse(body: unknown, init: { status: number; headers: Record<string, string> }, url: string): Response {
  const jobs = (body as { jobs?: unknown } | null)?.jobs;
  const rows = Array.isArray(body) ? body : jobs;
  if (!Array.isArray(rows)) return HttpResponse.json(body as object, init);
  const page = paged(rows, url);
  const headers = { 'x-total-count': String(rows.length), ...init.headers };
  return HttpResponse.json(Array.isArray(body) ? page : { jobs: page }, { ...init, headers });
}

function successResponse(example: Example, { body, headers = {} }: MockSuccess<unknown>, url: string): Response {
  const { status, type, text } = example;
  if (type === undefined) {
    const shown = body ?? example.body;
    return shown === undefined
      ? new HttpResponse(null, { status, headers })
      : jsonResponse(shown, { status, headers }, url);
  }
  const bytes = (body as FileBody | undefined) ?? text ?? sampleFile(type);
  return new HttpResponse(bytes, { status, headers: { 'content-type': type, ...headers } });
}

function routeMock(baseUrl: string, route: Route, { body, ...example }: Example) {
  // Links in the examples lead to the mocked service.
  const local = body === undefined ? body : JSON.parse(JSON.stringify(body).replaceAll(EXAMPLE_HOST, baseUrl));
  const register = http[route.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete'];
  const handler = (answer: MockSuccess<unknown> | MockProblem = {}): HttpHandler =>
    register(baseUrl + route.path, ({ request }) =>
      'status' in answer ? problemResponse(answer) : successResponse({ ...example, body: local }, answer, request.url),
    );
  return Object.assign(handler, { example: local ?? example.text });
}

/**
 * Handlers of [MSW](https://mswjs.io) for every route, which answer with the contract's examples:
 *
 * `const api = mockApi('http://127.0.0.1:8000'); const server = setupServer(...api.handlers);`
 *
 * `server.use(api.patients.list({ body: [] }))` and `server.use(api.patients.get({ status: 404 }))` take the place of
 * single ones. A list answers the rows that `limit` and `offset` ask for.
 *
 * @param baseUrl the `baseUrl` of the client under test
 */
export function mockApi(baseUrl: string): MockApi {
  const base = normaliseBaseUrl(baseUrl);
  const domains = Object.entries(ROUTES).map(([domain, routes]) => {
    const mocks = Object.entries(routes).map(([name, route]) => [
      name,
      routeMock(base, route, EXAMPLES[domain]?.[name] ?? { status: 200 }),
    ]);
    return [domain, Object.fromEntries(mocks) as Record<string, () => HttpHandler>] as const;
  });
  const handlers = domains.flatMap(([, mocks]) => Object.values(mocks).map((mock) => mock()));
  return { handlers, ...Object.fromEntries(domains) } as unknown as MockApi;
}
