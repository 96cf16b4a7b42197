import { createClient, NetworkError, type ApiError, type RetryOptions } from '@som3d/client';
import { describe, expect, test } from 'vitest';
import { jobWith, json, problem, rejection, serve, user } from './support/server.ts';

const retry: RetryOptions = { attempts: 3, baseDelayMs: 1, maxDelayMs: 2_000 };
function form() {
  const body = new FormData();
  body.append('file', new Blob(['PK']), 'a.zip');
  return body;
}

describe('a GET is repeated', () => {
  test.each([502, 503, 504])('after a %i', async (status) => {
    await using server = await serve((_request, response, number) =>
      number < 3 ? problem(response, status, 'Luego') : json(response, 200, user),
    );
    expect((await createClient({ baseUrl: server.url, retry }).auth.me()).body).toEqual(user);
    expect(server.requests).toHaveLength(3);
  });

  test('after a broken connection', async () => {
    await using server = await serve((_request, response, number) => {
      if (number < 3) response.destroy();
      else json(response, 200, user);
    });
    expect((await createClient({ baseUrl: server.url, retry }).auth.me()).status).toBe(200);
    expect(server.requests).toHaveLength(3);
  });

  test('after a 429 that names a short wait', async () => {
    await using server = await serve((_request, response, number) =>
      number === 1 ? problem(response, 429, 'Espere', { 'retry-after': '0' }) : json(response, 200, user),
    );
    expect((await createClient({ baseUrl: server.url, retry }).auth.me()).status).toBe(200);
  });

  test('until the tries are used up, and the last error is thrown', async () => {
    await using server = await serve((_request, response, number) => problem(response, 503, `Luego ${number}`));
    const error = await rejection(createClient({ baseUrl: server.url, retry }).auth.me());
    expect((error as ApiError).detail).toBe('Luego 3');
    expect(server.requests).toHaveLength(3);
  });

  test('until the caller gives up', async () => {
    const controller = new AbortController();
    await using server = await serve((_request, response) => {
      problem(response, 503, 'Luego', { 'retry-after': '1000' });
      response.once('finish', () => controller.abort());
    });
    const slow = { ...retry, maxDelayMs: 10_000_000 };
    const error = await rejection(
      createClient({ baseUrl: server.url, retry: slow }).auth.me({ signal: controller.signal }),
    );
    expect((error as Error).name).toBe('AbortError');
    expect(server.requests).toHaveLength(1);
  });
});

describe('it is not repeated', () => {
  test.each([
    ['a 429 without a wait', 429, {}],
    ['a 429 with a long wait', 429, { 'retry-after': '3' }],
    ['a 503 with a long wait', 503, { 'retry-after': '3' }],
    ['a 500', 500, {}],
    ['a 404', 404, {}],
  ])('after %s', async (_name, status, headers) => {
    await using server = await serve((_request, response) => problem(response, status, 'No', headers));
    const error = await rejection(createClient({ baseUrl: server.url, retry }).auth.me());
    expect((error as ApiError).status).toBe(status);
    expect(server.requests).toHaveLength(1);
  });

  test('when it is switched off, for the client or for a call', async () => {
    await using server = await serve((_request, response) => problem(response, 503, 'Luego'));
    await rejection(createClient({ baseUrl: server.url, retry: false }).auth.me());
    await rejection(createClient({ baseUrl: server.url, retry }).auth.me({ retry: false }));
    expect(server.requests).toHaveLength(2);
  });

  test.each(['a broken connection', 'a 503'])('when it may have changed something: after %s', async (how) => {
    await using server = await serve((_request, response) => {
      if (how === 'a 503') problem(response, 503, 'Luego');
      else response.destroy();
    });
    const client = createClient({ baseUrl: server.url, retry });
    const kind = how === 'a 503' ? { status: 503 } : { name: 'NetworkError' };
    expect(await rejection(client.auth.updateMe({ body: {} }))).toMatchObject(kind);
    expect(await rejection(client.patients.remove({ params: { id: 1 } }))).toMatchObject(kind);
    expect(await rejection(client.som3d.create({ body: form() }))).toMatchObject(kind);
    expect(server.requests.map(({ method }) => method)).toEqual(['PATCH', 'DELETE', 'POST']);
  });
});

test('repeats a POST that carries an idempotency key, with the same key and the same body', async () => {
  await using server = await serve((_request, response, number) => {
    if (number === 1) response.destroy();
    else if (number === 2) problem(response, 503, 'Luego');
    else json(response, 201, jobWith());
  });
  const client = createClient({ baseUrl: server.url, retry });
  const answer = await client.som3d.create({ body: form(), headers: { 'idempotency-key': 'k1' } });
  expect(answer.body.job_id).toBe('job-1');
  expect(server.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['k1', 'k1', 'k1']);
  expect(server.requests.every(({ body }) => body.includes('PK') && body.includes('a.zip'))).toBe(true);
});

test('throws the failure of the network when every try failed', async () => {
  await using server = await serve((_request, response) => void response.destroy());
  expect(await rejection(createClient({ baseUrl: server.url, retry }).health.live())).toBeInstanceOf(NetworkError);
  expect(server.requests).toHaveLength(3);
});
