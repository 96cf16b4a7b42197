import type { MikroORM } from '@mikro-orm/core';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import { kysely } from './orm.ts';

/** One time for all processes of the service, on however many machines. */
export interface DatabaseClock extends AsyncDisposable {
  now(): Date;
  /** How far the clock of this machine is ahead of it, in ms; negative when it is behind. */
  aheadMs(): number;
}

/** How often the database is asked. */
const ASK_MS = 15_000;
/** An answer that took longer says too little about when it was given. */
const SLOW_MS = 500;
/** This machine's clock has been set, or the machine has slept. */
const JUMP_MS = 1000;
/** From here on the operator should know. */
const TELL_MS = 5000;

interface Answer {
  /** ms since 1970 */
  readonly database: number;
  readonly machine: number;
  /** Of the clock that nobody sets. */
  readonly steady: number;
}

/**
 * The database's time. Leases, pauses and sessions are compared between machines whose own clocks may differ: by the
 * time of the database, which they share, none takes a live one's work for abandoned. Between two answers time goes on
 * by the machine's steady clock, so that setting the other one moves nothing here.
 *
 * @throws when the database does not answer the first time; later, time simply goes on
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
  let told = false;

  const tell = (): void => {
    const ahead = Math.round(last.machine - last.database);
    const wrong = Math.abs(ahead) > TELL_MS;
    if (wrong && !told) log.warn({ ahead_ms: ahead }, "this machine's clock differs from the database's, which counts");
    told = wrong;
  };

  const correct = async (): Promise<void> => {
    const answer = await ask();
    if (answer.tookMs > SLOW_MS) return;
    last = answer;
    tell();
  };

  const askAgain = (): void => {
    // The database is away: time goes on without it.
    asking ??= correct()
      .catch(() => undefined)
      .finally(() => {
        asking = null;
      });
  };

  tell();
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
