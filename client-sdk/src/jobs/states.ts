import type { JobProgress } from '../generated/types.ts';

/** Whether a job ended. */
export function isOver({ status }: JobProgress): boolean {
  return status === 'done' || status === 'error' || status === 'canceled';
}
