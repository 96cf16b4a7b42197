import {
  context,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind as OtelKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span as OtelSpan,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { VERSION } from '../base/version.ts';
import { kindOfError, type Span, type SpanKind, type SpanOptions, type Tracing } from './tracing.ts';

const KINDS: Record<SpanKind, OtelKind> = {
  internal: OtelKind.INTERNAL,
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  producer: OtelKind.PRODUCER,
  consumer: OtelKind.CONSUMER,
};
const EXPORT_MS = 5000;
const EVERY_MS = 1000;
const FLUSH_MS = 3000;
/** Pause between two warnings while the collector is unavailable, in ms. */
const WARN_EVERY_MS = 60_000;

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The context that a `traceparent` names (W3C Trace Context, 3.2). A malformed one starts a new trace. */
function contextOf(traceparent: string | null | undefined): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (!traceId || !spanId || !flags) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

function traceparentOf(span: OtelSpan): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

function idsOf(span: OtelSpan) {
  return { traceId: span.spanContext().traceId, traceparent: traceparentOf(span) };
}

function quiet(): void {}

/** A failing exporter reports each failure here; the log gets one warning in `WARN_EVERY_MS`. */
function warnSeldom(log: Logger): void {
  let warnedAt: number | undefined;
  const warn = (): void => {
    if (warnedAt !== undefined && performance.now() - warnedAt < WARN_EVERY_MS) return;
    warnedAt = performance.now();
    log.warn('trace collector unavailable; traces are dropped');
  };
  diag.setLogger(
    { error: warn, warn, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  );
}

/** Sends traces to a collector over OTLP in batches. While the collector is unavailable, only traces are lost. */
export function createOtelTracing(config: Config, endpoint: string, log: Logger): Tracing {
  warnSeldom(log);
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_MS,
  });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.name': config.OTEL_SERVICE_NAME,
      'service.version': VERSION,
      'process.pid': process.pid,
    }),
    spanProcessors: [
      new BatchSpanProcessor(exporter, { scheduledDelayMillis: EVERY_MS, exportTimeoutMillis: EXPORT_MS }),
    ],
  });
  provider.register({ propagator: null });
  const tracer = provider.getTracer('som3d', VERSION);
  const contexts = new WeakMap<Span, Context>();

  const begin = (name: string, { kind = 'internal', attributes = {}, parent }: SpanOptions = {}): Span => {
    const above = parent === undefined ? context.active() : contextOf(parent);
    const own = tracer.startSpan(name, { kind: KINDS[kind], attributes }, above);
    const span: Span = {
      ...idsOf(own),
      set: (more) => void own.setAttributes(more),
      rename: (better) => void own.updateName(better),
      end: (failed) => {
        if (failed !== undefined) own.setStatus({ code: SpanStatusCode.ERROR, message: failed });
        own.end();
      },
    };
    contexts.set(span, trace.setSpan(above, own));
    return span;
  };
  const within = <T>(span: Span, work: () => T): T => context.with(contexts.get(span) ?? context.active(), work);

  return {
    enabled: true,
    begin,
    within,
    step: async (name, options, work) => {
      if (options.parent === undefined && !trace.getActiveSpan()) return await work();
      const span = begin(name, options);
      try {
        const result = await within(span, work);
        span.end();
        return result;
      } catch (error) {
        span.end(kindOfError(error));
        throw error;
      }
    },
    current: () => {
      const active = trace.getActiveSpan();
      return active && idsOf(active);
    },
    close: async () => {
      await Promise.race([provider.shutdown().catch(() => undefined), delay(FLUSH_MS, undefined, { ref: false })]);
    },
  };
}
