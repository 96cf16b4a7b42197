import type { DataTag, InfiniteData, MutationOptions, SkipToken } from '@tanstack/query-core';
import type { CallOptions } from '../core/types.ts';

/** A key, or the beginning of one: `['som3d', 'patients', 'list', { query: … }]`. */
export type Key = readonly unknown[];

/** The arguments of a route without the options of a call: a query has its own signal and its own repeats. */
export type Call<Args> = Omit<Args, keyof CallOptions>;

/** A page of a list. */
export interface ListPage<Row> {
  rows: Row[];
  /** Rows before paging. */
  total: number;
}

/** The options of one query, for `useQuery`, `useSuspenseQuery`, `queryClient.fetchQuery` and the like. */
export interface QuerySettings<Data> {
  readonly queryKey: DataTag<Key, Data, Error>;
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<Data>;
  /** The client itself repeats what can succeed the next time. */
  readonly retry: false;
}

/** The same for arguments that can be `skipToken`: then nothing is asked. Not for `useSuspenseQuery`. */
export interface SkippableSettings<Data> extends Omit<QuerySettings<Data>, 'queryFn'> {
  readonly queryFn: QuerySettings<Data>['queryFn'] | SkipToken;
}

/** The options of a list that grows page by page, for `useInfiniteQuery`. */
export interface InfiniteSettings<Row> {
  readonly queryKey: DataTag<Key, InfiniteData<ListPage<Row>, number>, Error>;
  readonly queryFn: (context: { readonly signal: AbortSignal; readonly pageParam: number }) => Promise<ListPage<Row>>;
  readonly initialPageParam: number;
  readonly getNextPageParam: (
    last: ListPage<Row>,
    pages: readonly ListPage<Row>[],
    at: number,
    params: readonly number[],
  ) => number | undefined;
  readonly retry: false;
}

/** A route that reads: call it with the arguments of the route for the options of a query. */
export interface Query<Args, Data> {
  (args: Args): QuerySettings<Data>;
  (args: Args | SkipToken): SkippableSettings<Data>;
  /** The beginning of the keys of all its queries. */
  readonly key: Key;
}

/** A list in pages: one page as a query, or all that were asked for so far with `infinite`. */
export interface ListQuery<Args, Row> extends Query<Args, ListPage<Row>> {
  /** The options for `useInfiniteQuery`; `limit` or `page_size` is the size of a page. */
  readonly infinite: (args: Args) => InfiniteSettings<Row>;
}

/** A route that writes: the options for `useMutation`. Its variables are the arguments of the route. */
export interface Mutation<Args, Data> {
  readonly mutationKey: Key;
  readonly mutationFn: (args: Args) => Promise<Data>;
  /** Invalidates `invalidates`, also after a failure: a lost answer can hide a success. */
  readonly onSettled: NonNullable<MutationOptions<Data, Error, Args>['onSettled']>;
  /** The beginnings of the keys whose data it changes. */
  readonly invalidates: readonly Key[];
}
