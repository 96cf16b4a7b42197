import { z } from 'zod';
import { integer, variable } from './variable.ts';

export const QUOTAS = {
  SOM3D_UPLOAD_REQUIRES: variable(
    z.enum(['any', 'verified', 'active']).optional(),
    'Who may upload: any account, one whose address is proved, or an active one (default: verified with MySQL, else any).',
    'verified',
  ),
  SOM3D_QUOTA_WAITING_JOBS: variable(integer(1, 100_000, 10), 'Jobs of one account that wait in the queue.'),
  SOM3D_QUOTA_STORED_GIB: variable(integer(1, 1_048_576, 50), 'GiB that the uploads and results of one account take.'),
  SOM3D_QUOTA_NOTES_PER_DAY: variable(integer(1, 1_000_000, 2000), 'Clinical notes that one account adds in 24 hours.'),
  SOM3D_QUOTA_VIEWER_STATES: variable(integer(1, 1_000_000, 500), 'Viewer states that one account keeps.'),
  SOM3D_QUOTA_MESSAGES_PER_DAY: variable(integer(1, 100_000, 50), 'Messages that one account sends in 24 hours.'),
  SOM3D_QUOTA_OPEN_CHECKOUTS: variable(
    integer(1, 100_000, 20),
    'Checkouts that one payer begins in 7 days and neither pays nor loses.',
  ),
};
