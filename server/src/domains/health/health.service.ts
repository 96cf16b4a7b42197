import type { Health } from '@som3d/contract';
import type { z } from 'zod';
import { pendingMigrations } from '../../db/migrate.ts';
import type { Deps } from '../../deps.ts';
import { VERSION } from '../../base/version.ts';

/** How long a check may take before its service counts as down, in ms. */
const CHECK_LIMIT_MS = 3000;
/** A schema that was found complete is not looked at again for this long, in ms. */
const SCHEMA_KEPT_MS = 30_000;

interface Timed<T> {
  readonly ms: number;
  /** Undefined when the check failed or was too slow. */
  readonly result: T | undefined;
}

async function timed<T>(check: () => Promise<T>): Promise<Timed<T>> {
  const started = performance.now();
  const late = Promise.withResolvers<undefined>();
  const limit = setTimeout(() => late.resolve(undefined), CHECK_LIMIT_MS);
  const result = await Promise.race([check(), late.promise]).catch(() => undefined);
  clearTimeout(limit);
  return { ms: Math.round(performance.now() - started), result };
}

function stateOf({ ms, result }: Timed<true>) {
  return { status: result ? ('ok' as const) : ('error' as const), ms };
}

type HealthDeps = Pick<Deps, 'orm' | 'storage' | 'redis' | 'lifecycle'>;

/** Whether this process can serve: what it needs answers, and it is not about to end. */
export function createHealth({ orm, storage, redis, lifecycle }: HealthDeps) {
  let completeUntil = 0;

  const countPending = async (): Promise<number> => {
    if (performance.now() < completeUntil) return 0;
    const { length } = await pendingMigrations(orm);
    if (length === 0) completeUntil = performance.now() + SCHEMA_KEPT_MS;
    return length;
  };

  /** Without Redis jobs go on, only slower: nothing to take the process out for. */
  const askQueue = async () => {
    if (!redis) return { status: 'none' as const, ms: 0 };
    const { ms, result } = await timed(() => redis.client.ping());
    return { status: result === 'PONG' ? ('ok' as const) : ('degraded' as const), ms };
  };

  const check = async (): Promise<z.output<typeof Health>> => {
    const [database, files, pending, queue] = await Promise.all([
      timed(async () => {
        await orm.em.getConnection().execute('select 1');
        return true as const;
      }),
      timed(async () => {
        await storage.check();
        return true as const;
      }),
      timed(countPending),
      askQueue(),
    ]);
    const able = database.result === true && files.result === true && pending.result === 0;
    const serving = queue.status === 'degraded' ? 'degraded' : 'ok';
    return {
      status: lifecycle.leaving.aborted ? 'draining' : able ? serving : 'error',
      version: VERSION,
      uptime_s: Math.round(process.uptime()),
      services: {
        database: stateOf(database),
        storage: stateOf(files),
        migrations: {
          status: pending.result === 0 ? 'ok' : 'error',
          ms: pending.ms,
          pending: pending.result ?? null,
        },
        queue,
      },
    };
  };

  return { check };
}
