import type { contract } from '@som3d/contract';
import type { Handlers } from '../../http/router.ts';
import type { Deps } from '../../deps.ts';
import type { JobServices } from '../../jobs/services.ts';
import { HealthService } from './health.service.ts';

export function healthRoutes(deps: Deps, { installation }: JobServices): Handlers<typeof contract.health> {
  const health = new HealthService(deps, installation);
  return {
    check: async () => {
      const body = await health.check();
      return body.status === 'ok' || body.status === 'degraded' ? { status: 200, body } : { status: 503, body };
    },
    live: async () => ({ status: 200, body: { status: 'ok' as const } }),
  };
}
