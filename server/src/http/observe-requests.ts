import type { RequestHandler } from 'express';
import type { Telemetry } from '../observability/telemetry.ts';
import { routeOf } from './route.ts';
import { isServerFault } from '../base/errors.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Measures every request, and makes it a span that continues its caller's trace. */
export function observeRequests({ instruments, tracing }: Telemetry): RequestHandler {
  return (req, res, next) => {
    const { duration, streams, inFlight } = instruments.http;
    const method = METHODS.has(req.method) ? req.method : 'other';
    const started = performance.now();
    const span = tracing.begin(method, {
      kind: 'server',
      attributes: { 'http.request.method': method },
      parent: req.get('traceparent') ?? null,
    });
    inFlight.inc();
    res.once('close', () => {
      inFlight.dec();
      const route = routeOf(req)?.path ?? 'unmatched';
      const seconds = (performance.now() - started) / 1000;
      const status = res.writableFinished ? String(res.statusCode) : 'aborted';
      const isStream = String(res.getHeader('content-type') ?? '').startsWith('text/event-stream');
      if (isStream) streams.observe({ route }, seconds);
      else duration.observe({ method, route, status }, seconds);
      span.rename(`${method} ${route}`);
      span.set({ 'http.route': route, 'http.response.status_code': res.statusCode });
      span.end(isServerFault(res.statusCode) ? String(res.statusCode) : undefined);
    });
    tracing.within(span, next);
  };
}
