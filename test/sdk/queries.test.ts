import { createClient } from '@som3d/client';
import { createQueries, type Key } from '@som3d/client/query';
import { contract, routesOf } from '@som3d/contract';
import { MutationObserver, QueryClient, QueryObserver, skipToken } from '@tanstack/query-core';
import { describe, expect, test } from 'vitest';
import { json, problem, serve, type Handler, type TestServer } from './support/server.ts';

const PATIENTS = Array.from({ length: 7 }, (_value, index) => ({ id_paciente: index + 1 }));

/** Patients by offset, messages by page, as the service cuts them. */
const lists: Handler = ({ url, method }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://x');
  if (method !== 'GET') return json(response, 201, { id_paciente: 8 });
  if (pathname === '/mensajes/') {
    const [page, size] = [Number(searchParams.get('page')), Number(searchParams.get('page_size'))];
    return json(response, 200, { total: 7, items: PATIENTS.slice((page - 1) * size, page * size) });
  }
  const offset = Number(searchParams.get('offset'));
  const rows = PATIENTS.slice(offset, offset + Number(searchParams.get('limit') ?? 500));
  return json(response, 200, pathname === '/som3d/jobs' ? { jobs: rows } : rows, { 'x-total-count': '7' });
};

function cacheOf(server: TestServer) {
  return { q: createQueries(createClient({ baseUrl: server.url })), cache: new QueryClient() };
}

describe('queries of TanStack Query', () => {
  test('exist for every route but those whose answer nobody can keep', async () => {
    const q = createQueries(createClient({ baseUrl: '/api' })) as unknown as Record<string, Record<string, unknown>>;
    const missing = routesOf(contract).filter(({ domain, name }) => !q[domain]?.[name.slice(domain.length + 1)]);
    expect(missing.map(({ name }) => name)).toEqual([
      'auth.resetForm',
      'patients.exportData',
      'som3d.events',
      'som3d.resultBytes',
      'som3d.preview',
      'som3d.jobFile',
      'som3d.file',
      'epayco.response',
    ]);
  });

  test('keep the body of an answer, and a list as rows with their total', async () => {
    await using server = await serve(lists);
    const { q, cache } = cacheOf(server);
    expect(await cache.fetchQuery(q.patients.list({ query: { q: 'a', limit: 2 } }))).toEqual({
      rows: PATIENTS.slice(0, 2),
      total: 7,
    });
    expect(await cache.fetchQuery(q.som3d.list())).toEqual({ rows: PATIENTS, total: 7 });
    expect(await cache.fetchQuery(q.patients.get({ params: { id: 3 } }))).toEqual(PATIENTS);
    expect(server.requests.map(({ url }) => url)).toEqual(['/patients?q=a&limit=2', '/som3d/jobs', '/patients/3']);
    expect(cache.getQueryData(q.patients.list({ query: { limit: 2, q: 'a' } }).queryKey)?.total).toBe(7);
    for (const prefix of [q.all, q.patients.all, q.patients.list.key]) {
      expect(q.patients.list({ query: { q: 'a' } }).queryKey.slice(0, prefix.length)).toEqual(prefix);
    }
  });

  test('ask for the next part of a list until the last row, by offset and by page', async () => {
    await using server = await serve(lists);
    const { q, cache } = cacheOf(server);
    const patients = await cache.fetchInfiniteQuery({ ...q.patients.list.infinite({ query: { limit: 3 } }), pages: 9 });
    const messages = await cache.fetchInfiniteQuery({
      ...q.messages.list.infinite({ query: { page_size: 3 } }),
      pages: 9,
    });
    expect(patients.pageParams).toEqual([0, 3, 6]);
    expect(messages.pageParams).toEqual([1, 2, 3]);
    expect(patients.pages.flatMap(({ rows }) => rows)).toEqual(PATIENTS);
    expect(messages.pages.flatMap(({ rows }) => rows)).toEqual(PATIENTS);
    expect(server.requests).toHaveLength(6);
  });

  test('send nothing for skipToken, and ask once for what is not there', async () => {
    await using server = await serve((_request, response) => problem(response, 404, 'No existe'));
    const { q, cache } = cacheOf(server);
    const idle = new QueryObserver(cache, q.patients.get(skipToken));
    idle.subscribe(() => undefined)();
    expect(idle.getCurrentResult().fetchStatus).toBe('idle');
    await expect(cache.fetchQuery(q.patients.get({ params: { id: 1 } }))).rejects.toMatchObject({ status: 404 });
    expect(server.requests).toHaveLength(1);
  });

  test('end their request when nobody waits for it any more', async () => {
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    await using server = await serve(() => arrived());
    const { q, cache } = cacheOf(server);
    const stop = new QueryObserver(cache, q.patients.list()).subscribe(() => undefined);
    await arrival;
    stop();
    expect(cache.getQueryState(q.patients.list().queryKey)?.fetchStatus).toBe('idle');
  });

  test.each([
    ['a success', lists, 'success'],
    ['a failure, which can hide one', ((_request, response) => problem(response, 500, 'x')) satisfies Handler, 'error'],
  ])('are invalid after %s of a mutation, where they show what it changes', async (_name, handler, status) => {
    await using server = await serve(handler);
    const { q, cache } = cacheOf(server);
    const kept: { queryKey: Key }[] = [
      q.patients.list(),
      q.patients.get({ params: { id: 1 } }),
      q.studies.list(),
      q.plans.list(),
    ];
    for (const { queryKey } of kept) cache.setQueryData(queryKey, { rows: [], total: 0 });
    cache.setQueryData(q.patients.list.infinite({}).queryKey, { pages: [], pageParams: [] });
    const create = new MutationObserver(cache, q.patients.create);
    await Promise.allSettled([create.mutate({ body: { nombres: 'Luz', apellidos: 'Díaz' } })]);
    expect(create.getCurrentResult().status).toBe(status);
    const invalid = kept.map(({ queryKey }) => cache.getQueryState(queryKey)?.isInvalidated);
    expect(invalid).toEqual([true, true, true, false]);
    expect(cache.getQueryState(q.patients.list.infinite({}).queryKey)?.isInvalidated).toBe(true);
  });
});
