import { MAX_PAGE, type PageQuery } from '@som3d/contract';
import type { MikroORM } from '@mikro-orm/core';
import type { Request, Response } from 'express';
import type { Kysely, SelectQueryBuilder } from 'kysely';
import { compiled, type Parameters } from '../db/compiled.ts';
import type { Database } from '../db/kysely.ts';

interface Bounds {
  readonly limit: number;
  readonly offset: number;
}

function boundsOf({ limit, offset }: PageQuery): Bounds {
  return { limit: limit ?? MAX_PAGE, offset: offset ?? 0 };
}

/** One page of a list: its rows, and how many there are in all. */
export interface PageOf<T> {
  readonly rows: readonly T[];
  readonly total: number;
}

/**
 * A page that is not full is the last one, and gives the total by itself: most lists need no second statement.
 */
async function readBounds<Row>(
  { limit, offset }: Bounds,
  read: (bounds: Bounds) => Promise<Row[]>,
  count: () => Promise<number>,
): Promise<PageOf<Row>> {
  const rows = await read({ limit, offset });
  const isLast = rows.length < limit && (rows.length > 0 || offset === 0);
  return { rows, total: isLast ? offset + rows.length : await count() };
}

/** How many rows a query finds, as a query. */
function counted<DB, TB extends keyof DB>(select: SelectQueryBuilder<DB, TB, unknown>) {
  const all = select
    .clearSelect()
    .clearOrderBy()
    .select(({ fn }) => fn.countAll<number>().as('total'));
  return all as SelectQueryBuilder<DB, TB, { total: number }>;
}

/**
 * Reads one page of a query. The count drops what the query selects, so the query must not group.
 *
 * @param select the whole list, filtered and in order, without limit and offset
 */
export async function readPage<DB, TB extends keyof DB, Row>(
  select: SelectQueryBuilder<DB, TB, Row>,
  query: PageQuery,
): Promise<PageOf<Row>> {
  return await readBounds(
    boundsOf(query),
    async ({ limit, offset }) => await select.limit(limit).offset(offset).execute(),
    async () => (await counted(select).executeTakeFirstOrThrow()).total,
  );
}

/**
 * The same for a list that clients show again and again: its queries are compiled once.
 *
 * @param list makes the list of its parameters: see `compiled`
 */
export function compiledPages<P extends Parameters<P>, TB extends keyof Database, Row>(
  list: (db: Kysely<Database>, parameters: P) => SelectQueryBuilder<Database, TB, Row>,
): (orm: MikroORM, parameters: P, query: PageQuery) => Promise<PageOf<Row>> {
  const read = compiled((db, { limit, offset, ...parameters }: P & Bounds) =>
    list(db, parameters as unknown as P)
      .limit(limit)
      .offset(offset),
  );
  const count = compiled((db, parameters: P) => counted(list(db, parameters)));
  return async (orm, parameters, query) =>
    await readBounds(
      boundsOf(query),
      async (bounds) => (await read(orm, { ...parameters, ...bounds })) as Row[],
      async () => (await count(orm, parameters))[0]?.total ?? 0,
    );
}

/** The same page with other rows, in the same order. */
export function mapPage<T, U>({ rows, total }: PageOf<T>, change: (row: T) => U): PageOf<U> {
  return { rows: rows.map(change), total };
}

/** What the handler of a list gets from its router. */
interface ListRequest {
  readonly req: Pick<Request, 'originalUrl' | 'path'>;
  readonly res: Response;
  readonly query: PageQuery;
}

/** Links to the neighbouring pages (RFC 8288); an empty text when there is one page. */
function linksOf({ originalUrl, path }: ListRequest['req'], { limit, offset }: Bounds, total: number): string {
  const link = (rel: string, at: number): string => {
    const params = new URLSearchParams(originalUrl.split('?')[1]);
    params.set('limit', String(limit));
    params.set('offset', String(at));
    return `<${path}?${params.toString()}>; rel="${rel}"`;
  };
  const before = offset > 0 ? [link('first', 0), link('prev', Math.max(0, offset - limit))] : [];
  const after = offset + limit < total ? [link('next', offset + limit)] : [];
  return [...before, ...after].join(', ');
}

interface ListAnswer<Shown> {
  readonly status: 200;
  readonly body: Shown[];
}

/**
 * Answers a list with one page: its rows, and `X-Total-Count` and `Link` beside them.
 *
 * @param present makes a row what the contract shows; left out where the rows are that already
 */
export function answerPage<Row>(request: ListRequest, page: PageOf<Row>): ListAnswer<Row>;
export function answerPage<Row, Shown>(
  request: ListRequest,
  page: PageOf<Row>,
  present: (row: Row) => Shown,
): ListAnswer<Shown>;
export function answerPage<Row>(
  { req, res, query }: ListRequest,
  { rows, total }: PageOf<Row>,
  present: (row: Row) => unknown = (row) => row,
): ListAnswer<unknown> {
  const { limit, offset } = boundsOf(query);
  // A page may end before its limit, when its rows are large: the next one begins where it ended.
  const isCut = rows.length > 0 && rows.length < limit && offset + rows.length < total;
  const links = linksOf(req, { limit: isCut ? rows.length : limit, offset }, total);
  res.set('X-Total-Count', String(total));
  if (links) res.set('Link', links);
  return { status: 200, body: rows.map(present) };
}
