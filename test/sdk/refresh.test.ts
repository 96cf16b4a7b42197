import { createClient, NetworkError, UnauthorizedError, type Client } from '@som3d/client';
import { expect, test } from 'vitest';
import { json, problem, rejection, serve, user, type Handler } from './support/server.ts';

function wants(token: string): Handler {
  return (request, response) =>
    request.headers.authorization === `Bearer ${token}`
      ? json(response, 200, user)
      : problem(response, 401, 'Sesión vencida', { 'www-authenticate': 'Bearer' });
}

test('renews the token on a 401 and repeats the request, with its body', async () => {
  await using server = await serve(wants('new'));
  const client = createClient({ baseUrl: server.url, token: 'old', refresh: async () => 'new' });
  expect((await client.auth.updateMe({ body: { nombre: 'Ana' } })).body).toEqual(user);
  expect(server.requests.map(({ body }) => String(body))).toEqual(['{"nombre":"Ana"}', '{"nombre":"Ana"}']);
  await client.auth.me();
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer old',
    'Bearer new',
    'Bearer new',
  ]);
});

test('renews once for requests that fail together, and for those that fail late', async () => {
  let renewals = 0;
  const othersDone = Promise.withResolvers<void>();
  await using server = await serve(async (request, response, number) => {
    // The first one's 401 comes when the others have long been repeated.
    if (number === 1) await othersDone.promise;
    await wants('new')(request, response, number);
  });
  const refresh = async () => {
    renewals += 1;
    return 'new';
  };
  const client = createClient({ baseUrl: server.url, token: 'old', refresh });
  const first = client.auth.me();
  await expect.poll(() => server.requests.length).toBe(1);
  await Promise.all(Array.from({ length: 5 }, () => client.auth.me()));
  othersDone.resolve();
  expect((await first).body).toEqual(user);
  expect(renewals).toBe(1);
});

test('asks a token function before each request and overrules it while it gives the refused token', async () => {
  let token = 'old';
  await using server = await serve(wants('new'));
  const client = createClient({ baseUrl: server.url, token: () => token, refresh: async () => 'new' });
  await client.auth.me();
  await client.auth.me();
  token = 'third';
  await client.auth.me();
  expect(server.requests.map(({ headers }) => headers.authorization?.slice(7))).toEqual([
    'old',
    'new',
    'new',
    'third',
    'new',
  ]);
});

test('renews again when the renewed token has run out', async () => {
  let valid = 'a1';
  await using server = await serve((request, response, number) => wants(valid)(request, response, number));
  let n = 0;
  const client = createClient({ baseUrl: server.url, token: 'a0', refresh: async () => `a${(n += 1)}` });
  await client.auth.me();
  valid = 'a2';
  await client.auth.me();
  expect(n).toBe(2);
});

test.each([
  ['there is no new token', async () => undefined],
  ['the new token is refused as well', async () => 'bad'],
])('throws the 401 when %s', async (_name, refresh: () => Promise<string | undefined>) => {
  await using server = await serve(wants('new'));
  const client = createClient({ baseUrl: server.url, token: 'old', refresh });
  expect(await rejection(client.auth.me())).toBeInstanceOf(UnauthorizedError);
  expect(server.requests.length).toBeLessThanOrEqual(2);
});

test('does not renew because of a wrong password', async () => {
  await using server = await serve(wants('new'));
  let renewals = 0;
  const refresh = async () => `t${(renewals += 1)}`;
  const client = createClient({ baseUrl: server.url, token: 'old', refresh });
  const error = await rejection(client.auth.login({ body: { correo: 'a@b.co', password: 'x' } }));
  expect(error).toMatchObject({ status: 401, route: 'auth.login', detail: 'Sesión vencida' });
  expect(renewals).toBe(0);
});

test('says that the session is over when the renewal says so, and that the network failed when it did', async () => {
  await using server = await serve(wants('new'));
  const client: Client = createClient({
    baseUrl: server.url,
    token: 'old',
    refresh: async () => (await client.auth.login({ body: { correo: 'a@b.co', password: 'x' } })).body.access_token,
  });
  const error = await rejection(client.auth.me());
  expect(error).toMatchObject({ status: 401, route: 'auth.me', cause: { route: 'auth.login' } });

  const lost = createClient({
    baseUrl: server.url,
    token: 'old',
    refresh: () => Promise.reject(new NetworkError('http://x', undefined)),
  });
  expect(await rejection(lost.auth.me())).toBeInstanceOf(NetworkError);
});
