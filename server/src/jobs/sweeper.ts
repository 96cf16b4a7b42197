import type { Deps } from '../deps.ts';
import { sweepOwned } from '../gateways/storage/owned-name.ts';
import { workFolder } from './attempt.ts';
import type { Deletions } from './deletions.ts';
import { whyNotSwept, type Installation, type StorageFault } from './installation.ts';
import { createJobLog } from './job-log.ts';
import type { Orphans } from './orphans.ts';
import type { JobQueue } from './queue.ts';
import { forgetSilentWorkers } from './registry.ts';
import type { JobSignals } from './signals.ts';
import { MAX_ATTEMPTS } from './states.ts';
import type { Trash } from './trash.ts';
import { sweepUploads } from './unfinished-uploads.ts';

const EVERY_MS = 60_000;
/** Added to the longest a job may take: a work folder older than that has no owner. */
const WORK_MARGIN_MS = 3_600_000;

const EXHAUSTED = {
  code: 'WORKER_LOST',
  message: `La conversión se interrumpió ${MAX_ATTEMPTS} veces sin terminar. Súbala de nuevo; si se repite, avise al soporte.`,
};

interface Parts {
  readonly queue: JobQueue;
  readonly signals: JobSignals;
  readonly deletions: Deletions;
  readonly installation: Installation;
  readonly orphans: Orphans;
  readonly trash: Trash;
}

type Step = () => Promise<unknown>;

/**
 * Puts right what processes that died have left: jobs that nobody may take up again, stored objects that no job names,
 * half-written files. Each step is safe beside other sweepers and running workers. Nothing happens before `start`.
 */
export class Sweeper {
  readonly #deps: Pick<Deps, 'orm' | 'clock' | 'machineAheadMs' | 'config' | 'log' | 'storage'>;
  readonly #parts: Parts;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | null = null;
  #fault: StorageFault | null = null;

  constructor(deps: Pick<Deps, 'orm' | 'clock' | 'machineAheadMs' | 'config' | 'log' | 'storage'>, parts: Parts) {
    this.#deps = deps;
    this.#parts = parts;
  }

  /** Sweeps now and every minute. */
  start(): void {
    this.#timer = setInterval(this.#begin, EVERY_MS);
    this.#begin();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
    await this.#try(() => this.#parts.installation.leave());
  }

  /** One whole round, also when another process has just done one. */
  async sweep(): Promise<void> {
    await this.#round(() => this.#parts.orphans.sweep());
  }

  readonly #begin = (): void => {
    this.#sweeping ??= this.#round(() => this.#parts.orphans.sweepInTurn()).finally(() => {
      this.#sweeping = null;
    });
  };

  /** A step that fails is logged and does not keep the others from running. */
  async #round(sweepOrphans: Step): Promise<void> {
    const { deletions, installation, trash } = this.#parts;
    const { storage, config } = this.#deps;
    await this.#try(() => this.#endExhausted());
    await this.#try(() => forgetSilentWorkers(this.#deps));
    await this.#try(() => sweepOwned(workFolder(config.dataDir), this.#workBoundMs));
    await this.#try(async () => {
      // What follows removes from the storage: only while it belongs to this database.
      const fault = await installation.settle();
      this.#report(fault);
      if (fault) return;
      // Before the deletions, which remove what it notes.
      await this.#try(() => sweepUploads(this.#deps, this.#graceMs));
      await this.#try(() => deletions.workOff());
      await this.#try(() => storage.sweep(this.#graceMs));
      await this.#try(sweepOrphans);
      await this.#try(() => trash.empty());
    });
  }

  async #try(step: Step): Promise<void> {
    await step().catch((error: unknown) => this.#deps.log.warn({ err: error }, 'sweeper step failed'));
  }

  /** Once for each change. */
  #report(fault: StorageFault | null): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    if (fault) this.#deps.log.error({ fault }, whyNotSwept(fault));
    else this.#deps.log.info('the database and the storage belong together');
  }

  get #workBoundMs(): number {
    return this.#deps.config.SOM3D_JOB_TIMEOUT_MINUTES * 60_000 + WORK_MARGIN_MS;
  }

  /** A machine whose clock is ahead would take for old what others are writing. */
  get #graceMs(): number {
    return this.#deps.config.SOM3D_ORPHAN_GRACE_SECONDS * 1000 + Math.max(0, this.#deps.machineAheadMs());
  }

  async #endExhausted(): Promise<void> {
    const { queue, signals } = this.#parts;
    for (const { job_id, percent } of await queue.failExhausted(EXHAUSTED)) {
      const jobLog = createJobLog(this.#deps, job_id);
      jobLog.add(EXHAUSTED.message);
      await jobLog.flush();
      signals.emit('progress', job_id, { status: 'error', phase: 'error', percent, error: EXHAUSTED.message });
    }
  }
}
