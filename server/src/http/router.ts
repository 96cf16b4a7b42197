import type { AppRouter } from '@ts-rest/core';
import { createExpressEndpoints } from '@ts-rest/express';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import { RouteTable } from './route-table.ts';

type Mount<T extends AppRouter> = Parameters<typeof createExpressEndpoints<T>>;

/** Handlers for every route of one domain of the contract. */
export type Handlers<T extends AppRouter> = Mount<T>[1];

/**
 * Puts a contract's routes on the application. Requests are validated before a handler sees them, answers before
 * they go out: what a schema does not name is left out.
 *
 * @param middleware runs for every route before its request is validated
 */
export function mount<T extends AppRouter>(
  app: Express,
  contract: T,
  handlers: Handlers<T>,
  middleware: readonly RequestHandler[],
): void {
  const table = new RouteTable();
  // ts-rest adds routes by method, and nothing else before its error handler.
  const routes = Object.assign(table, { use: (handler: ErrorRequestHandler) => app.use(table.handle, handler) });
  createExpressEndpoints(contract, handlers, routes as unknown as Express, {
    logInitialization: false,
    responseValidation: true,
    // Plain Express middleware: ts-rest asks for one that knows every route's types.
    globalMiddleware: [...middleware] as never,
    requestValidationErrorHandler: (error, _req, _res, next) => next(error),
  });
}
