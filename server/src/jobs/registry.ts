import { hostname } from 'node:os';
import { createLoop, type Loop } from '../base/loop.ts';
import { kysely } from '../db/kysely.ts';
import { upsert } from '../db/upsert.ts';
import type { Deps } from '../deps.ts';
import { describeEngines, type EngineDescription } from '../imaging/engines/describe.ts';
import { VERSION } from '../base/version.ts';
import { OWNER } from './owner.ts';
import { segmentationOf } from './request.ts';

const BEAT_MS = 15_000;
/** A worker that has not been heard of for this long is gone. */
export const SILENT_MS = 60_000;
const HOST_LENGTH = 190;

/** What a worker can do, as its row says it. */
export interface WorkerCapabilities {
  readonly concurrency: number;
  readonly threads: number;
  /** Memory that one job may plan for, in MiB. */
  readonly memoryMb: number;
  readonly engines: EngineDescription;
}

/** Keeps this worker's row in the registry, and takes it out when the worker stops. */
export function createRegistration({ orm, clock, config, log }: Pick<Deps, 'orm' | 'clock' | 'config' | 'log'>): Loop {
  const startedAt = clock();
  let capabilities: string | undefined;

  const describe = async (): Promise<string> => {
    const described: WorkerCapabilities = {
      concurrency: config.SOM3D_WORKER_CONCURRENCY,
      threads: config.SOM3D_WORKER_THREADS,
      memoryMb: config.SOM3D_WORKER_MEMORY_MB,
      engines: await describeEngines(segmentationOf(config)),
    };
    return JSON.stringify(described);
  };

  const beat = async (): Promise<void> => {
    capabilities ??= await describe();
    const heartbeat_at = clock();
    const row = {
      worker_id: OWNER,
      host: hostname().slice(0, HOST_LENGTH),
      pid: process.pid,
      version: VERSION,
      capabilities_json: capabilities,
      started_at: startedAt,
      heartbeat_at,
    };
    await upsert(orm.em.fork(), 'worker_node', row, ['worker_id'], { heartbeat_at });
  };

  const loop = createLoop({ name: 'worker registration', everyMs: BEAT_MS, run: beat, log });
  const leave = async (): Promise<void> => {
    await kysely(orm.em.fork()).deleteFrom('worker_node').where('worker_id', '=', OWNER).execute();
  };
  return {
    ...loop,
    stop: async () => {
      await loop.stop();
      await leave().catch((error: unknown) => log.warn({ err: error }, 'worker not removed from the registry'));
    },
  };
}

/** Workers that are heard of, the longest running first. */
export async function listWorkers({ orm, clock }: Pick<Deps, 'orm' | 'clock'>) {
  return await kysely(orm.em.fork())
    .selectFrom('worker_node')
    .select(['worker_id', 'host', 'pid', 'version', 'capabilities_json', 'started_at', 'heartbeat_at'])
    .where('heartbeat_at', '>', new Date(clock().getTime() - SILENT_MS))
    .orderBy('started_at')
    .orderBy('worker_id')
    .execute();
}

/** Takes out workers that ended without a word. */
export async function forgetSilentWorkers({ orm, clock }: Pick<Deps, 'orm' | 'clock'>): Promise<void> {
  await kysely(orm.em.fork())
    .deleteFrom('worker_node')
    .where('heartbeat_at', '<=', new Date(clock().getTime() - SILENT_MS))
    .execute();
}
