import type { JobProgress } from '@som3d/contract';

/** Whether a job ended. */
export function isOver({ status }: JobProgress): boolean {
  return status === 'done' || status === 'error' || status === 'canceled';
}
