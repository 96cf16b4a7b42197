import { z } from 'zod';
import { defineRoutes } from './common/index.ts';

const ServiceState = z.object({ status: z.enum(['ok', 'error']), ms: z.number() });

/** What the process can reach; `ms` is how long each check took. */
export const Health = z
  .object({
    status: z.enum(['ok', 'error']),
    version: z.string(),
    uptime_s: z.number(),
    services: z.object({ database: ServiceState, storage: ServiceState }),
  })
  .meta({ id: 'Health' });

export const health = defineRoutes({
  check: {
    method: 'GET',
    path: '/health',
    summary: 'Estado del servicio',
    description: '200 mientras el proceso puede atender; 503 cuando la base de datos o el almacenamiento no responden.',
    metadata: { access: 'public' },
    responses: { 200: Health, 503: Health },
  },
  live: {
    method: 'GET',
    path: '/health/live',
    summary: 'El proceso vive',
    metadata: { access: 'public' },
    responses: { 200: z.object({ status: z.literal('ok') }) },
  },
});
