import type { MikroORM } from '@mikro-orm/core';
import { sql } from 'kysely';
import { Gauge, Registry } from 'prom-client';
import { kysely, toInstant } from '../db/kysely.ts';
import { INBOX_STATES } from '../db/entities/epayco.entity.ts';
import { MAIL_STATES } from '../db/entities/mail.entity.ts';
import { JOB_STATES } from '../db/entities/som3d.entity.ts';

/** Values are kept for this long, in ms, so that several scrapers cause one read. */
const KEPT_MS = 2000;
/** A worker whose heartbeat is older than this, in ms, does not count. */
const WORKER_ALIVE_MS = 60_000;

interface GaugeDeps {
  readonly orm: MikroORM;
  readonly clock: () => Date;
}
type Row = { readonly state: string; readonly count: number; readonly oldest: unknown };

/** The number of rows in each state, and the instant of the oldest waiting row. */
async function readStates({ orm, clock }: GaugeDeps) {
  const db = kysely(orm.em.fork());
  const now = clock();
  const count = sql<number>`count(*)`.as('count');
  const oldest = sql`min(created_at)`.as('oldest');
  const [jobs, due, payments, mails, workers] = await Promise.all([
    db.selectFrom('JobConv').select(['status as state', count, oldest]).groupBy('status').execute(),
    // A job in a pause does not wait for a worker.
    db
      .selectFrom('JobConv')
      .select(oldest)
      .where('status', '=', 'QUEUED')
      .where((where) => where.or([where('run_after', 'is', null), where('run_after', '<=', now)]))
      .executeTakeFirst(),
    db
      .selectFrom('epayco_event')
      // A payment that is pending at the gateway takes days: it is no sign of a fault.
      .select([
        'estado as state',
        count,
        sql`min(case when cod_response in ('1', '6') then created_at end)`.as('oldest'),
      ])
      .groupBy('estado')
      .execute(),
    db.selectFrom('mail_outbox').select(['estado as state', count, oldest]).groupBy('estado').execute(),
    db
      .selectFrom('worker_node')
      .select(count)
      .where('heartbeat_at', '>', new Date(now.getTime() - WORKER_ALIVE_MS))
      .executeTakeFirstOrThrow(),
  ]);
  return { jobs, due: due?.oldest, payments, mails, workers: workers.count, now };
}

function ageOf(oldest: unknown, now: Date): number {
  return oldest === null || oldest === undefined
    ? 0
    : Math.max(0, (now.getTime() - toInstant(oldest as Date | number | string).getTime()) / 1000);
}

function show(to: Gauge<'state'>, states: readonly string[], rows: readonly Row[]): void {
  const counts = new Map(rows.map(({ state, count }) => [state, count]));
  for (const state of states) to.set({ state: state.toLowerCase() }, counts.get(state) ?? 0);
}

function pending(rows: readonly Row[]): unknown {
  return rows.find(({ state }) => state === 'PENDIENTE')?.oldest;
}

/** The service's state from the database: every process reports the same. Read at each scrape. */
export function createServiceGauges(deps: GaugeDeps) {
  const registry = new Registry();
  const registers = [registry];
  const gauge = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name: `som3d_${name}`, help, labelNames, registers });
  const jobs = gauge('jobs', 'Jobs by state.', ['state']);
  const queueAge = gauge('job_queue_oldest_age_seconds', 'Age of the oldest job that could be run now; 0 without one.');
  const payments = gauge('payment_events', 'Confirmations of the payment gateway by state.', ['state']);
  const paymentAge = gauge('payment_event_oldest_pending_age_seconds', 'Age of the oldest confirmation to be settled.');
  const mails = gauge('mails', 'Mails of the outbox by state.', ['state']);
  const mailAge = gauge('mail_oldest_pending_age_seconds', 'Age of the oldest mail to be sent.');
  const workers = gauge('workers', 'Workers whose heartbeat is younger than a minute.');
  const readable = gauge('database_up', 'Whether these numbers could be read just now; else they are missing.');

  const read = async (): Promise<void> => {
    try {
      const seen = await readStates(deps);
      show(jobs, JOB_STATES, seen.jobs);
      show(payments, INBOX_STATES, seen.payments);
      show(mails, MAIL_STATES, seen.mails);
      queueAge.set(ageOf(seen.due, seen.now));
      paymentAge.set(ageOf(pending(seen.payments), seen.now));
      mailAge.set(ageOf(pending(seen.mails), seen.now));
      workers.set(seen.workers);
      readable.set(1);
    } catch {
      // Old values would hide the outage.
      registry.resetMetrics();
      readable.set(0);
    }
  };

  let reading: Promise<void> | undefined;
  let readAt = -Infinity;
  return {
    /** The gauges in Prometheus's text format. */
    text: async (): Promise<string> => {
      if (performance.now() - readAt > KEPT_MS) {
        reading ??= read().finally(() => {
          readAt = performance.now();
          reading = undefined;
        });
        await reading;
      }
      return await registry.metrics();
    },
  };
}
