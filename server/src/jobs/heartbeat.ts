import type { Phase, Reporter } from '../imaging/protocol.ts';
import type { Deps } from '../deps.ts';
import type { JobFile } from '@som3d/contract';
import type { JobLog } from './job-log.ts';
import { presentPreview } from './progress.ts';
import type { ClaimedJob, JobQueue } from './queue.ts';
import type { JobSignals } from './signals.ts';

/** How often the worker reads the row: any process notices a cancelled job in this time. */
const LOOK_MS = 500;
/** How often the worker writes progress within a phase at most: less often where Redis carries it as well. */
const WRITE_MS = 1000;
const WRITE_BESIDE_REDIS_MS = 2500;
/** How often the worker signals progress within a phase at most. */
const SIGNAL_MS = 250;

type HeartbeatDeps = { readonly queue: JobQueue; readonly signals: JobSignals } & Pick<
  Deps,
  'config' | 'log' | 'redis'
>;

interface Progress {
  readonly phase: Phase;
  readonly percent: number;
}

/**
 * Keeps a job's lease while it is computed, signals and writes its progress, writes its log, and notices that the row was
 * cancelled, deleted or taken over. Begins at once.
 */
export class Heartbeat {
  readonly #deps: HeartbeatDeps;
  readonly #job: ClaimedJob;
  readonly #jobLog: JobLog;
  readonly #onLost: () => void;
  readonly #renewMs: number;
  readonly #writeMs: number;
  #progress: Progress;
  #written: Progress;
  #preview: JobFile | null = null;
  #writtenAt = performance.now();
  #signaledAt = 0;
  #beatTimer: NodeJS.Timeout | undefined;
  #signalTimer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #stopped = false;

  /** @param onLost called once, when the row is no longer this worker's */
  constructor(deps: HeartbeatDeps, job: ClaimedJob, jobLog: JobLog, onLost: () => void) {
    this.#deps = deps;
    this.#job = job;
    this.#jobLog = jobLog;
    this.#onLost = onLost;
    this.#renewMs = (deps.config.SOM3D_LEASE_SECONDS * 1000) / 3;
    this.#writeMs = deps.redis ? WRITE_BESIDE_REDIS_MS : WRITE_MS;
    // What an earlier attempt reached stands: progress never goes back.
    this.#progress = { phase: 'reading', percent: job.percent };
    this.#written = this.#progress;
    this.#schedule();
    this.#signal();
  }

  /** Takes what the computation reports. */
  readonly reporter: Reporter = {
    progress: (phase, percent) => this.#move(phase, percent),
    log: (line) => this.#jobLog.add(line),
  };

  get percent(): number {
    return this.#progress.percent;
  }

  /** Signals at once that the first model can be downloaded. @param size bytes */
  showPreview(size: number): void {
    this.#preview = presentPreview(size);
    this.#signal();
  }

  /** Ends the heartbeat; no statement of its own is under way after this. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#beatTimer);
    clearTimeout(this.#signalTimer);
    await this.#beating;
  }

  #move(phase: Phase, percent: number): void {
    const before = this.#progress;
    // 100 is the row's when it is DONE
    const reached = Math.min(99, Math.max(before.percent, Math.floor(percent)));
    this.#progress = { phase, percent: reached };
    if (phase !== before.phase) return this.#signal();
    if (reached === before.percent) return;
    const wait = Math.max(0, SIGNAL_MS - (performance.now() - this.#signaledAt));
    this.#signalTimer ??= setTimeout(() => this.#signal(), wait);
  }

  #signal(): void {
    clearTimeout(this.#signalTimer);
    this.#signalTimer = undefined;
    this.#signaledAt = performance.now();
    const preview = this.#preview ? { preview: this.#preview } : {};
    const progress = { status: 'running', ...this.#progress, error: null, ...preview } as const;
    this.#deps.signals.emit('progress', this.#job.job_id, progress);
  }

  #schedule(): void {
    this.#beatTimer = setTimeout(() => {
      this.#beating = this.#beat();
    }, LOOK_MS);
  }

  async #beat(): Promise<void> {
    try {
      if (await this.#look()) await this.#jobLog.flush();
      else return this.#onLost();
    } catch (error) {
      // The database may come back before the lease ends; if it does not, the row will say so.
      this.#deps.log.warn({ err: error, job_id: this.#job.job_id }, 'heartbeat failed');
    }
    if (!this.#stopped) this.#schedule();
  }

  /** Whether the row is still this worker's. */
  async #look(): Promise<boolean> {
    const since = performance.now() - this.#writtenAt;
    const { phase, percent } = this.#progress;
    const moved = percent !== this.#written.percent && since >= this.#writeMs;
    const due = since >= this.#renewMs || moved || phase !== this.#written.phase;
    return due ? await this.#write() : await this.#deps.queue.owns(this.#job.job_id, this.#job.token);
  }

  async #write(): Promise<boolean> {
    const values = this.#progress;
    const ours = await this.#deps.queue.renew(this.#job.job_id, this.#job.token, values);
    this.#written = values;
    this.#writtenAt = performance.now();
    return ours;
  }
}
