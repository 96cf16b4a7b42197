import cors from 'cors';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { Config } from '../config/config.ts';

const EXPOSED = [
  'x-request-id',
  'x-total-count',
  'link',
  'location',
  'retry-after',
  'content-disposition',
  'content-range',
  'accept-ranges',
  'etag',
];

/** Security headers of every answer. An API answers no scripts: only the docs page loosens the policy, for itself. */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    referrerPolicy: { policy: 'no-referrer' },
  });
}

/** No cache keeps an answer: it may hold a patient's data. Files set what holds for them. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.set('cache-control', 'no-store');
  next();
};

/** Browsers may call from the configured origins only, with the refresh cookie. */
export function crossOrigin(config: Config): RequestHandler {
  return cors({
    origin: config.frontendOrigins === '*' ? true : [...config.frontendOrigins],
    credentials: config.frontendOrigins !== '*',
    exposedHeaders: EXPOSED,
    maxAge: 600,
  });
}
