import { z } from 'zod';
import { integer, text, variable } from './variable.ts';

export const OPERATION = {
  SOM3D_API_PROCESSES: variable(
    integer(1, 64, 1),
    'Processes that serve the API on this machine; `serve --workers N` says the same.',
  ),
  SOM3D_METRICS_TOKEN: variable(
    z
      .string()
      .regex(/^\S{16,}$/, { error: '16 characters at least, no spaces' })
      .optional(),
    'Bearer token of GET /metrics, 16 characters at least; without it, /metrics is for administrators only.',
    '',
  ),
  SOM3D_WORKER_METRICS_PORT: variable(
    z.coerce.number<string | undefined>().int().min(0).max(65_535).optional(),
    'Port on which `worker` answers GET /health/live and GET /metrics; without it, it listens on none.',
    '9100',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(
    z.url({ protocol: /^https?$/ }).optional(),
    'Collector that traces are sent to (OTLP over HTTP); without it there are none.',
    'http://localhost:4318',
  ),
  OTEL_SERVICE_NAME: variable(text.default('som3d'), 'Name of the service in traces.'),
};
