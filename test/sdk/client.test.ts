import { createClient, InvalidRequestError, paginate, totalCount, UnexpectedResponseError } from '@som3d/client';
import { describe, expect, test } from 'vitest';
import { json, rejection, serve, user } from './support/server.ts';

describe('addresses', () => {
  test('keeps a path parameter inside its segment', async () => {
    await using server = await serve((_request, response) => json(response, 404, {}));
    const client = createClient({ baseUrl: server.url });
    const ids = ['1/../../health', '?a=b#c', '%2e%2e', 'ñ ü', '..\\..', '...', '$&'];
    for (const id of ids) await rejection(client.som3d.get({ params: { id } }));
    expect(server.requests.map(({ url }) => url)).toEqual(ids.map((id) => `/som3d/jobs/${encodeURIComponent(id)}`));
  });

  test.each(['.', '..', ''])('refuses %j, which no encoding keeps in its segment', async (id) => {
    await using server = await serve((_request, response) => json(response, 200, {}));
    const client = createClient({ baseUrl: server.url });
    expect(await rejection(client.som3d.get({ params: { id } }))).toBeInstanceOf(InvalidRequestError);
    expect(await rejection(client.som3d.file({ params: { token: id } }))).toBeInstanceOf(InvalidRequestError);
    expect(server.requests).toEqual([]);
  });

  test('refuses a missing parameter and a lone surrogate', async () => {
    const client = createClient({ baseUrl: 'http://127.0.0.1:9' });
    const get = client.som3d.get as (args: object) => Promise<unknown>;
    expect(await rejection(get({}))).toBeInstanceOf(InvalidRequestError);
    expect(await rejection(get({ params: { id: '\ud800' } }))).toBeInstanceOf(InvalidRequestError);
  });

  test.each(['ftp://host', 'host:8000', 'http://', 'http://host?x=1', 'http://host/#x', 'http://ana:secret@host'])(
    'refuses the base address %s and repeats no password',
    (baseUrl) => {
      expect(() => createClient({ baseUrl })).toThrow(InvalidRequestError);
      expect(() => createClient({ baseUrl })).not.toThrow(/secret/);
    },
  );

  test('takes a base address with a path and trailing slashes', async () => {
    await using server = await serve((_request, response) => json(response, 200, { status: 'ok' }));
    await createClient({ baseUrl: `${server.url}/api//` }).health.live();
    expect(server.requests[0]?.url).toBe('/api/health/live');
  });

  test('leaves undefined query values out', async () => {
    await using server = await serve((_request, response) => json(response, 200, []));
    await createClient({ baseUrl: server.url }).patients.list({ query: { q: 'a&b=c', estado: undefined, limit: 3 } });
    expect(server.requests[0]?.url).toBe('/patients?q=a%26b%3Dc&limit=3');
  });
});

describe('answers', () => {
  test('gives status, body and headers of a success', async () => {
    await using server = await serve((_request, response) => json(response, 200, user, { 'x-request-id': 'r' }));
    const answer = await createClient({ baseUrl: server.url }).auth.me();
    expect([answer.status, answer.body, answer.headers.get('x-request-id')]).toEqual([200, user, 'r']);
  });

  test('sends a body as JSON and knows an empty answer', async () => {
    await using server = await serve((request, response) => {
      if (request.method === 'DELETE') response.writeHead(204).end();
      else json(response, 200, user);
    });
    const client = createClient({ baseUrl: server.url });
    await client.auth.updateMe({ body: { nombre: 'Añá' } });
    expect((await client.patients.remove({ params: { id: 4 } })).body).toBeUndefined();
    const [patch, remove] = server.requests;
    expect(patch?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(String(patch?.body))).toEqual({ nombre: 'Añá' });
    expect([remove?.url, remove?.headers['content-type'], remove?.body.length]).toEqual(['/patients/4', undefined, 0]);
  });

  test('takes no page of a proxy, no broken JSON and no undeclared success for an answer', async () => {
    await using server = await serve((_request, response, number) => {
      if (number === 1) response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Wi-Fi login</p>');
      else if (number === 2) response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":');
      else json(response, 202, {});
    });
    const client = createClient({ baseUrl: server.url });
    for (let n = 0; n < 3; n += 1) expect(await rejection(client.auth.me())).toBeInstanceOf(UnexpectedResponseError);
  });
});

describe('tokens', () => {
  test('go only to routes that want one', async () => {
    await using server = await serve((request, response) =>
      json(response, 200, request.url === '/auth/me' ? user : { status: 'ok' }),
    );
    const client = createClient({ baseUrl: server.url, token: async () => 'abc', userAgent: 'probe/1' });
    await client.auth.me();
    await client.health.live();
    await client.auth.me({ extraHeaders: { authorization: 'Bearer other' } });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer abc',
      undefined,
      'Bearer other',
    ]);
    expect(server.requests[0]?.headers['user-agent']).toBe('probe/1');
  });
});

describe('lists', () => {
  const rows = Array.from({ length: 7 }, (_, n) => ({ id_paciente: n }));

  test.each([
    ['with a total', true, 3],
    ['without one', false, 3],
    ['whose last page is full', false, 7],
  ])('are paged through %s', async (_name, total, pageSize) => {
    await using server = await serve((request, response) => {
      const query = new URL(request.url, 'http://x').searchParams;
      const offset = Number(query.get('offset'));
      const headers = total ? { 'x-total-count': '7' } : {};
      json(response, 200, rows.slice(offset, offset + Number(query.get('limit'))), headers);
    });
    const seen: number[] = [];
    const list = createClient({ baseUrl: server.url }).patients.list;
    for await (const { id_paciente } of paginate(list, { query: { q: 'x' } }, { pageSize })) seen.push(id_paciente);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(server.requests.every(({ url }) => url.includes('q=x'))).toBe(true);
  });

  test('ask for no page that nobody takes, and begin where they are told to', async () => {
    await using server = await serve((_request, response) => json(response, 200, rows, { 'x-total-count': '70' }));
    const list = createClient({ baseUrl: server.url }).patients.list;
    for await (const row of paginate(list, { query: { offset: 20 } }, { pageSize: 7 }))
      if (row.id_paciente === 2) break;
    expect(server.requests.map(({ url }) => url)).toEqual(['/patients?offset=20&limit=7']);
  });

  test('say their total', () => {
    expect(totalCount({ headers: new Headers({ 'x-total-count': '12' }) })).toBe(12);
    expect(totalCount({ headers: new Headers() })).toBeUndefined();
  });
});
