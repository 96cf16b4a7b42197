import {
  ApiError,
  ConflictError,
  createClient,
  ForbiddenError,
  isApiError,
  NetworkError,
  NotFoundError,
  RateLimitError,
  Som3dError,
  TimeoutError,
  UnauthorizedError,
  ValidationError,
} from '@som3d/client';
import { describe, expect, test } from 'vitest';
import { problem, rejection, serve, serveRaw, user, json } from './support/server.ts';

describe('an answer that is no success', () => {
  test.each([
    [400, ApiError],
    [401, UnauthorizedError],
    [403, ForbiddenError],
    [404, NotFoundError],
    [409, ConflictError],
    [413, ApiError],
    [422, ValidationError],
    [429, RateLimitError],
    [500, ApiError],
  ])('%i is thrown as what it is', async (status, kind) => {
    const errors = [{ loc: ['body', 'nombre'], msg: 'Muy corto', type: 'too_small' }];
    await using server = await serve((_request, response) =>
      problem(response, status, 'No se pudo', { 'retry-after': '120' }, { errors, type: '/p' }),
    );
    const client = createClient({ baseUrl: server.url });
    const error = await rejection(client.patients.create({ body: { nombres: 'A', apellidos: 'B' } }));
    expect(error).toBeInstanceOf(kind);
    expect(error).toBeInstanceOf(Som3dError);
    expect(error).toMatchObject({
      name: kind.name,
      message: 'No se pudo',
      status,
      detail: 'No se pudo',
      title: `T${status}`,
      type: '/p',
      errors,
      requestId: 'req-1',
      retryAfter: 120,
      route: 'patients.create',
    });
    expect(isApiError(error, status)).toBe(true);
    expect(isApiError(error, 418)).toBe(false);
    expect(server.requests).toHaveLength(1);
  });

  test('may be no problem document', async () => {
    await using server = await serve((_request, response, number) => {
      const type = number === 1 ? 'text/html' : 'application/problem+json';
      response.writeHead(500, { 'content-type': type }).end(number === 1 ? '<h1>Bad gateway</h1>' : '{"detail":');
    });
    const client = createClient({ baseUrl: server.url });
    expect(await rejection(client.auth.me())).toMatchObject({
      message: '500 Internal Server Error',
      detail: '',
      errors: [],
      requestId: undefined,
      body: '<h1>Bad gateway</h1>',
    });
    expect(await rejection(client.auth.me())).toMatchObject({ status: 500, detail: '', body: '{"detail":' });
  });

  test('names the instant of Retry-After in seconds', async () => {
    await using server = await serve((_request, response) =>
      problem(response, 429, 'Espere', { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }),
    );
    const error = await rejection(createClient({ baseUrl: server.url }).auth.me());
    expect((error as ApiError).retryAfter).toBeGreaterThan(3_500);
    expect((error as ApiError).retryAfter).toBeLessThanOrEqual(3_601);
  });
});

describe('no answer', () => {
  test('is a NetworkError that names the server and not the path', async () => {
    const server = await serve(() => undefined);
    await server[Symbol.asyncDispose]();
    const client = createClient({ baseUrl: server.url, retry: false });
    const error = await rejection(client.som3d.file({ params: { token: 'secret-token' } }));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ origin: server.url, code: 'ECONNREFUSED' });
    expect(String(error)).not.toContain('secret-token');
    expect((error as Error).cause).toBeInstanceOf(TypeError);
  });

  test('is a NetworkError when it breaks off within the body', async () => {
    await using server = await serveRaw((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"a":', () => response.destroy());
    });
    const client = createClient({ baseUrl: server.url, retry: false });
    expect(await rejection(client.auth.me())).toBeInstanceOf(NetworkError);
  });

  test.each(['before the headers', 'within the body'])('is a TimeoutError when it stays out %s', async (when) => {
    await using server = await serveRaw((_request, response) => {
      if (when === 'within the body') response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    });
    const client = createClient({ baseUrl: server.url, timeoutMs: 60_000 });
    const error = await rejection(client.auth.me({ timeoutMs: 30 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ timeoutMs: 30 });
  });

  test('is the reason of the signal when the caller gives up', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    await using server = await serveRaw(() => controller.abort(reason));
    const client = createClient({ baseUrl: server.url });
    expect(await rejection(client.auth.me({ signal: controller.signal }))).toBe(reason);
    expect(await rejection(client.auth.me({ signal: controller.signal }))).toBe(reason);
  });
});

test('takes a fetch of the caller', async () => {
  await using server = await serve((_request, response) => json(response, 200, user));
  const seen: string[] = [];
  const own: typeof fetch = (input, init) => {
    seen.push(`${init?.method ?? ''} ${input instanceof Request ? input.url : String(input)}`);
    return fetch(input, init);
  };
  await createClient({ baseUrl: server.url, fetch: own }).auth.me();
  expect(seen).toEqual([`GET ${server.url}/auth/me`]);
});
