import type { MikroORM } from '@mikro-orm/core';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import { kysely } from './orm.ts';

/** One time for all processes of the service, on any number of machines. */
export interface DatabaseClock extends AsyncDisposable {
  now(): Date;
  /** How far this machine's clock is ahead of the shared time, in ms; negative when it is behind. */
  aheadMs(): number;
}

/** Interval of the queries for the database's time, in ms. */
const ASK_MS = 15_000;
/** An answer that took longer, in ms, is too inexact. */
const SLOW_MS = 500;
/** A difference above this, in ms, means that this machine's clock was set, or that the machine slept. */
const JUMP_MS = 1000;
/** A difference above this, in ms, is logged for the operator. */
const WARN_ABOVE_MS = 5000;

interface Answer {
  /** ms since 1970 */
  readonly database: number;
  readonly machine: number;
  /** Of the monotonic clock, in ms. */
  readonly steady: number;
}

/**
 * The database's time. Processes compare leases, pauses and sessions, and the clocks of their machines can differ. With
 * the database's time, which they share, no process takes the work of a live one for abandoned. Between two answers the
 * time follows the machine's monotonic clock, so a change of its wall clock has no effect.
 *
 * @throws when the database does not answer the first query; later the time continues without an answer
 */
export async function openDatabaseClock(orm: MikroORM, log: Logger): Promise<DatabaseClock> {
  const ask = async (): Promise<Answer & { tookMs: number }> => {
    const sent = performance.now();
    const { ms } = await kysely(orm.em.fork())
      .selectNoFrom(sql<number | string>`cast(unix_timestamp(current_timestamp(3)) * 1000 as signed)`.as('ms'))
      .executeTakeFirstOrThrow();
    const steady = performance.now();
    const tookMs = steady - sent;
    return { database: Number(ms) + tookMs / 2, machine: Date.now(), steady, tookMs };
  };

  let last: Answer = await ask();
  let asking: Promise<void> | null = null;
  let warned = false;

  const warn = (): void => {
    const ahead = Math.round(last.machine - last.database);
    const wrong = Math.abs(ahead) > WARN_ABOVE_MS;
    if (wrong && !warned)
      log.warn({ ahead_ms: ahead }, "this machine's clock differs from the database's; the database's time applies");
    warned = wrong;
  };

  const correct = async (): Promise<void> => {
    const answer = await ask();
    if (answer.tookMs > SLOW_MS) return;
    last = answer;
    warn();
  };

  const askAgain = (): void => {
    // The database is unavailable: the time continues without it.
    asking ??= correct()
      .catch(() => undefined)
      .finally(() => {
        asking = null;
      });
  };

  warn();
  const timer = setInterval(askAgain, ASK_MS);
  timer.unref();

  const sinceLast = (): number => {
    const steady = performance.now() - last.steady;
    if (Math.abs(Date.now() - last.machine - steady) > JUMP_MS) askAgain();
    return steady;
  };

  return {
    now: () => new Date(last.database + sinceLast()),
    aheadMs: () => Math.round(Date.now() - last.database - sinceLast()),
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await asking;
    },
  };
}
