import { MAX_PAGE, type PageQuery } from '@som3d/contract';
import type { Request, Response } from 'express';

/** Rows to fetch and to skip for a list's optional `limit` and `offset`. */
export function pageOf({ limit, offset }: PageQuery): { limit: number; offset: number } {
  return {
    limit: limit ?? MAX_PAGE,
    offset: offset ?? 0,
  };
}

/** One page of a list: its rows, and how many there are in all. */
export interface PageOf<T> {
  readonly rows: T[];
  readonly total: number;
}

/**
 * Completes a page with its total. A page that is not full is the last one and tells the total by itself, so that
 * most lists need no second query.
 *
 * @param count asks the database for the total; called only when the page does not tell
 */
export async function withTotal<T>(rows: T[], query: PageQuery, count: () => Promise<number>): Promise<PageOf<T>> {
  const { limit, offset } = pageOf(query);
  const tells = rows.length < limit && (rows.length > 0 || offset === 0);
  return { rows, total: tells ? offset + rows.length : await count() };
}

/** Sets `X-Total-Count`, and `Link` to the neighbouring pages (RFC 8288). */
export function setPageHeaders(
  req: Pick<Request, 'originalUrl' | 'path'>,
  res: Response,
  query: PageQuery,
  total: number,
): void {
  const { limit, offset } = pageOf(query);
  res.set('X-Total-Count', String(total));
  const link = (rel: string, at: number) => {
    const params = new URLSearchParams(req.originalUrl.split('?')[1]);
    params.set('limit', String(limit));
    params.set('offset', String(at));
    return `<${req.path}?${params.toString()}>; rel="${rel}"`;
  };
  const links = [
    ...(offset > 0 ? [link('first', 0), link('prev', Math.max(0, offset - limit))] : []),
    ...(offset + limit < total ? [link('next', offset + limit)] : []),
  ];
  if (links.length > 0) res.set('Link', links.join(', '));
}
