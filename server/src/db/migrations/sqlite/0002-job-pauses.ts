import type { Migration } from '../session.ts';

/** A retry waits for its instant, and a job carries the trace of its request. */
export const jobPauses: Migration = {
  name: '0002-job-pauses',
  apply: async (_session, change) => {
    await change('alter table `JobConv` add column `run_after` datetime null');
    await change('alter table `JobConv` add column `trace_parent` text null');
  },
};
