import type { RetryOptions } from './retry.ts';

/** The options of every call, in addition to the arguments of its route. */
export interface CallOptions {
  /** Aborts the call at once; the call then throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Longest silence of the service in ms, for this call; 0 for none. */
  timeoutMs?: number | undefined;
  /** How the client repeats this call; `false` for never. */
  retry?: RetryOptions | false | undefined;
  /** Further headers. */
  extraHeaders?: Record<string, string> | undefined;
}

/** A successful answer; the client throws all others. */
export interface Answer<Status extends number, Body> {
  status: Status;
  body: Body;
  headers: Headers;
}

type AnyRoute = (args: never) => Promise<Answer<number, unknown>>;
/** The arguments of a route: `RouteArgs<Client['patients']['list']>`. */
export type RouteArgs<T extends AnyRoute> = NonNullable<Parameters<T>[0]>;
/** The successful answers of a route: `RouteAnswer<Client['patients']['list']>`. */
export type RouteAnswer<T extends AnyRoute> = Awaited<ReturnType<T>>;
