import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Tracing } from '../observability/tracing.ts';
import { routeOf } from './route.ts';
import { isServerFault } from '../base/errors.ts';

const SAFE_ID = /^[\w.-]{8,64}$/;

/** Asked every few seconds by those who watch over the service. */
const QUIET = new Set(['/health/live', '/metrics']);
const JOB = '/som3d/jobs/:id';
const JOB_PATH = /^\/som3d\/jobs\/([\w-]{1,64})(?:\/|$)/;

/** The job that a request is about; what can not be one is not logged. Parameters are gone when a request has failed. */
function jobIdOf(req: Request): string | null {
  return JOB_PATH.exec(req.path)?.[1] ?? null;
}

/**
 * Gives each request its id (the caller's `x-request-id` when it is harmless, else a new one) and its logger, and
 * writes one line when the answer has gone. The path is the route's pattern: no id, query or token of a URL is logged.
 */
export function requestLog(log: Logger, tracing: Tracing): RequestHandler {
  // The line holds the fields below alone, none of them a secret: the search for secrets takes longer than the line.
  const lines = log.child({}, { redact: [] });
  return (req, res, next) => {
    const given = req.get('x-request-id');
    req.requestId = given && SAFE_ID.test(given) ? given : randomUUID();
    const trace_id = tracing.current()?.traceId;
    const ids = { request_id: req.requestId, ...(trace_id ? { trace_id } : {}) };
    req.log = () => log.child(ids);
    res.setHeader('x-request-id', req.requestId);
    const started = performance.now();
    res.once('close', () => {
      const route = routeOf(req)?.path;
      const line = {
        ...ids,
        method: req.method,
        route: route ?? null,
        ...(route?.startsWith(JOB) ? { job_id: jobIdOf(req) } : {}),
        status: res.statusCode,
        ms: Math.round((performance.now() - started) * 10) / 10,
        user: req.actor?.id_usuario ?? null,
        ...(res.writableFinished ? {} : { aborted: true }),
      };
      if (isServerFault(res.statusCode)) lines.error(line, 'request');
      else lines[route && QUIET.has(route) ? 'debug' : 'info'](line, 'request');
    });
    next();
  };
}
