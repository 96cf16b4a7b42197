import type { Migration } from '../session.ts';
import { ensureTables } from './tables.ts';

/** A retry waits for its instant, and a job carries the trace of its request. */
export const jobPauses: Migration = {
  name: '0002-job-pauses',
  apply: async (session, change) => {
    await ensureTables(
      session,
      [
        {
          name: 'JobConv',
          columns: { run_after: 'datetime(3) null', trace_parent: 'varchar(55) null' },
          primary: ['job_id'],
        },
      ],
      change,
    );
  },
};
