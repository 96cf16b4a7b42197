import type { Migration } from '../session.ts';
import { ensureTables } from './tables.ts';

/** A running job has a first model to look at. */
export const jobPreviews: Migration = {
  name: '0007-job-previews',
  apply: async (session, change) => {
    await ensureTables(
      session,
      [{ name: 'JobConv', columns: { preview_size: 'bigint null' }, primary: ['job_id'] }],
      change,
    );
  },
};
