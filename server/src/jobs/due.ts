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
 * The first queued jobs that may begin, in the order in which they do. Within a priority users take turns, and whose last
 * job was begun longest ago comes first: many jobs of one user do not stand before the next job of another one.
 *
 * All queued jobs are ranked, but by their narrow columns: wide ones would go through the sort with each of them.
 */
export function waitingJobs(db: Kysely<Database>, now: Date, limit: number) {
  const ranked = jobs(db)
    .where('status', '=', 'QUEUED')
    .where(isDue(now))
    .select(['job_id as ranked_id', 'id_usuario as ranked_user', 'priority as importance', 'created_at as queued_at'])
    .select(PLACE.as('place'));
  const first = db
    .selectFrom(ranked.as('ranked'))
    .leftJoin('job_turn', 'job_turn.id_usuario', 'ranked_user')
    .select(['ranked_id', 'importance', 'place', 'queued_at', 'served_at'])
    // No user has more among the first.
    .where('place', '<=', limit)
    .orderBy('importance', 'desc')
    .orderBy('place')
    .orderBy('served_at')
    .orderBy('queued_at')
    .orderBy('ranked_id')
    .limit(limit);
  return db
    .selectFrom(first.as('first'))
    .innerJoin('JobConv', 'job_id', 'ranked_id')
    .orderBy('importance', 'desc')
    .orderBy('place')
    .orderBy('served_at')
    .orderBy('queued_at')
    .orderBy('ranked_id');
}

/** Jobs whose worker has gone silent and that may be taken up again, the longest silent first. */
export function abandonedJobs(db: Kysely<Database>, now: Date, limit: number) {
  return jobs(db)
    .where('status', '=', 'RUNNING')
    .where('lease_expires_at', '<', now)
    .where('attempts', '<', MAX_ATTEMPTS)
    .orderBy('lease_expires_at')
    .limit(limit);
}
