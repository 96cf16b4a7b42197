export { createClient, type ClientOptions } from './core/client.ts';
export type { BinaryBody } from './core/binary.ts';
export * from './core/errors.ts';
export { paginate, totalCount } from './core/pages.ts';
export type { RetryOptions } from './core/retry.ts';
export type { RefreshHook, TokenSource } from './core/tokens.ts';
export type { CallOptions, Client, RouteAnswer, RouteArgs, RouteFunction } from './core/types.ts';
