import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { flag, integer, text, variable } from './variable.ts';

export const JOBS = {
  SOM3D_MAX_UPLOAD_MB: variable(integer(1, 16_384, 1024), 'Largest upload in MiB.'),
  SOM3D_RESULT_URL_SECONDS: variable(integer(10, 604_800, 900), 'Life of a signed result URL in seconds.'),
  SOM3D_KEEP_INPUT: variable(flag(false), 'Keep the uploaded ZIP after its job has ended.'),
  SOM3D_EMBEDDED_WORKER: variable(flag(true), 'Run jobs from the server process; false leaves them to `worker`.'),
  SOM3D_WORKER_CONCURRENCY: variable(
    z.coerce.number<string | undefined>().int().min(1).max(64).optional(),
    'Jobs computed at once by one worker (default: half the cores, and no more than SOM3D_WORKER_MEMORY_MB lets fit).',
  ),
  SOM3D_WORKER_THREADS: variable(
    integer(1, 64, Math.min(4, availableParallelism())),
    'Threads of one job (default: the cores, 4 at most).',
  ),
  SOM3D_WORKER_MEMORY_MB: variable(
    integer(256, 262_144, 3072),
    'Memory one job may plan for, in MiB; a larger scan is refused with a clear word.',
  ),
  SOM3D_LEASE_SECONDS: variable(
    integer(3, 3600, 30),
    'After how many seconds without a heartbeat a running job is taken up by another worker.',
  ),
  SOM3D_JOB_TIMEOUT_MINUTES: variable(integer(1, 10_080, 60), 'Minutes after which a job is ended with an error.'),
  SOM3D_ORPHAN_GRACE_SECONDS: variable(
    integer(1, 604_800, 600),
    'Age at which a stored file that no job names is removed.',
  ),
};

export const SEGMENTATION = {
  SEGMENTATION_ENGINE: variable(
    z.enum(['auto', 'threshold', 'totalsegmentator']).default('auto'),
    'Who finds the tissues: auto takes TotalSegmentator where it is installed, else ranges of HU.',
  ),
  TOTALSEGMENTATOR_BIN: variable(
    text.default('TotalSegmentator'),
    'Command of TotalSegmentator: a path, or a name on the PATH.',
  ),
  TOTALSEG_LICENSE: variable(
    text.optional(),
    'Licence number of TotalSegmentator, which some of its tasks need (bones of limbs, muscles).',
    '',
  ),
  SOM3D_SEGMENTATION_TIMEOUT_MINUTES: variable(
    integer(1, 10_080, 45),
    'Minutes that TotalSegmentator gets for all tasks of one job; SOM3D_JOB_TIMEOUT_MINUTES bounds the whole job.',
  ),
};
