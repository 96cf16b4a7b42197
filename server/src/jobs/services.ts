import type { Deps } from '../deps.ts';
import { Deletions } from './deletions.ts';
import { Installation } from './installation.ts';
import { Orphans } from './orphans.ts';
import { JobQueue } from './queue.ts';
import { createJobSignals, type JobSignals } from './signals.ts';
import { Sweeper } from './sweeper.ts';
import { Trash } from './trash.ts';
import { JobWatch } from './watch.ts';

/** What one process has to handle jobs with. Each of them is built here, once, and passed to who uses it. */
export interface JobServices {
  /** Where a route says that a job was queued or cancelled. */
  readonly signals: JobSignals;
  readonly queue: JobQueue;
  /** Where a route sees jobs move. */
  readonly watch: JobWatch;
  readonly deletions: Deletions;
  readonly installation: Installation;
  readonly orphans: Orphans;
  readonly trash: Trash;
  readonly sweeper: Sweeper;
}

/** Nothing runs yet. */
export function createJobServices(deps: Deps): JobServices {
  const signals = createJobSignals();
  const queue = new JobQueue(deps);
  const trash = new Trash(deps);
  const parts = {
    signals,
    queue,
    trash,
    deletions: new Deletions(deps),
    installation: new Installation(deps),
    orphans: new Orphans(deps, trash),
  };
  return { ...parts, watch: new JobWatch(deps, signals), sweeper: new Sweeper(deps, parts) };
}
