import { z } from 'zod';
import { c, defineRoutes, problems } from './common/index.ts';

export const monitoring = defineRoutes({
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Métricas para Prometheus',
    description:
      'Formato de texto de Prometheus, versión 0.0.4, de todos los procesos de esta máquina. Con el token de ' +
      'SOM3D_METRICS_TOKEN como Bearer, o con la sesión de un administrador.',
    metadata: { access: 'public', credentials: [['metricsToken'], ['bearer']] },
    responses: {
      200: c.otherResponse({
        contentType: 'text/plain; version=0.0.4; charset=utf-8',
        body: z.string().meta({ examples: ['som3d_processes 1\n'] }),
      }),
      ...problems(401, 403),
    },
  },
});
