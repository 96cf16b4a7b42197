import type { ExpressionBuilder, Kysely } from 'kysely';
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

/** Queued jobs that may begin, in the order in which they do. */
export function waitingJobs(db: Kysely<Database>, now: Date) {
  return jobs(db)
    .where('status', '=', 'QUEUED')
    .where(isDue(now))
    .orderBy('priority', 'desc')
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
