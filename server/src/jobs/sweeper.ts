import { kysely } from '../db/kysely.ts';
import type { Deps } from '../deps.ts';
import { sweepOwned } from '../gateways/storage/owned-name.ts';
import type { StoredObject } from '../gateways/storage/storage.ts';
import { workFolder } from './attempt.ts';
import { createDeletions } from './deletions.ts';
import { createJobLog } from './job-log.ts';
import { attemptOf, attemptPrefix, jobOf } from './keys.ts';
import { createJobQueue } from './queue.ts';
import { forgetSilentWorkers } from './registry.ts';
import type { JobSignals } from './signals.ts';
import { isTerminal, MAX_ATTEMPTS, type JobState } from './states.ts';

const EVERY_MS = 60_000;
const BATCH = 200;
/** Added to the longest a job may take: a work folder older than that has no owner. */
const WORK_MARGIN_MS = 3_600_000;

const EXHAUSTED = {
  code: 'WORKER_LOST',
  message: `La conversión se interrumpió ${MAX_ATTEMPTS} veces sin terminar. Súbala de nuevo; si se repite, avise al soporte.`,
};

interface JobFiles {
  readonly status: JobState;
  readonly input_key: string | null;
  readonly lease_token: string | null;
  readonly result_key: string | null;
}

/**
 * Puts right what processes that died have left: jobs that nobody may take up again, stored objects that no job
 * names, half-written files. Each step is safe beside other sweepers and running workers. Nothing happens before
 * `start`.
 */
export function createSweeper(
  deps: Pick<Deps, 'orm' | 'clock' | 'machineAheadMs' | 'config' | 'log' | 'storage'>,
  signals: JobSignals,
) {
  const { orm, config, log, storage } = deps;
  const queue = createJobQueue(deps);
  const graceMs = config.SOM3D_ORPHAN_GRACE_SECONDS * 1000;
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> | null = null;

  const endExhausted = async (): Promise<void> => {
    for (const { job_id, percent } of await queue.failExhausted(EXHAUSTED)) {
      const jobLog = createJobLog(deps, job_id);
      jobLog.add(EXHAUSTED.message);
      await jobLog.flush();
      signals.emit('progress', job_id, { status: 'error', phase: 'error', percent, error: EXHAUSTED.message });
    }
  };

  const isNamed = (object: StoredObject, jobId: string, job: JobFiles): boolean => {
    if (object.key === job.input_key) return !isTerminal(job.status) || config.SOM3D_KEEP_INPUT;
    if (job.status === 'DONE') return job.result_key !== null && attemptOf(job.result_key) === attemptOf(object.key);
    return (
      job.status === 'RUNNING' &&
      job.lease_token !== null &&
      object.key.startsWith(attemptPrefix(jobId, job.lease_token))
    );
  };

  /** The rows are read after the objects were listed: an attempt's lease is in its row before it stores anything. */
  const removeOrphans = async (objects: readonly StoredObject[]): Promise<void> => {
    const rows = await kysely(orm.em.fork())
      .selectFrom('JobConv')
      .select(['job_id', 'status', 'input_key', 'lease_token', 'result_key'])
      .where('job_id', 'in', [...new Set(objects.map(({ key }) => jobOf(key)))])
      .execute();
    const jobs = new Map(rows.map((row) => [row.job_id, row]));
    for (const object of objects) {
      const jobId = jobOf(object.key);
      const job = jobs.get(jobId);
      if (job && isNamed(object, jobId, job)) continue;
      await storage.remove(object.key);
      log.info({ key: object.key }, 'orphaned file removed');
    }
  };

  const sweepObjects = async (prefix: string): Promise<void> => {
    // The age of a file is the disk's, not the service's clock.
    const before = Date.now() - deps.machineAheadMs() - graceMs;
    let batch: StoredObject[] = [];
    for await (const object of storage.list(prefix)) {
      if (object.modifiedAt.getTime() > before) continue;
      batch.push(object);
      if (batch.length < BATCH) continue;
      await removeOrphans(batch);
      batch = [];
    }
    if (batch.length > 0) await removeOrphans(batch);
  };

  const workBoundMs = config.SOM3D_JOB_TIMEOUT_MINUTES * 60_000 + WORK_MARGIN_MS;
  const steps: readonly (() => Promise<unknown>)[] = [
    endExhausted,
    () => forgetSilentWorkers(deps),
    () => createDeletions(deps).workOff(),
    // A machine whose clock is ahead would take for old what others are writing.
    () => storage.sweep(graceMs + Math.max(0, deps.machineAheadMs())),
    () => sweepOwned(workFolder(config.dataDir), workBoundMs),
    () => sweepObjects('uploads/'),
    () => sweepObjects('results/'),
  ];

  /** One round. A step that fails is logged and does not keep the others from running. */
  const sweep = async (): Promise<void> => {
    for (const step of steps) {
      await step().catch((error: unknown) => log.warn({ err: error }, 'sweeper step failed'));
    }
  };

  const round = (): void => {
    sweeping ??= sweep().finally(() => {
      sweeping = null;
    });
  };

  /** Sweeps now and every minute. */
  const start = (): void => {
    timer = setInterval(round, EVERY_MS);
    round();
  };

  const stop = async (): Promise<void> => {
    clearInterval(timer);
    await sweeping;
  };

  return { start, stop, sweep };
}
export type Sweeper = ReturnType<typeof createSweeper>;
