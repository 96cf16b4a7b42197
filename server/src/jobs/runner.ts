import { setTimeout as pause } from 'node:timers/promises';
import { usableMemoryMb } from '../config/machine.ts';
import type { Deps } from '../deps.ts';
import { observeAttempt } from './attempt-observer.ts';
import { Attempt, type AttemptDeps, type AttemptEnd, type StopReason } from './attempt.ts';
import type { MessageSource } from './bullmq/source.ts';
import { createDatabaseSource, type DatabaseSource } from './database-source.ts';
import { isGone, OWNER } from './owner.ts';
import type { ClaimedJob } from './queue.ts';
import { UNSTARTED_PAUSE_MS } from './retry.ts';
import { createSlots, type Release, type Slots } from './slots.ts';

interface Active {
  readonly jobId: string;
  readonly controller: AbortController;
  readonly ended: Promise<unknown>;
}

const LEFT_TO_THE_LEASE: AttemptEnd = { again: null, unstarted: false };

type RunnerDeps = Omit<AttemptDeps, 'observer'> & Pick<Deps, 'telemetry'>;

/**
 * Takes jobs and has them computed, each in a process of its own, `SOM3D_WORKER_CONCURRENCY` at once. It claims them
 * from the database, or, with Redis, when a message of the queue names them; while Redis is away, from the database
 * again. Any number of runners, in any number of processes, share one database. Nothing happens before `start`.
 */
export class Runner {
  readonly #deps: RunnerDeps;
  readonly #slots: Slots;
  readonly #database: DatabaseSource;
  #messages: MessageSource | null = null;
  readonly #active = new Set<Active>();
  readonly #stopping = new AbortController();

  constructor(deps: RunnerDeps) {
    const { config, queue, log, redis } = deps;
    const concurrency = config.SOM3D_WORKER_CONCURRENCY;
    this.#deps = deps;
    this.#slots = createSlots(concurrency);
    this.#database = createDatabaseSource(
      { queue, slots: this.#slots, log },
      {
        wanted: () => !redis?.reachable,
        begin: (job, release) => void this.#compute(job, release),
      },
    );
  }

  /** Begins to take jobs. */
  async start(): Promise<void> {
    this.#checkMemory();
    this.#deps.signals.on('queued', this.#database.wake);
    this.#deps.signals.on('canceled', this.#onCanceled);
    await this.#releaseLeases();
    this.#messages = await this.#openMessages();
    if (this.#stopping.signal.aborted) return;
    this.#database.start();
    this.#messages?.start();
  }

  /** Takes no more jobs, ends those that are being computed and hands them back. Resolves when all is settled. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#deps.signals.off('queued', this.#database.wake);
    this.#deps.signals.off('canceled', this.#onCanceled);
    this.#slots.close();
    const closed = Promise.all([this.#database.stop(), this.#messages?.stop()]);
    for (const { controller } of this.#active) controller.abort('shutdown' satisfies StopReason);
    await closed;
    await Promise.all([...this.#active].map(({ ended }) => ended));
  }

  readonly #onCanceled = (canceled: string): void => {
    for (const { jobId, controller } of this.#active) {
      if (jobId === canceled) controller.abort('lost' satisfies StopReason);
    }
  };

  /** Computes a claimed job in a slot that was taken for it. Never rejects. */
  async #compute(job: ClaimedJob, release: Release): Promise<AttemptEnd> {
    const { log, signals, telemetry } = this.#deps;
    const { job_id, attempts } = job;
    const controller = new AbortController();
    const observer = observeAttempt(telemetry, log, job, OWNER);
    const attempt = observer.run(() => new Attempt({ ...this.#deps, observer }, job, controller).run());
    const ended = attempt.catch((error: unknown) => {
      log.error({ err: error, job_id }, 'end of a job not stored; its lease will expire');
      return LEFT_TO_THE_LEASE;
    });
    const entry: Active = { jobId: job_id, controller, ended };
    this.#active.add(entry);
    // The job may be claimed in the very moment of stopping.
    if (this.#stopping.signal.aborted) controller.abort('shutdown' satisfies StopReason);
    const end = await ended;
    observer.ended('lost');
    this.#active.delete(entry);
    log.info({ job_id, attempt: attempts }, 'job released');
    if (end.again) signals.emit('queued', job_id);
    void this.#leave(release, end.unstarted);
    return end;
  }

  /** Frees the slot once the worker can take another job. */
  async #leave(release: Release, unstarted: boolean): Promise<void> {
    const { signal } = this.#stopping;
    if (unstarted) await pause(UNSTARTED_PAUSE_MS, undefined, { signal }).catch(() => undefined);
    release();
    this.#database.wake();
  }

  /**
   * Takes up at once the jobs of workers that were killed. The embedded database is on this machine, so its workers are
   * too. Elsewhere two machines may have one name, and the lease decides.
   */
  async #releaseLeases(): Promise<void> {
    const { config, queue, log } = this.#deps;
    if (!config.embedded) return;
    await queue
      .releaseLeases(isGone)
      .catch((error: unknown) => log.warn({ err: error }, 'leases of ended workers not released'));
  }

  async #openMessages(): Promise<MessageSource | null> {
    const { config, queue, log, redis } = this.#deps;
    if (!redis) return null;
    const { createMessageSource } = await import('./bullmq/source.ts');
    const compute = this.#compute.bind(this);
    const concurrency = config.SOM3D_WORKER_CONCURRENCY;
    return createMessageSource({ queue, slots: this.#slots, log }, { redis, compute, concurrency });
  }

  #checkMemory(): void {
    const { config, log } = this.#deps;
    const needed = config.SOM3D_WORKER_CONCURRENCY * config.SOM3D_WORKER_MEMORY_MB;
    const usable = usableMemoryMb();
    if (needed > usable) log.warn({ needed_mb: needed, usable_mb: usable }, 'jobs may need more memory than available');
  }
}
