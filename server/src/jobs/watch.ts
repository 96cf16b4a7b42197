import type { JobProgress } from '@som3d/contract';
import { kysely } from '../db/kysely.ts';
import type { Deps } from '../deps.ts';
import { presentProgress } from './progress.ts';
import type { JobSignals } from './signals.ts';

/** Pause between two looks at the rows that are watched. */
const LOOK_MS = 1000;
/** The same where every process is told of every change: the look then only finds what was not told. */
const BRIDGED_LOOK_MS = 5000;
/** Least pause between two looks, however many jobs end at once. */
const LEAST_MS = 100;
/** A worker writes its row less often than it speaks: for so long after its last word the row may lag behind. */
const LAG_MS = 3000;

/** How far a job is, and whose it is. */
export interface JobSnapshot {
  readonly id_usuario: number;
  readonly progress: JobProgress;
}

export interface JobWatcher {
  /** Called with every look, also when nothing has changed, and with every word of a worker. */
  seen(snapshot: JobSnapshot): void;
  /** The job has been deleted, or this process ends: nothing more will come. */
  ended(): void;
}

interface Watched {
  snapshot: JobSnapshot;
  /** When a worker last spoke, in ms of the monotonic clock. */
  toldAt: number;
  readonly watchers: Set<JobWatcher>;
}

export function hasEnded({ status }: JobProgress): boolean {
  return status !== 'queued' && status !== 'running';
}

/**
 * Looks at jobs for all who want to see them move: one statement for all watched rows in a slow rhythm, as long as
 * somebody watches, and what the workers say in between. Their words are only hints: that a job has ended or changed
 * its state is believed when the row says so, which is looked at straight away.
 */
export function createJobWatch({ orm, config, log }: Pick<Deps, 'orm' | 'config' | 'log'>, signals: JobSignals) {
  const everyMs = config.REDIS_URL === undefined ? LOOK_MS : BRIDGED_LOOK_MS;
  const jobs = new Map<string, Watched>();
  let closed = false;
  let looking = false;
  let askedAgain = false;
  let timer: NodeJS.Timeout | undefined;
  let lookedAt = -Infinity;

  /** A watcher that fails is its own affair: the others go on, and so does the worker whose word it was. */
  const call = (job: Watched, say: (watcher: JobWatcher) => void): void => {
    for (const watcher of job.watchers) {
      try {
        say(watcher);
      } catch (error) {
        log.error({ err: error }, 'job watcher failed');
      }
    }
  };

  const tell = (job: Watched, snapshot: JobSnapshot): void => {
    job.snapshot = snapshot;
    call(job, (watcher) => watcher.seen(snapshot));
  };

  const end = (jobId: string, job: Watched): void => {
    jobs.delete(jobId);
    call(job, (watcher) => watcher.ended());
  };

  /** Whether the row shows less than its worker has said a moment ago. */
  const lags = ({ snapshot, toldAt }: Watched, row: JobProgress): boolean =>
    row.status === 'running' &&
    snapshot.progress.status === 'running' &&
    row.percent <= snapshot.progress.percent &&
    performance.now() - toldAt < LAG_MS;

  const look = async (): Promise<void> => {
    const asked = [...jobs.keys()];
    const rows = await kysely(orm.em.fork())
      .selectFrom('JobConv')
      .select(['job_id', 'id_usuario', 'status', 'phase', 'percent', 'error'])
      .where('job_id', 'in', asked)
      .execute();
    const found = new Map(rows.map((row) => [row.job_id, row]));
    for (const jobId of asked) {
      const job = jobs.get(jobId);
      if (!job) continue;
      const row = found.get(jobId);
      if (!row) {
        end(jobId, job);
        continue;
      }
      const progress = presentProgress(row);
      tell(job, { id_usuario: row.id_usuario, progress: lags(job, progress) ? job.snapshot.progress : progress });
    }
  };

  const schedule = (ms: number): void => {
    clearTimeout(timer);
    if (!closed && jobs.size > 0) timer = setTimeout(() => void round(), ms);
  };

  const round = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    askedAgain = false;
    lookedAt = performance.now();
    try {
      if (jobs.size > 0) await look();
    } catch (error) {
      log.warn({ err: error }, 'cannot read watched jobs');
    }
    looking = false;
    schedule(askedAgain ? LEAST_MS : everyMs);
  };

  const nudge = (): void => {
    if (looking) askedAgain = true;
    else schedule(Math.max(0, lookedAt + LEAST_MS - performance.now()));
  };

  const onProgress = (jobId: string, progress: JobProgress): void => {
    const job = jobs.get(jobId);
    if (!job) return;
    const present = job.snapshot.progress;
    if (progress.status !== 'running' || present.status !== 'running') return nudge();
    // The last words of a worker that has lost the job: it never goes back.
    if (progress.percent < present.percent) return;
    job.toldAt = performance.now();
    tell(job, { ...job.snapshot, progress });
  };
  const onCanceled = (jobId: string): void => {
    if (jobs.has(jobId)) nudge();
  };
  signals.on('progress', onProgress);
  signals.on('canceled', onCanceled);

  /**
   * Begins to watch a job. Nothing is called before this has returned, and nothing after the returned function.
   *
   * @param snapshot the row as the caller has just read it
   */
  const watch = (jobId: string, snapshot: JobSnapshot, watcher: JobWatcher): (() => void) => {
    const job = jobs.get(jobId) ?? { snapshot, toldAt: -Infinity, watchers: new Set() };
    jobs.set(jobId, job);
    job.watchers.add(watcher);
    // The job may have moved since the caller has read it.
    nudge();
    return () => {
      job.watchers.delete(watcher);
      if (job.watchers.size > 0 || jobs.get(jobId) !== job) return;
      jobs.delete(jobId);
      if (jobs.size === 0) clearTimeout(timer);
    };
  };

  /** Ends every watch, for good. */
  const close = (): void => {
    closed = true;
    clearTimeout(timer);
    signals.off('progress', onProgress);
    signals.off('canceled', onCanceled);
    for (const [jobId, job] of jobs) end(jobId, job);
  };

  return { watch, close, isClosed: (): boolean => closed };
}
export type JobWatch = ReturnType<typeof createJobWatch>;
