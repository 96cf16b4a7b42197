import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { flag, integer, text, variable } from './variable.ts';

export const JOBS = {
  SOM3D_MAX_UPLOAD_MB: variable(integer(1, 16_384, 1024), 'Largest upload in MiB.'),
  SOM3D_RESULT_URL_SECONDS: variable(integer(10, 604_800, 900), 'Lifetime of a signed result URL in seconds.'),
  SOM3D_KEEP_INPUT: variable(flag(false), 'Keep the uploaded ZIP after its job ends.'),
  SOM3D_EMBEDDED_WORKER: variable(flag(true), 'Run jobs in the server process; with false only `worker` runs them.'),
  SOM3D_WORKER_CONCURRENCY: variable(
    z.coerce.number<string | undefined>().int().min(1).max(64).optional(),
    'Jobs that one worker runs at once (default: half the cores, and no more than fit into memory at SOM3D_WORKER_MEMORY_MB each).',
  ),
  SOM3D_WORKER_THREADS: variable(
    integer(1, 64, Math.min(4, availableParallelism())),
    'Threads of one job (default: the cores, 4 at most).',
  ),
  SOM3D_WORKER_MEMORY_MB: variable(
    integer(256, 262_144, 3072),
    'Memory that one job may plan for, in MiB. A larger scan is converted at half resolution or refused.',
  ),
  SOM3D_LEASE_SECONDS: variable(
    integer(3, 3600, 30),
    'Seconds without a heartbeat after which another worker takes a running job.',
  ),
  SOM3D_PICTURE_PIXELS: variable(integer(16, 2048, 512), 'Side of the picture of a model, in pixels.'),
  SOM3D_JOB_NICENESS: variable(
    integer(0, 19, 19),
    'Niceness of a conversion: with 19 it takes the processor that requests leave over, with 0 it has an equal share.',
  ),
  SOM3D_JOB_TIMEOUT_MINUTES: variable(integer(1, 10_080, 60), 'Minutes after which a job ends with an error.'),
  SOM3D_ORPHAN_GRACE_SECONDS: variable(
    integer(1, 604_800, 600),
    'Age in seconds at which the sweeper removes a stored file that no job names.',
  ),
  SOM3D_TRASH_DAYS: variable(
    integer(0, 3650, 7),
    'Days that such a file stays in trash/ before it is gone; `storage restore` puts back what is there.',
  ),
};

export const SEGMENTATION = {
  SEGMENTATION_ENGINE: variable(
    z.enum(['auto', 'threshold', 'totalsegmentator']).default('auto'),
    'Engine that finds the tissues: auto uses TotalSegmentator where it is installed, otherwise ranges of HU.',
  ),
  TOTALSEGMENTATOR_BIN: variable(
    text.default('TotalSegmentator'),
    'Command of TotalSegmentator: a path, or a name on the PATH.',
  ),
  TOTALSEG_LICENSE: variable(
    text.optional(),
    'Licence number of TotalSegmentator. Some of its tasks need one (bones of limbs, muscles).',
    '',
  ),
  SOM3D_SEGMENTATION_TIMEOUT_MINUTES: variable(
    integer(1, 10_080, 45),
    'Minutes for all TotalSegmentator tasks of one job; SOM3D_JOB_TIMEOUT_MINUTES limits the whole job.',
  ),
};
