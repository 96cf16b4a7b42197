import { contract, routesOf } from '@som3d/contract';
import type { RequestHandler } from 'express';
import { AppError } from '../base/errors.ts';

const patterns = routesOf(contract).map(({ route }) => ({
  method: route.method,
  pattern: new RegExp(`^${route.path.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+').replace(/\/$/, '')}/?$`),
}));

/** What no route took: 405 with `Allow` when the path is known under another method, else 404. */
export const unmatched: RequestHandler = (req) => {
  const methods = patterns.filter(({ pattern }) => pattern.test(req.path)).map(({ method }) => method as string);
  if (methods.length === 0) throw new AppError('not_found', 'La dirección no existe');
  const allow = [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])].join(', ');
  throw new AppError('method_not_allowed', `Esta dirección admite: ${allow}`, { headers: { allow } });
};
