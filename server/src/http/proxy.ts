import type { RequestHandler } from 'express';

/**
 * How many proxies in front are believed: the nearest alone. What stands further left in `X-Forwarded-For` was said by
 * the caller, and may be anything.
 */
export function trustedHops(trusted: boolean): number | false {
  return trusted ? 1 : false;
}

/**
 * Leaves of `X-Forwarded-Proto` what the nearest proxy has added, which is the last value, and only a scheme that the
 * service knows: it goes into addresses and decides about cookies.
 */
export const nearestScheme: RequestHandler = (req, _res, next) => {
  const last = req.get('x-forwarded-proto')?.split(',').at(-1)?.trim().toLowerCase();
  if (last === 'http' || last === 'https') req.headers['x-forwarded-proto'] = last;
  else delete req.headers['x-forwarded-proto'];
  next();
};
