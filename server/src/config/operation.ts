import { z } from 'zod';
import { integer, text, variable } from './variable.ts';

export const OPERATION = {
  SOM3D_API_PROCESSES: variable(
    integer(1, 64, 1),
    'Processes that serve the API on this machine; same as `serve --workers N`.',
  ),
  SOM3D_METRICS_TOKEN: variable(
    z
      .string()
      .regex(/^\S{16,}$/, { error: 'at least 16 characters, no spaces' })
      .optional(),
    'Bearer token of GET /metrics, at least 16 characters. Without it only administrators can read /metrics.',
    '',
  ),
  SOM3D_WORKER_METRICS_PORT: variable(
    z.coerce.number<string | undefined>().int().min(0).max(65_535).optional(),
    'Port on which `worker` serves GET /health/live and GET /metrics. Without it `worker` does not listen.',
    '9100',
  ),
  SOM3D_AUDIT_KEY: variable(
    z.string().min(16).optional(),
    'Secret that the seals of the audit are made with, 16 characters at least; without it, one derived from JWT_SECRET. A new one makes older seals fail.',
    '',
  ),
  SOM3D_AUDIT_UNSEALED: variable(
    z.enum(['seal', 'report']).default('seal'),
    'What becomes of an audit row without a seal: `seal` takes it for one of the predecessor, while that still runs; `report` after that week: `audit verify` names it.',
  ),
  SOM3D_AUDIT_YEARS: variable(
    z.coerce.number<string | undefined>().int().min(15).max(200).optional(),
    'Years after which rows of the audit are removed, 15 at least, as the law on clinical records asks; without it, they stay.',
    '15',
  ),
  CLINICAL_RETENTION_YEARS: variable(
    z.coerce.number<string | undefined>().int().min(15).max(200).optional(),
    'Years after the last activity of a patient when the clean-up removes the patient with everything, 15 at least, as the law on clinical records asks; without it, nothing is removed. `som3d-server retention` lists first.',
    '15',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(
    z.url({ protocol: /^https?$/ }).optional(),
    'Collector of traces (OTLP over HTTP). Without it the service makes no traces.',
    'http://localhost:4318',
  ),
  OTEL_SERVICE_NAME: variable(text.default('som3d'), 'Name of the service in traces.'),
};
