import type { JobProgress } from '@som3d/contract';
import { kysely } from '../db/kysely.ts';
import type { Deps } from '../deps.ts';
import { presentProgress } from './progress.ts';
import type { JobSignals } from './signals.ts';

/** Pause between two looks at the rows that are watched. */
const LOOK_MS = 1000;
/** The same where Redis carries every change to every process: the look then only finds what got lost. */
const BRIDGED_LOOK_MS = 5000;
/** Least pause between two looks, however many jobs end at once. */
const LEAST_MS = 100;
/** A worker writes its row less often than it reports: for so long after its last report the row can be older, in ms. */
const LAG_MS = 3000;

/** How far a job is, and whose it is. */
export interface JobSnapshot {
  readonly id_usuario: number;
  readonly progress: JobProgress;
}

export interface JobWatcher {
  /** Called after every look, also when nothing has changed, and for every report of a worker. */
  seen(snapshot: JobSnapshot): void;
  /** The job has been deleted, or this process ends: nothing more will come. */
  ended(): void;
}

interface Watched {
  snapshot: JobSnapshot;
  /** When a worker last reported, in ms of the monotonic clock. */
  reportedAt: number;
  readonly watchers: Set<JobWatcher>;
}

export function hasEnded({ status }: JobProgress): boolean {
  return status !== 'queued' && status !== 'running';
}

/**
 * Looks at jobs for all who want to see them move: one statement for all watched rows in a slow rhythm, as long as
 * somebody watches, and what the workers report in between. A report is only a hint: that a job has ended or changed its
 * state the row decides, which is looked at at once.
 */
export class JobWatch {
  readonly #deps: Pick<Deps, 'orm' | 'config' | 'log'>;
  readonly #signals: JobSignals;
  readonly #everyMs: number;
  readonly #jobs = new Map<string, Watched>();
  #closed = false;
  #looking = false;
  #askedAgain = false;
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = -Infinity;

  constructor(deps: Pick<Deps, 'orm' | 'config' | 'log'>, signals: JobSignals) {
    this.#deps = deps;
    this.#signals = signals;
    this.#everyMs = deps.config.REDIS_URL === undefined ? LOOK_MS : BRIDGED_LOOK_MS;
    signals.on('progress', this.#onProgress);
    signals.on('canceled', this.#onCanceled);
  }

  /**
   * Begins to watch a job. Nothing is called before this has returned, and nothing after the returned function.
   *
   * @param snapshot the row as the caller has just read it
   */
  watch(jobId: string, snapshot: JobSnapshot, watcher: JobWatcher): () => void {
    const job = this.#jobs.get(jobId) ?? { snapshot, reportedAt: -Infinity, watchers: new Set() };
    this.#jobs.set(jobId, job);
    job.watchers.add(watcher);
    // The job may have moved since the caller has read it.
    this.#nudge();
    return () => {
      job.watchers.delete(watcher);
      if (job.watchers.size > 0 || this.#jobs.get(jobId) !== job) return;
      this.#jobs.delete(jobId);
      if (this.#jobs.size === 0) clearTimeout(this.#timer);
    };
  }

  isClosed(): boolean {
    return this.#closed;
  }

  /** Ends every watch, for good. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#signals.off('progress', this.#onProgress);
    this.#signals.off('canceled', this.#onCanceled);
    for (const [jobId, job] of this.#jobs) this.#end(jobId, job);
  }

  readonly #onProgress = (jobId: string, progress: JobProgress): void => {
    const job = this.#jobs.get(jobId);
    if (!job) return;
    const present = job.snapshot.progress;
    if (progress.status !== 'running' || present.status !== 'running') return this.#nudge();
    // The last report of a worker that has lost the job: progress never goes back.
    if (progress.percent < present.percent) return;
    job.reportedAt = performance.now();
    this.#show(job, { ...job.snapshot, progress });
  };

  readonly #onCanceled = (jobId: string): void => {
    if (this.#jobs.has(jobId)) this.#nudge();
  };

  /** An error of one watcher reaches neither the others nor the worker that reported. */
  #call(job: Watched, use: (watcher: JobWatcher) => void): void {
    for (const watcher of job.watchers) {
      try {
        use(watcher);
      } catch (error) {
        this.#deps.log.error({ err: error }, 'job watcher failed');
      }
    }
  }

  #show(job: Watched, snapshot: JobSnapshot): void {
    job.snapshot = snapshot;
    this.#call(job, (watcher) => watcher.seen(snapshot));
  }

  #end(jobId: string, job: Watched): void {
    this.#jobs.delete(jobId);
    this.#call(job, (watcher) => watcher.ended());
  }

  /** Whether the row shows less than its worker has reported a moment ago. */
  #lags({ snapshot, reportedAt }: Watched, row: JobProgress): boolean {
    return (
      row.status === 'running' &&
      snapshot.progress.status === 'running' &&
      row.percent <= snapshot.progress.percent &&
      performance.now() - reportedAt < LAG_MS
    );
  }

  async #look(): Promise<void> {
    const asked = [...this.#jobs.keys()];
    const rows = await kysely(this.#deps.orm.em.fork())
      .selectFrom('JobConv')
      .select(['job_id', 'id_usuario', 'status', 'phase', 'percent', 'error', 'preview_size'])
      .where('job_id', 'in', asked)
      .execute();
    const found = new Map(rows.map((row) => [row.job_id, row]));
    for (const jobId of asked) {
      const job = this.#jobs.get(jobId);
      if (!job) continue;
      const row = found.get(jobId);
      if (!row) {
        this.#end(jobId, job);
        continue;
      }
      const progress = presentProgress(row);
      const shown = this.#lags(job, progress) ? job.snapshot.progress : progress;
      this.#show(job, { id_usuario: row.id_usuario, progress: shown });
    }
  }

  async #round(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    this.#askedAgain = false;
    this.#lookedAt = performance.now();
    try {
      if (this.#jobs.size > 0) await this.#look();
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'cannot read watched jobs');
    }
    this.#looking = false;
    this.#schedule(this.#askedAgain ? LEAST_MS : this.#everyMs);
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#closed && this.#jobs.size > 0) this.#timer = setTimeout(() => void this.#round(), ms);
  }

  #nudge(): void {
    if (this.#looking) this.#askedAgain = true;
    else this.#schedule(Math.max(0, this.#lookedAt + LEAST_MS - performance.now()));
  }
}
