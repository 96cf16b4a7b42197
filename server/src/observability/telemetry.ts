import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { createInstruments, type Instruments } from './instruments.ts';
import { NO_TRACING, type Tracing } from './tracing.ts';

/** How a process reports its work: metrics for Prometheus, spans for a collector. */
export interface Telemetry {
  readonly instruments: Instruments;
  readonly tracing: Tracing;
}

/** Without `OTEL_EXPORTER_OTLP_ENDPOINT` the process does not load the tracing modules. */
export async function openTelemetry(config: Config, log: Logger): Promise<Telemetry> {
  const instruments = createInstruments();
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint) return { instruments, tracing: NO_TRACING };
  const { createOtelTracing } = await import('./otel.ts');
  return { instruments, tracing: createOtelTracing(config, endpoint, log) };
}
