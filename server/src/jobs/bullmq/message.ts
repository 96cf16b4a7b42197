import { PRIORITY_LIMIT } from '@som3d/contract';
import type { JobsOptions } from 'bullmq';
import type { JobConv } from '../../db/entities/som3d.entity.ts';

/** Name of the queue in Redis. */
export const QUEUE = 'jobs';

/** What a message says: look at this job. Everything else is in its row. */
export interface JobMessage {
  readonly job_id: string;
}

/** The columns that a message is made from. */
export const MESSAGE_COLUMNS = ['job_id', 'attempts', 'priority'] as const;
export type QueuedRow = Pick<JobConv, (typeof MESSAGE_COLUMNS)[number]>;

/** Named by the job and its next attempt: one that is there already is not added again. */
export function messageId(jobId: string, attempts: number): string {
  return `${jobId}.${attempts}`;
}

/** A row's priority as the queue's: there 1 comes first, and equal ones in the order of their arrival. */
export function priorityOf(priority: number): number {
  return 1 + PRIORITY_LIMIT - Math.min(PRIORITY_LIMIT, Math.max(-PRIORITY_LIMIT, priority));
}

/**
 * What a message is kept by: it goes with its attempt. Retries and pauses are the row's, by the clock that all machines
 * share: a job that waits for its instant gets its message then.
 */
export function messageOptions(row: QueuedRow): JobsOptions {
  return {
    jobId: messageId(row.job_id, row.attempts),
    priority: priorityOf(row.priority),
    attempts: 1,
    removeOnComplete: true,
    removeOnFail: true,
  };
}
