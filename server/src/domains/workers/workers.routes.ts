import type { contract } from '@som3d/contract';
import type { Deps } from '../../deps.ts';
import type { Handlers } from '../../http/router.ts';
import { listWorkers } from '../../jobs/registry.ts';
import { presentGpuCheck } from './workers.presenter.ts';

/** Which processes convert scans, and with what: behaviour.md section 10. */
export function workerRoutes(deps: Pick<Deps, 'orm' | 'clock'>): Handlers<typeof contract.workers> {
  const check = async () => ({ status: 200 as const, body: presentGpuCheck(await listWorkers(deps)) });
  return { gpuCheck: check, som3dGpuCheck: check };
}
