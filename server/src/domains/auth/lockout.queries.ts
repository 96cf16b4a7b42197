import type { EntityManager } from '@mikro-orm/core';
import { kysely } from '../../db/kysely.ts';

/** A try whose password is being compared. */
export const PENDING = 'pending';
/** A try that was refused before its password was looked at. */
export const LOCKED = 'locked';
/** A try with the right password that did not bring the second factor: neither a failure nor a success. */
export const HALF = 'second_factor';
/** The owner of the account has proved to be who they are. */
export const PROVED = 'password_reset';

/** Failures within this window lock further tries, in ms. */
export const WINDOW_MS = 15 * 60_000;
/** A try whose process died while it compared the password stops counting after this. */
export const PENDING_MS = 30_000;

/** What tries are counted by; `device: null` means from devices that the account does not know. */
export interface Key {
  readonly subject?: string;
  readonly network?: string;
  readonly device?: string | null;
}

export interface Failures {
  /** When each failed try was made, the latest first. */
  readonly decided: readonly Date[];
  /** How many tries are still being compared. */
  readonly pending: number;
}

function triesOf(em: EntityManager, key: Key, since: Date) {
  let tries = kysely(em).selectFrom('auth_login_attempt').where('created_at', '>', since);
  if (key.network !== undefined) tries = tries.where('network', '=', key.network);
  if (key.device === null) tries = tries.where('device', 'is', null);
  else if (key.device !== undefined) tries = tries.where('device', '=', key.device);
  return key.subject === undefined ? tries : tries.where('subject', '=', key.subject);
}

/** The last try that succeeded under a key, or the last proof of the account's owner; 0 for none. */
async function lastSuccess(em: EntityManager, key: Key, since: Date): Promise<number> {
  if (key.subject === undefined) return 0;
  const latest = [
    triesOf(em, key, since).where('success', '=', 1),
    triesOf(em, { subject: key.subject }, since).where('reason', '=', PROVED),
  ];
  const ids = [];
  for (const tries of latest) {
    const row = await tries.select('id_attempt').orderBy('id_attempt', 'desc').limit(1).executeTakeFirst();
    ids.push(row?.id_attempt ?? 0);
  }
  return Math.max(...ids);
}

/**
 * The tries before `id` that have not succeeded, since the last success under the same key.
 *
 * @param limit how many matter
 */
export async function failuresBefore(
  em: EntityManager,
  id: number,
  key: Key,
  { now, limit }: { readonly now: Date; readonly limit: number },
): Promise<Failures> {
  const since = new Date(now.getTime() - WINDOW_MS);
  const stale = new Date(now.getTime() - PENDING_MS);
  const rows = await triesOf(em, key, since)
    .select(['reason', 'created_at'])
    .where('success', '=', 0)
    .where('id_attempt', '<', id)
    .where('id_attempt', '>', await lastSuccess(em, key, since))
    .where((where) => where.or([where('reason', 'is', null), where('reason', 'not in', [LOCKED, HALF])]))
    .where((where) =>
      where.or([where('reason', 'is', null), where('reason', '!=', PENDING), where('created_at', '>=', stale)]),
    )
    .orderBy('id_attempt', 'desc')
    .limit(limit)
    .execute();
  const decided = rows.filter(({ reason }) => reason !== PENDING).map(({ created_at }) => created_at);
  return { decided, pending: rows.length - decided.length };
}
