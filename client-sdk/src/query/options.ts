import { totalCount } from '../core/pages.ts';
import type { CallOptions } from '../core/types.ts';
import type { Key, ListPage, Mutation } from './types.ts';

/** How a list is cut: by the rows to skip, or by the number of the page. */
export type Paging = 'offset' | 'page';

/** What a route is: one value, a list, or a change. */
export type QueryKind = 'value' | 'write' | Paging;

/** What each route of a domain is, and which other domains show what it writes. */
export type QueryTable = Readonly<
  Record<string, { readonly changes: readonly string[]; readonly routes: Readonly<Record<string, QueryKind>> }>
>;

/** A route of the client, whichever. */
export type Call = (args: Args) => Promise<{ body: unknown; headers: Headers }>;

interface Args extends CallOptions {
  readonly query?: Readonly<Record<string, unknown>> | undefined;
}
type Signal = { readonly signal: AbortSignal };
type Position = Signal & { readonly pageParam: number };
type Rows = ListPage<unknown>;

/** What a list answers: an array, or the rows under a name, some with their total. */
type ListBody = unknown[] | { jobs?: unknown[]; items?: unknown[]; total?: number };

function pageOf({ body, headers }: { body: unknown; headers: Headers }): Rows {
  const list = body as ListBody;
  if (Array.isArray(list)) return { rows: list, total: totalCount({ headers }) ?? list.length };
  const rows = list.jobs ?? list.items ?? [];
  return { rows, total: list.total ?? totalCount({ headers }) ?? rows.length };
}

/** The options of a query. A symbol in place of arguments is `skipToken`, which stands for "not now". */
function settings<Data>(key: Key, args: Args | symbol | undefined, ask: (args: Args) => Promise<Data>) {
  const skipped = typeof args === 'symbol';
  return {
    queryKey: args === undefined || skipped ? [...key, {}] : [...key, args],
    queryFn: skipped ? args : ({ signal }: Signal) => ask({ ...args, signal }),
    retry: false,
  };
}

export function queryOf(key: Key, call: Call) {
  const ask = async (args: Args) => (await call(args)).body;
  return Object.assign((args?: Args | symbol) => settings(key, args, ask), { key });
}

/** The next position, or `undefined` after the last row. A page of large rows can end before its limit. */
function nextPage(paging: Paging) {
  return (last: Rows, pages: readonly Rows[], at: number, [first = at]: readonly number[]): number | undefined => {
    const before = paging === 'offset' ? first : (first - 1) * (pages[0]?.rows.length ?? 0);
    const seen = pages.reduce((sum, { rows }) => sum + rows.length, before);
    if (last.rows.length === 0 || seen >= last.total) return undefined;
    return paging === 'offset' ? seen : at + 1;
  };
}

export function listOf(key: Key, call: Call, paging: Paging) {
  const ask = async (args: Args) => pageOf(await call(args));
  const infinite = (args: Args = {}) => ({
    queryKey: [...key, args, 'infinite'],
    queryFn: ({ signal, pageParam }: Position) =>
      ask({ ...args, query: { ...args.query, [paging]: pageParam }, signal }),
    initialPageParam: Number(args.query?.[paging] ?? (paging === 'offset' ? 0 : 1)),
    getNextPageParam: nextPage(paging),
    retry: false,
  });
  return Object.assign((args?: Args | symbol) => settings(key, args, ask), { key, infinite });
}

export function mutationOf(key: Key, call: Call, invalidates: readonly Key[]): Mutation<Args, unknown> {
  return {
    mutationKey: key,
    mutationFn: async (args) => (await call(args)).body,
    // A mutation lasts until what is on the screen is true again.
    onSettled: (_data, _error, _args, _result, { client }) =>
      Promise.all(invalidates.map((queryKey) => client.invalidateQueries({ queryKey }))),
    invalidates,
  };
}
