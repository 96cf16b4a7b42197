import { z } from 'zod';
import { defineRoutes } from './common/index.ts';

export const UPLOAD_REQUIREMENTS = ['any', 'verified', 'active'] as const;

const Quota = z
  .object({ uso: z.int().min(0), limite: z.int().min(0) })
  .meta({ id: 'Quota', description: 'Lo que la cuenta usa, y cuánto puede usar' });

export const Usage = z
  .object({
    trabajos_en_espera: Quota.meta({ description: 'Trabajos en cola' }),
    bytes_almacenados: Quota.meta({ description: 'Subidas y resultados guardados, en bytes' }),
    notas_24h: Quota.meta({ description: 'Notas clínicas de las últimas 24 horas' }),
    estados_visor: Quota.meta({ description: 'Estados del visor guardados' }),
    mensajes_24h: Quota.meta({ description: 'Mensajes de las últimas 24 horas' }),
    pagos_abiertos: Quota.meta({ description: 'Pagos propios iniciados en los últimos 7 días y sin terminar' }),
    subidas: z.object({ requiere: z.enum(UPLOAD_REQUIREMENTS), permitidas: z.boolean() }),
  })
  .meta({ id: 'Usage', description: 'Lo que una cuenta usa y cuánto puede usar' });
export type Usage = z.infer<typeof Usage>;

export const usage = defineRoutes({
  mine: {
    method: 'GET',
    path: '/auth/me/usage',
    summary: 'Uso y límites de la cuenta propia',
    description: 'Al llegar a un límite, la operación responde 429, o 507 si lo que falta es espacio.',
    metadata: { access: 'bearer' },
    responses: { 200: Usage },
  },
});
