import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';

const SAFE_ID = /^[\w.-]{8,64}$/;

/**
 * Gives each request its id (the caller's `x-request-id` when it is harmless, else a new one) and its logger, and
 * writes one line when the answer has gone. The path is the route's pattern: no id, query or token of a URL is logged.
 */
export const requestLog =
  (log: Logger): RequestHandler =>
  (req, res, next) => {
    const given = req.get('x-request-id');
    req.requestId = given && SAFE_ID.test(given) ? given : randomUUID();
    req.log = log.child({ request_id: req.requestId });
    res.setHeader('x-request-id', req.requestId);
    const started = performance.now();
    res.once('close', () => {
      const route = (req as { tsRestRoute?: { path: string } }).tsRestRoute?.path;
      const line = {
        method: req.method,
        route: route ?? null,
        status: res.statusCode,
        ms: Math.round((performance.now() - started) * 10) / 10,
        user: req.actor?.id_usuario ?? null,
        ...(res.writableFinished ? {} : { aborted: true }),
      };
      if (res.statusCode >= 500) req.log.error(line, 'request');
      else req.log.info(line, 'request');
    });
    next();
  };
