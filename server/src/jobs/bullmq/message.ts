import type { JobsOptions } from 'bullmq';

/** Name of the queue in Redis. */
export const QUEUE = 'jobs';

/** What a message says: look at this job. Everything else is in its row. */
export interface JobMessage {
  readonly job_id: string;
}

/** The columns that a message is made from. */
export interface QueuedRow {
  readonly job_id: string;
  readonly attempts: number;
  readonly priority: number;
}

/** Named by the job and its next attempt: one that is there already is not added again. */
export const messageId = (jobId: string, attempts: number): string => `${jobId}.${attempts}`;

/** Bounds of a row's priority; higher comes first. */
export const PRIORITY_LIMIT = 100;

/** A row's priority as the queue's: there 1 comes first, and equal ones in the order of their arrival. */
export const priorityOf = (priority: number): number =>
  1 + PRIORITY_LIMIT - Math.min(PRIORITY_LIMIT, Math.max(-PRIORITY_LIMIT, priority));

/**
 * What a message is kept by: it goes with its attempt. Retries and pauses are the row's, by the clock that all machines
 * share: a job that waits for its instant gets its message then.
 */
export const messageOptions = (row: QueuedRow): JobsOptions => ({
  jobId: messageId(row.job_id, row.attempts),
  priority: priorityOf(row.priority),
  attempts: 1,
  removeOnComplete: true,
  removeOnFail: true,
});
