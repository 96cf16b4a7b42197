import { EventEmitter } from 'node:events';
import type { JobProgress } from '@som3d/contract';

interface Events {
  /** A job has become due, or its priority has changed. */
  queued: [jobId: string];
  canceled: [jobId: string];
  /** A job has moved; `progress.status` tells whether it has ended. */
  progress: [jobId: string, progress: JobProgress];
}

/**
 * What the processes of the service tell each other about jobs, so that nobody need wait for the next look at the
 * database. Only a hint, which may be lost or come twice: the row is the truth.
 */
export type JobSignals = EventEmitter<Events>;

export function createJobSignals(): JobSignals {
  return new EventEmitter<Events>();
}
