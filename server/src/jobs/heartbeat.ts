import type { Reporter } from '../imaging/protocol.ts';
import type { Deps } from '../deps.ts';
import type { JobLog } from './job-log.ts';
import type { ClaimedJob, JobQueue } from './queue.ts';

/** How often the row is looked at: a cancelled job is noticed in this time by any process. */
const LOOK_MS = 500;
/** How often progress is written at most. */
const WRITE_MS = 1000;

/**
 * Keeps a job's lease while it is computed, writes its progress and its log, and learns that the row was cancelled,
 * deleted or taken over.
 *
 * @param onLost called once, when the row is no longer this worker's
 */
export const startHeartbeat = (
  { queue, config, log }: { queue: JobQueue } & Pick<Deps, 'config' | 'log'>,
  job: ClaimedJob,
  jobLog: JobLog,
  onLost: () => void,
) => {
  const renewMs = (config.SOM3D_LEASE_SECONDS * 1000) / 3;
  // What an earlier attempt reached stands: progress never goes back.
  const progress = { phase: 'reading', percent: job.percent };
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
    const moved = progress.phase !== written.phase || progress.percent !== written.percent;
    const due = since >= renewMs || (moved && since >= WRITE_MS);
    return due ? await write() : await queue.owns(job.job_id, job.token);
  };

  const beat = async (): Promise<void> => {
    try {
      if (await look()) await jobLog.flush();
      else return onLost();
    } catch (error) {
      // The database may come back before the lease ends; if it does not, the row will say so.
      log.warn({ err: error, job_id: job.job_id }, 'a heartbeat failed');
    }
    if (!stopped) schedule();
  };

  const schedule = (): void => {
    timer = setTimeout(() => {
      beating = beat();
    }, LOOK_MS);
  };
  schedule();

  const reporter: Reporter = {
    progress: (phase, percent) => {
      progress.phase = phase;
      // 100 is the row's when it is DONE
      progress.percent = Math.min(99, Math.max(progress.percent, Math.floor(percent)));
    },
    log: jobLog.add,
  };
  /** Ends the heartbeat; no statement of its own is under way after this. */
  const stop = async (): Promise<void> => {
    stopped = true;
    clearTimeout(timer);
    await beating;
  };
  return { reporter, stop };
};
