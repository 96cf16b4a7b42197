import { isTransientError } from '../db/errors.ts';
import { kysely } from '../db/kysely.ts';
import type { Deps } from '../deps.ts';

/** Lines kept for one job, over all its attempts. */
const MAX_LINES = 2000;
const MAX_LENGTH = 1000;
const FULL = 'El registro alcanzó su límite; las líneas siguientes se omiten.';

/** A line as it is kept: control characters become spaces; null when nothing is left. */
export function logLine(line: string): string | null {
  return (
    line
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, MAX_LENGTH) || null
  );
}

/**
 * Appends lines to a job's log in batches. They wait while the database is away. What can not be written (the job was
 * deleted) is let go: the log never decides about a job.
 */
export function createJobLog({ orm, clock, log }: Pick<Deps, 'orm' | 'clock' | 'log'>, jobId: string) {
  let pending: { job_id: string; created_at: Date; line: string }[] = [];
  let room: number | undefined;

  const roomLeft = async (): Promise<number> => {
    const { count } = await kysely(orm.em.fork())
      .selectFrom('job_log')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('job_id', '=', jobId)
      .executeTakeFirstOrThrow();
    return Math.max(0, MAX_LINES - count);
  };

  /** One Spanish line. */
  const add = (line: string): void => {
    const text = logLine(line);
    if (text !== null && pending.length <= MAX_LINES) pending.push({ job_id: jobId, created_at: clock(), line: text });
  };

  const flush = async (): Promise<void> => {
    if (pending.length === 0) return;
    const batch = pending;
    pending = [];
    try {
      room ??= await roomLeft();
      const lines = batch.slice(0, room);
      if (lines.length > 0 && lines.length === room) lines.push({ ...lines[room - 1]!, line: FULL });
      if (lines.length > 0) await kysely(orm.em.fork()).insertInto('job_log').values(lines).execute();
      room -= Math.min(room, batch.length);
    } catch (error) {
      if (isTransientError(error)) pending = [...batch, ...pending];
      else log.warn({ err: error, job_id: jobId }, 'job log lines lost');
    }
  };

  return { add, flush };
}
export type JobLog = ReturnType<typeof createJobLog>;
