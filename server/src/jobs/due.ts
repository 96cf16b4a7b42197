import { sql, type ExpressionBuilder, type Kysely } from 'kysely';
import type { Database } from '../db/kysely.ts';
import { MAX_ATTEMPTS } from './states.ts';

/** A queued job is not begun before its instant. */
export function isDue(now: Date) {
  return (eb: ExpressionBuilder<Database, 'JobConv'>) =>
    eb.or([eb('run_after', 'is', null), eb('run_after', '<=', now)]);
}

function jobs(db: Kysely<Database>) {
  return db.selectFrom('JobConv').where('input_key', 'is not', null);
}

/** A job's place among the jobs of its user that have the same priority. */
const PLACE = sql<number>`row_number() over (partition by priority, \`JobConv\`.id_usuario order by created_at, job_id)`;

/**
 * Queued jobs that may begin, in the order in which they do. Within a priority users take turns, and whose last job was
 * begun longest ago comes first: many jobs of one user do not stand before the next job of another one.
 */
export function waitingJobs(db: Kysely<Database>, now: Date) {
  return jobs(db)
    .leftJoin('job_turn', 'job_turn.id_usuario', 'JobConv.id_usuario')
    .where('status', '=', 'QUEUED')
    .where(isDue(now))
    .orderBy('priority', 'desc')
    .orderBy(PLACE)
    .orderBy('job_turn.served_at')
    .orderBy('created_at')
    .orderBy('job_id');
}

/** Jobs whose worker has gone silent and that may be taken up again, the longest silent first. */
export function abandonedJobs(db: Kysely<Database>, now: Date) {
  return jobs(db)
    .where('status', '=', 'RUNNING')
    .where('lease_expires_at', '<', now)
    .where('attempts', '<', MAX_ATTEMPTS)
    .orderBy('lease_expires_at');
}
