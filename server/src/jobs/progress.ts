import { JOB_PHASES, type JobFile, type JobPhase, type JobProgress, type JobStatus } from '@som3d/contract';
import type { Selectable } from 'kysely';
import type { Database } from '../db/kysely.ts';
import { PREVIEW } from './keys.ts';
import { mediaTypeOf } from './outputs.ts';
import type { JobState } from './states.ts';

/** The columns of a job that say how far it is. */
export type ProgressRow = Pick<
  Selectable<Database['JobConv']>,
  'status' | 'phase' | 'percent' | 'error' | 'preview_size'
>;

function statusOf(state: JobState): JobStatus {
  return state.toLowerCase() as JobStatus;
}

/** A job that has ended is in the phase of its end; the predecessor's rows name none. */
function phaseOf(state: JobState, stored: string | null): JobPhase {
  if (state === 'DONE') return 'finished';
  if (state === 'ERROR') return 'error';
  if (state === 'CANCELED') return 'canceled';
  if (state === 'QUEUED') return 'queued';
  const known = JOB_PHASES.find((phase) => phase === stored);
  return known && known !== 'queued' ? known : 'reading';
}

function percentOf(state: JobState, stored: number | null): number {
  return state === 'DONE' ? 100 : Math.min(100, Math.max(0, stored ?? 0));
}

/** What is said of a job's first model. @param size bytes */
export function presentPreview(size: number): JobFile {
  return { filename: PREVIEW, size, media_type: mediaTypeOf(PREVIEW) };
}

/** How far a job is. */
export function presentProgress(row: ProgressRow): JobProgress {
  return {
    status: statusOf(row.status),
    phase: phaseOf(row.status, row.phase),
    percent: percentOf(row.status, row.percent),
    error: row.error,
    ...(row.status === 'RUNNING' && row.preview_size !== null ? { preview: presentPreview(row.preview_size) } : {}),
  };
}
