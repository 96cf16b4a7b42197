import type { Phase, Reporter } from '../imaging/protocol.ts';
import type { Deps } from '../deps.ts';
import type { JobLog } from './job-log.ts';
import type { ClaimedJob, JobQueue } from './queue.ts';
import type { JobSignals } from './signals.ts';

/** How often the row is looked at: a cancelled job is noticed in this time by any process. */
const LOOK_MS = 500;
/** How often progress within a phase is written at most: less often where it is told through Redis as well. */
const WRITE_MS = 1000;
const WRITE_BESIDE_REDIS_MS = 2500;
/** How often progress within a phase is told at most. */
const TELL_MS = 250;

type HeartbeatDeps = { readonly queue: JobQueue; readonly signals: JobSignals } & Pick<
  Deps,
  'config' | 'log' | 'redis'
>;

/**
 * Keeps a job's lease while it is computed, tells and writes its progress, writes its log, and learns that the row was cancelled,
 * deleted or taken over.
 *
 * @param onLost called once, when the row is no longer this worker's
 */
export function startHeartbeat(
  { queue, signals, config, log, redis }: HeartbeatDeps,
  job: ClaimedJob,
  jobLog: JobLog,
  onLost: () => void,
) {
  const renewMs = (config.SOM3D_LEASE_SECONDS * 1000) / 3;
  // What an earlier attempt reached stands: progress never goes back.
  const progress: { phase: Phase; percent: number } = { phase: 'reading', percent: job.percent };
  const writeMs = redis ? WRITE_BESIDE_REDIS_MS : WRITE_MS;
  let written = { ...progress };
  let writtenAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let beating: Promise<void> = Promise.resolve();

  const write = async (): Promise<boolean> => {
    const values = { ...progress };
    const ours = await queue.renew(job.job_id, job.token, values);
    written = values;
    writtenAt = performance.now();
    return ours;
  };

  const look = async (): Promise<boolean> => {
    const since = performance.now() - writtenAt;
    const moved = progress.percent !== written.percent && since >= writeMs;
    const due = since >= renewMs || moved || progress.phase !== written.phase;
    return due ? await write() : await queue.owns(job.job_id, job.token);
  };

  const beat = async (): Promise<void> => {
    try {
      if (await look()) await jobLog.flush();
      else return onLost();
    } catch (error) {
      // The database may come back before the lease ends; if it does not, the row will say so.
      log.warn({ err: error, job_id: job.job_id }, 'heartbeat failed');
    }
    if (!stopped) schedule();
  };

  const schedule = (): void => {
    timer = setTimeout(() => {
      beating = beat();
    }, LOOK_MS);
  };
  schedule();

  let toldAt = 0;
  let telling: NodeJS.Timeout | undefined;
  const tell = (): void => {
    clearTimeout(telling);
    telling = undefined;
    toldAt = performance.now();
    signals.emit('progress', job.job_id, { status: 'running', ...progress, error: null });
  };
  tell();

  const reporter: Reporter = {
    progress: (phase, percent) => {
      // 100 is the row's when it is DONE
      const reached = Math.min(99, Math.max(progress.percent, Math.floor(percent)));
      const [entered, moved] = [phase !== progress.phase, reached !== progress.percent];
      progress.phase = phase;
      progress.percent = reached;
      if (entered) tell();
      else if (moved) telling ??= setTimeout(tell, Math.max(0, TELL_MS - (performance.now() - toldAt)));
    },
    log: jobLog.add,
  };
  /** Ends the heartbeat; no statement of its own is under way after this. */
  const stop = async (): Promise<void> => {
    stopped = true;
    clearTimeout(timer);
    clearTimeout(telling);
    await beating;
  };
  return { reporter, stop, reached: () => progress.percent };
}
export type Heartbeat = ReturnType<typeof startHeartbeat>;
