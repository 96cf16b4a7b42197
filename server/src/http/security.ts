import cors from 'cors';
import type { Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Config } from '../config/config.ts';
import { TUS_EXPOSED } from './tus.ts';

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
  ...TUS_EXPOSED,
].join(',');

/** What helmet sets, by the names of the headers. */
function helmetHeaders(): Map<string, string> {
  const headers = new Map<string, string>();
  const response = {
    setHeader: (name: string, value: string) => headers.set(name, value),
    removeHeader: (name: string) => headers.delete(name),
  };
  const set = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    referrerPolicy: { policy: 'no-referrer' },
  });
  set({} as Request, response as unknown as Response, (error) => {
    if (error) throw error;
  });
  return headers;
}

/**
 * Security headers of every answer. An API answers no scripts: only the docs page loosens the policy, for itself. They are
 * the same for every request, so helmet runs once: its thirteen handlers take longer than setting what they set.
 */
export function securityHeaders(): RequestHandler {
  const headers = helmetHeaders();
  return (_req, res, next) => {
    res.setHeaders(headers);
    next();
  };
}

/** No cache keeps an answer: it may hold a patient's data. Files set what holds for them. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('cache-control', 'no-store');
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
