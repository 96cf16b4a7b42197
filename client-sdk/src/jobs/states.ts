import type { JobProgress } from '@som3d/contract';

/** Whether a job stays as it is. */
export const isOver = ({ status }: JobProgress): boolean =>
  status === 'done' || status === 'error' || status === 'canceled';
