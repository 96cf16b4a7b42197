import type { Contract } from '@som3d/contract';
import type {
  AppRoute,
  ContractOtherResponse,
  ParamsFromUrl,
  SchemaInputOrType,
  SchemaOutputOrType,
} from '@ts-rest/core';
import type { BinaryBody } from './binary.ts';
import type { RetryOptions } from './retry.ts';

type Simplify<T> = { [K in keyof T]: T[K] } & {};
/** `{ a: string | undefined }` becomes `{ a?: string | undefined }`. */
type OptionalWhereUndefined<T> = Simplify<
  { [K in keyof T as undefined extends T[K] ? K : never]?: T[K] } & {
    [K in keyof T as undefined extends T[K] ? never : K]: T[K];
  }
>;
/** Whether an empty object is valid. */
type AllOptional<T> = {} extends T ? true : false;
/** A part of the arguments: absent where the route takes none, optional where an empty object is valid. */
type Part<Name extends string, T> = [T] extends [never]
  ? {}
  : AllOptional<T> extends true
    ? { [K in Name]?: T }
    : { [K in Name]: T };

type PathParams<T> = T extends { readonly pathParams: infer P }
  ? SchemaInputOrType<P>
  : T extends { readonly path: infer P extends string }
    ? keyof ParamsFromUrl<P> extends never
      ? never
      : Simplify<ParamsFromUrl<P>>
    : never;
type Query<T> = T extends { readonly query: infer Q } ? SchemaInputOrType<Q> : never;
type HeaderValues<T> = T extends { readonly headers: infer H }
  ? OptionalWhereUndefined<{ -readonly [K in keyof H]: SchemaInputOrType<H[K]> }>
  : never;
type Body<T> = T extends { readonly body: infer B }
  ? T extends { readonly contentType: 'application/x-www-form-urlencoded' }
    ? SchemaInputOrType<B> | URLSearchParams
    : B extends symbol
      ? never
      : SchemaInputOrType<B>
  : never;

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

/** The arguments of a route: `params`, `query`, `body` and `headers` as the contract names them. */
export type RouteArgs<T> = Simplify<
  Part<'params', PathParams<T>> &
    Part<'query', Query<T>> &
    Part<'headers', HeaderValues<T>> &
    ([Body<T>] extends [never] ? {} : undefined extends Body<T> ? { body?: Body<T> } : { body: Body<T> }) &
    CallOptions
>;

type SuccessStatus = 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207;
type AnswerBody<R> =
  R extends ContractOtherResponse<infer U>
    ? SchemaOutputOrType<U> extends Blob
      ? BinaryBody
      : SchemaOutputOrType<U>
    : SchemaOutputOrType<R>;

/** The successful answers of a route; the client throws all others. */
export type RouteAnswer<T> = T extends { readonly responses: infer R }
  ? { [S in keyof R & SuccessStatus]: { status: S; body: AnswerBody<R[S]>; headers: Headers } }[keyof R & SuccessStatus]
  : never;

/** A route as a function. */
export type RouteFunction<T> =
  AllOptional<RouteArgs<T>> extends true
    ? (args?: RouteArgs<T>) => Promise<RouteAnswer<T>>
    : (args: RouteArgs<T>) => Promise<RouteAnswer<T>>;

/** A contract as functions: `client.patients.list({ query })`. */
export type ClientOf<T> = {
  readonly [K in keyof T]: T[K] extends AppRoute ? RouteFunction<T[K]> : ClientOf<T[K]>;
};

/** The typed client of the whole contract. */
export type Client = ClientOf<Contract>;
