import type { View } from './views.ts';

/** More is not worth keeping. */
const MOST_CASES = 50;

const views = new Map<string, View>();

/** Where the camera last stood before a case, so that its preview, its model and a second visit look the same. */
export const lastView = {
  of: (jobId: string): View | undefined => views.get(jobId),
  keep: (jobId: string, view: View): void => {
    views.delete(jobId);
    views.set(jobId, view);
    const [oldest] = views.keys();
    if (views.size > MOST_CASES && oldest !== undefined) views.delete(oldest);
  },
};
