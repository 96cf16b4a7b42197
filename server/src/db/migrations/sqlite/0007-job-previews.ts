import type { Migration } from '../session.ts';

/** A running job has a first model to look at. */
export const jobPreviews: Migration = {
  name: '0007-job-previews',
  apply: async (_session, change) => {
    await change('alter table `JobConv` add column `preview_size` bigint null');
  },
};
