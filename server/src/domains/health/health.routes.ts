import type { contract } from '@som3d/contract';
import type { Handlers } from '../../http/router.ts';
import type { Deps } from '../../deps.ts';
import { VERSION } from '../../version.ts';

/** How long a check may take before its service counts as down, in ms. */
const CHECK_LIMIT_MS = 3000;

type ServiceState = { status: 'ok' | 'error'; ms: number };

const timed = async (check: () => Promise<unknown>): Promise<ServiceState> => {
  const started = performance.now();
  const limit = AbortSignal.timeout(CHECK_LIMIT_MS);
  const late = new Promise<never>((_, reject) => limit.addEventListener('abort', () => reject(new Error('too slow'))));
  const status = await Promise.race([check(), late]).then(
    () => 'ok' as const,
    () => 'error' as const,
  );
  return { status, ms: Math.round(performance.now() - started) };
};

export const healthRoutes = ({ orm, storage }: Deps): Handlers<typeof contract.health> => ({
  check: async () => {
    const [database, files] = await Promise.all([
      timed(() => orm.em.getConnection().execute('select 1')),
      timed(() => storage.check()),
    ]);
    const healthy = database.status === 'ok' && files.status === 'ok';
    const body = {
      status: healthy ? ('ok' as const) : ('error' as const),
      version: VERSION,
      uptime_s: Math.round(process.uptime()),
      services: { database, storage: files },
    };
    return healthy ? { status: 200, body } : { status: 503, body };
  },
  live: async () => ({ status: 200, body: { status: 'ok' as const } }),
});
