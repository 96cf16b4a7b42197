import { EventEmitter } from 'node:events';

interface Events {
  queued: [];
  canceled: [jobId: string];
}

/**
 * What the routes tell the runner of the same process, so that it need not wait for its next look at the database.
 * Only a hint: the row is the truth, and a runner elsewhere sees it by polling.
 */
export type JobSignals = EventEmitter<Events>;

export const createJobSignals = (): JobSignals => new EventEmitter<Events>();
