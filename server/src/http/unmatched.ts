import { contract, routesOf } from '@som3d/contract';
import type { RequestHandler } from 'express';
import { AppError } from '../base/errors.ts';

const routes = routesOf(contract).map(({ route }) => ({ method: route.method as string, path: route.path }));
const patterns = routes.map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+').replace(/\/$/, '')}/?$`),
}));

function withoutSlash(path: string): string {
  return path.replace(/\/$/, '');
}

/** The methods of every path without parameters. */
const literals = Map.groupBy(
  routes.filter(({ path }) => !path.includes(':')),
  ({ path }) => withoutSlash(path),
);

function methodNotAllowed(methods: readonly string[]): AppError {
  const allow = [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])].join(', ');
  return new AppError('method_not_allowed', `Esta dirección admite: ${allow}`, { headers: { allow } });
}

/**
 * A literal path that stands beside `/:id` is no id under another method: `DELETE /som3d/jobs/mine` is 405, and does not
 * look for a job of that name.
 */
export const refuseLiteralAsId: RequestHandler = (req, _res, next) => {
  const methods = literals.get(withoutSlash(req.path))?.map(({ method }) => method);
  if (!methods || [...methods, 'HEAD', 'OPTIONS'].includes(req.method)) return next();
  throw methodNotAllowed(methods);
};

/** What no route took: 405 with `Allow` when the path is known under another method, else 404. */
export const unmatched: RequestHandler = (req) => {
  const methods = patterns.filter(({ pattern }) => pattern.test(req.path)).map(({ method }) => method);
  if (methods.length === 0) throw new AppError('not_found', 'La dirección no existe');
  throw methodNotAllowed(methods);
};
