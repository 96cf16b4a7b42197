import { z } from 'zod';
import { defineRoutes, fields } from './common/index.ts';

/** `reason` says in a sentence what is wrong, where the service knows. */
const ServiceState = z.object({
  status: z.enum(['ok', 'error']),
  ms: z.number(),
  reason: z
    .string()
    .meta({ examples: ['La base de datos no respondió'] })
    .optional(),
});
/** `degraded`: files are stored and read, but nothing is cleaned up until the operator settles whose files they are. */
const StorageState = ServiceState.extend({ status: z.enum(['ok', 'degraded', 'error']) });
/** `pending` is the number of pending migrations. */
const MigrationState = z.object({ status: z.enum(['ok', 'error']), ms: z.number(), pending: z.int().nullable() });
/** `none`: no Redis is configured, the database is the queue. `degraded`: Redis is unavailable, jobs start later. */
const QueueState = z.object({ status: z.enum(['ok', 'degraded', 'none']), ms: z.number() });

/** Whether the process can serve, and which services it can reach; `ms` is the duration of each check. */
export const Health = z
  .object({
    /** `degraded` still serves, `draining` ends soon. */
    status: z.enum(['ok', 'degraded', 'error', 'draining']),
    version: fields.version,
    uptime_s: z.number(),
    services: z.object({
      database: ServiceState,
      storage: StorageState,
      migrations: MigrationState,
      queue: QueueState,
    }),
  })
  .meta({
    id: 'Health',
    description: 'Si el proceso puede atender y qué servicios alcanza',
    examples: [
      {
        status: 'ok',
        version: '0.1.0',
        uptime_s: 86_400,
        services: {
          database: { status: 'ok', ms: 2 },
          storage: { status: 'ok', ms: 1 },
          migrations: { status: 'ok', ms: 1, pending: 0 },
          queue: { status: 'none', ms: 0 },
        },
      },
    ],
  });

export const health = defineRoutes({
  check: {
    method: 'GET',
    path: '/health',
    summary: 'Estado del servicio',
    description:
      '200 mientras el proceso puede atender, también con la cola o el almacenamiento degradados; 503 cuando la base de datos o el ' +
      'almacenamiento no responden, faltan migraciones o el proceso está por terminar.',
    metadata: { access: 'public' },
    responses: { 200: Health, 503: Health },
  },
  live: {
    method: 'GET',
    path: '/health/live',
    summary: 'El proceso vive',
    description: '200 mientras el proceso responde; no mira nada más.',
    metadata: { access: 'public' },
    responses: { 200: z.object({ status: z.literal('ok') }) },
  },
});
