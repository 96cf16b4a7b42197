import { JOB_STATES } from '../db/entities/som3d.entity.ts';

export type JobState = (typeof JOB_STATES)[number];

/** How many times a job is begun at most: once, and picked up again twice. */
export const MAX_ATTEMPTS = 3;

/** Where a job may go from each state. RUNNING to RUNNING is another worker taking over an expired lease. */
const NEXT: Record<JobState, readonly JobState[]> = {
  QUEUED: ['RUNNING', 'CANCELED'],
  RUNNING: ['RUNNING', 'QUEUED', 'DONE', 'ERROR', 'CANCELED'],
  DONE: [],
  ERROR: [],
  CANCELED: [],
};

/** The states that `next` may follow: the condition of every update that moves a job. */
export function statesBefore(next: JobState): JobState[] {
  return JOB_STATES.filter((state) => NEXT[state].includes(next));
}

/** A job that has ended stays as it is. */
export function isTerminal(state: JobState): boolean {
  return NEXT[state].length === 0;
}
