import { MAX_PAGE, type PageQuery } from '@som3d/contract';
import type { Request, Response } from 'express';
import type { SelectQueryBuilder } from 'kysely';

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
 * Reads one page of a query. A page that is not full is the last one, and gives the total by itself: most lists need no
 * second statement. The count drops what the query selects, so the query must not group.
 *
 * @param select the whole list, filtered and in order, without limit and offset
 */
export async function readPage<DB, TB extends keyof DB, Row>(
  select: SelectQueryBuilder<DB, TB, Row>,
  query: PageQuery,
): Promise<PageOf<Row>> {
  const { limit, offset } = boundsOf(query);
  const rows = await select.limit(limit).offset(offset).execute();
  const isLast = rows.length < limit && (rows.length > 0 || offset === 0);
  return { rows, total: isLast ? offset + rows.length : await countRows(select) };
}

/** How many rows a query finds, whatever it selects. */
export async function countRows<DB, TB extends keyof DB>(select: SelectQueryBuilder<DB, TB, unknown>): Promise<number> {
  const counted = select
    .clearSelect()
    .clearOrderBy()
    .select(({ fn }) => fn.countAll<number>().as('total'));
  const { total } = await (counted as SelectQueryBuilder<DB, TB, { total: number }>).executeTakeFirstOrThrow();
  return total;
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
