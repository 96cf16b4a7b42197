import type { contract } from '@som3d/contract';
import type { Request } from 'express';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { bearerOf, type Authenticate } from '../../http/access.ts';
import { isAdmin } from '../../http/context.ts';
import type { Handlers } from '../../http/router.ts';
import { sameSecret } from '../../base/secret.ts';
import { createExposition } from './exposition.ts';

export function monitoringRoutes(deps: Deps, authenticate: Authenticate): Handlers<typeof contract.monitoring> {
  const { SOM3D_METRICS_TOKEN: expected } = deps.config;
  const exposition = createExposition(deps);

  /** The scraper's own token, or an administrator's session. */
  const admit = async (req: Request): Promise<void> => {
    const token = bearerOf(req.get('authorization'));
    if (token && expected && sameSecret(token, expected)) return;
    const admitted = token ? await authenticate(token) : null;
    if (!admitted) {
      throw new AppError('unauthorized', 'Indique el token de métricas o inicie sesión como administrador', {
        headers: { 'www-authenticate': 'Bearer' },
      });
    }
    if (!isAdmin(admitted.actor)) throw new AppError('forbidden', 'Su rol no permite esta operación');
  };

  return {
    metrics: async ({ req }) => {
      await admit(req);
      return { status: 200, body: await exposition() };
    },
  };
}
