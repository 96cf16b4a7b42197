import { setTimeout as pause } from 'node:timers/promises';
import { usableMemoryMb } from '../config/machine.ts';
import type { Deps } from '../deps.ts';
import { observeAttempt } from './attempt-observer.ts';
import { Attempt, type AttemptDeps, type AttemptEnd, type StopReason } from './attempt.ts';
import { createMessageSource } from './bullmq/source.ts';
import { createDatabaseSource } from './database-source.ts';
import { isGone, OWNER } from './owner.ts';
import type { ClaimedJob } from './queue.ts';
import { UNSTARTED_PAUSE_MS } from './retry.ts';
import type { JobServices } from './services.ts';
import { createSlots, type Release } from './slots.ts';

interface Active {
  readonly jobId: string;
  readonly controller: AbortController;
  readonly ended: Promise<unknown>;
}

const LEFT_TO_THE_LEASE: AttemptEnd = { again: null, unstarted: false };

/**
 * Takes jobs and has them computed, each in a process of its own, `SOM3D_WORKER_CONCURRENCY` at once. They are claimed
 * from the database, or, with Redis, when a message of the queue names them; while Redis is away, from the database
 * again. Any number of runners, in any number of processes, share one database. Nothing happens before `start`.
 */
export function createRunner(
  deps: Omit<AttemptDeps, 'queue' | 'signals' | 'observer'> & Pick<Deps, 'telemetry'>,
  { queue, signals }: Pick<JobServices, 'queue' | 'signals'>,
) {
  const { config, log, redis, telemetry } = deps;
  const slots = createSlots(config.SOM3D_WORKER_CONCURRENCY);
  const active = new Set<Active>();
  const stopping = new AbortController();

  const onCanceled = (canceled: string): void => {
    for (const { jobId, controller } of active) if (jobId === canceled) controller.abort('lost' satisfies StopReason);
  };

  /** The slot is free once the worker can take another job. */
  const leave = async (release: Release, unstarted: boolean): Promise<void> => {
    if (unstarted) await pause(UNSTARTED_PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    release();
    database.wake();
  };

  /** Computes a claimed job in a slot that was taken for it. Never rejects. */
  const compute = async (job: ClaimedJob, release: Release): Promise<AttemptEnd> => {
    const { job_id, attempts } = job;
    const controller = new AbortController();
    const observer = observeAttempt(telemetry, log, job, OWNER);
    const attempt = observer.run(() => new Attempt({ ...deps, queue, signals, observer }, job, controller).run());
    const ended = attempt.catch((error: unknown) => {
      log.error({ err: error, job_id }, 'end of a job not stored; its lease will expire');
      return LEFT_TO_THE_LEASE;
    });
    const entry: Active = { jobId: job_id, controller, ended };
    active.add(entry);
    // Claimed in the very moment of stopping.
    if (stopping.signal.aborted) controller.abort('shutdown' satisfies StopReason);
    const end = await ended;
    observer.ended('lost');
    active.delete(entry);
    log.info({ job_id, attempt: attempts }, 'job released');
    if (end.again) signals.emit('queued', job_id);
    void leave(release, end.unstarted);
    return end;
  };

  const bench = { queue, slots, log };
  const database = createDatabaseSource(bench, {
    wanted: () => !redis?.reachable,
    begin: (job, release) => void compute(job, release),
  });
  const messages =
    redis && createMessageSource(bench, { redis, compute, concurrency: config.SOM3D_WORKER_CONCURRENCY });

  /**
   * The embedded database is on this machine, so its workers are too: a job whose worker was killed is taken up at
   * once. Elsewhere two machines may have one name, and the lease decides.
   */
  const releaseLeases = async (): Promise<void> => {
    if (!config.embedded) return;
    await queue
      .releaseLeases(isGone)
      .catch((error: unknown) => log.warn({ err: error }, 'leases of ended workers not released'));
  };

  const checkMemory = (): void => {
    const needed = config.SOM3D_WORKER_CONCURRENCY * config.SOM3D_WORKER_MEMORY_MB;
    const usable = usableMemoryMb();
    if (needed > usable) log.warn({ needed_mb: needed, usable_mb: usable }, 'jobs may need more memory than available');
  };

  /** Begins to take jobs. */
  const start = async (): Promise<void> => {
    checkMemory();
    signals.on('queued', database.wake);
    signals.on('canceled', onCanceled);
    await releaseLeases();
    if (stopping.signal.aborted) return;
    database.start();
    messages?.start();
  };

  /** Takes no more jobs, ends those that are being computed and hands them back. Resolves when all is settled. */
  const stop = async (): Promise<void> => {
    stopping.abort();
    signals.off('queued', database.wake);
    signals.off('canceled', onCanceled);
    slots.close();
    const closed = Promise.all([database.stop(), messages?.stop()]);
    for (const { controller } of active) controller.abort('shutdown' satisfies StopReason);
    await closed;
    await Promise.all([...active].map(({ ended }) => ended));
  };

  return { start, stop };
}
export type Runner = ReturnType<typeof createRunner>;
