import { randomBytes } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/core';
import type { Kysely, Selectable } from 'kysely';
import { type Database, kysely } from '../db/kysely.ts';
import { upsert } from '../db/upsert.ts';
import { inTransaction } from '../db/transaction.ts';
import type { Deps } from '../deps.ts';
import { logLine } from './job-log.ts';
import { abandonedJobs, isDue, waitingJobs } from './due.ts';
import { holdPatientOf, registerResult, type ResultSize } from './registered-result.ts';
import { MAX_ATTEMPTS, statesBefore } from './states.ts';

type Row = Selectable<Database['JobConv']>;

type Unqualified<T> = T extends `JobConv.${infer Column}` ? Column : T;

const CANDIDATE = [
  'job_id',
  'JobConv.id_usuario',
  'status',
  'attempts',
  'percent',
  'started_at',
  'lease_token',
  'input_key',
  'enable_ortopedia',
  'enable_appendicular',
  'enable_muscles',
  'enable_skull',
  'enable_teeth',
  'enable_hip_implant',
  'extra_tasks_json',
  'params_json',
  'trace_parent',
] as const;
type Candidate = Pick<Row, Unqualified<(typeof CANDIDATE)[number]>>;

/** How many rows are looked at: as many workers can claim at once without one of them going away empty. */
const CANDIDATES = 8;

/** A job that this worker owns for as long as the row carries its `token`. */
export interface ClaimedJob extends Candidate {
  readonly token: string;
  readonly input_key: string;
}

export interface JobResult {
  readonly metrics: unknown;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  /** Size of everything that the job has stored. */
  readonly bytes: number;
  readonly models: ResultSize;
}

/** A job that goes back into the queue. */
export interface HandBack {
  /** What counts from now on. */
  readonly attempts: number;
  /** When it may be begun again; null is at once. */
  readonly runAfter: Date | null;
}

export interface JobFailure {
  readonly code: string;
  /** A Spanish sentence for the doctor. */
  readonly message: string;
}

/** What a job has only while a worker owns it. */
const NO_LEASE = { lease_owner: null, lease_token: null, lease_expires_at: null, preview_size: null };

function failureOf({ code, message }: JobFailure, now: Date) {
  return {
    ...NO_LEASE,
    status: 'ERROR' as const,
    phase: 'error',
    finished_at: now,
    error: message,
    error_code: code,
  };
}

/**
 * The queue in the database. Every move is one statement whose condition names the state (and the lease) it starts
 * from: of all the processes that try, the database lets one through. Instants are the service's clock.
 */
export class JobQueue {
  readonly #orm: Deps['orm'];
  readonly #clock: Deps['clock'];
  readonly #leaseMs: number;

  constructor({ orm, clock, config }: Pick<Deps, 'orm' | 'clock' | 'config'>) {
    this.#orm = orm;
    this.#clock = clock;
    this.#leaseMs = config.SOM3D_LEASE_SECONDS * 1000;
  }

  /**
   * Updates the row while it is RUNNING under this lease; false when it is not (any more).
   *
   * @param line of the job's log, written with the row or not at all
   */
  async #updateOwned(jobId: string, token: string, values: Partial<Row>, line?: string): Promise<boolean> {
    if (line === undefined) return await this.#updateOwnedOn(this.#db(), jobId, token, values);
    return await inTransaction(this.#orm.em, async (em) => {
      const owned = await this.#updateOwnedOn(kysely(em), jobId, token, values);
      if (owned) await this.#writeLine(em, jobId, line);
      return owned;
    });
  }

  async #updateOwnedOn(db: Kysely<Database>, jobId: string, token: string, values: Partial<Row>): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('JobConv')
      .set({ ...values, updated_at: this.#clock() })
      .where('job_id', '=', jobId)
      .where('status', '=', 'RUNNING')
      .where('lease_token', '=', token)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async #writeLine(em: EntityManager, jobId: string, line: string): Promise<void> {
    const text = logLine(line);
    if (text === null) return;
    const row = { job_id: jobId, created_at: this.#clock(), line: text };
    await kysely(em).insertInto('job_log').values(row).execute();
  }

  async #tryClaim(row: Candidate, owner: string): Promise<ClaimedJob | null> {
    const now = this.#clock();
    const token = randomBytes(16).toString('hex');
    const attempts = row.attempts + 1;
    const update = this.#db()
      .updateTable('JobConv')
      .set({
        status: 'RUNNING',
        phase: 'reading',
        attempts,
        started_at: row.started_at ?? now,
        updated_at: now,
        lease_owner: owner,
        lease_token: token,
        lease_expires_at: this.#leaseEnd(now),
        run_after: null,
        preview_size: null,
      })
      .where('job_id', '=', row.job_id)
      .where('status', '=', row.status)
      .where('attempts', '=', row.attempts);
    const { numUpdatedRows } = await (
      row.status === 'RUNNING'
        ? update.where('lease_token', '=', row.lease_token).where('lease_expires_at', '<', now)
        : update.where(isDue(now))
    ).executeTakeFirst();
    if (numUpdatedRows === 0n) return null;
    await this.#noteTurn(row.id_usuario, now);
    return { ...row, attempts, token, input_key: row.input_key ?? '' };
  }

  /** Takes the next job: one whose worker has gone silent, else the first of `waitingJobs`; null when there is none. */
  async claim(owner: string): Promise<ClaimedJob | null> {
    for (const find of [abandonedJobs, waitingJobs]) {
      const rows = find(this.#db(), this.#clock(), CANDIDATES).select(CANDIDATE);
      for (const row of await rows.execute()) {
        const job = await this.#tryClaim(row, owner);
        if (job) return job;
      }
    }
    return null;
  }

  /** Keeps the lease, and writes how far the job is; false when it has been canceled, deleted or taken over. */
  async renew(jobId: string, token: string, progress: { phase: string; percent: number }): Promise<boolean> {
    return await this.#updateOwned(jobId, token, { ...progress, lease_expires_at: this.#leaseEnd(this.#clock()) });
  }

  /** Notes the first model that the attempt has stored; false when the job is not this worker's any more. @param size bytes */
  async notePreview(jobId: string, token: string, size: number): Promise<boolean> {
    return await this.#updateOwned(jobId, token, { preview_size: size });
  }

  /** Whether the row is still RUNNING under this lease. */
  async owns(jobId: string, token: string): Promise<boolean> {
    const row = await this.#db()
      .selectFrom('JobConv')
      .select(['status', 'lease_token'])
      .where('job_id', '=', jobId)
      .executeTakeFirst();
    return row?.status === 'RUNNING' && row.lease_token === token;
  }

  /**
   * Ends the job with its result, and registers the result in the same transaction. True also when an earlier try was
   * stored and its answer got lost.
   *
   * @param line the last of its log
   */
  async finish(jobId: string, token: string, result: JobResult, line: string): Promise<boolean> {
    const now = this.#clock();
    const values = {
      ...NO_LEASE,
      status: 'DONE' as const,
      phase: 'finished',
      percent: 100,
      finished_at: now,
      metrics_json: JSON.stringify(result.metrics),
      result_key: result.key,
      result_size: result.size,
      stored_bytes: result.bytes,
      result_etag: result.etag,
      error: null,
      error_code: null,
    };
    const done = await inTransaction(this.#orm.em, async (em) => {
      await holdPatientOf(em, jobId);
      if (!(await this.#updateOwnedOn(kysely(em), jobId, token, values))) return false;
      await this.#writeLine(em, jobId, line);
      await registerResult(em, jobId, result.models, now);
      return true;
    });
    if (done) return true;
    const row = await this.#db()
      .selectFrom('JobConv')
      .select('result_key')
      .where('job_id', '=', jobId)
      .executeTakeFirst();
    return row?.result_key === result.key;
  }

  /** Ends the job with an error, at the percentage that it reached. Its sentence is the last line of the log. */
  async fail(jobId: string, token: string, failure: JobFailure, percent?: number): Promise<boolean> {
    const values = { ...failureOf(failure, this.#clock()), ...(percent === undefined ? {} : { percent }) };
    return await this.#updateOwned(jobId, token, values, failure.message);
  }

  /** Puts the job back into the queue. What it has reached stands. */
  async handBack(jobId: string, token: string, { attempts, runAfter }: HandBack, percent?: number): Promise<boolean> {
    return await this.#updateOwned(jobId, token, {
      ...NO_LEASE,
      status: 'QUEUED',
      phase: 'queued',
      attempts,
      run_after: runAfter,
      ...(percent === undefined ? {} : { percent }),
    });
  }

  /** Cancels a queued or running job; false when it is in another state or gone. */
  async cancel(jobId: string): Promise<boolean> {
    const now = this.#clock();
    const { numUpdatedRows } = await this.#db()
      .updateTable('JobConv')
      .set({
        ...NO_LEASE,
        status: 'CANCELED',
        phase: 'canceled',
        cancel_requested_at: now,
        finished_at: now,
        updated_at: now,
      })
      .where('job_id', '=', jobId)
      .where('status', 'in', statesBefore('CANCELED'))
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /**
   * Ends the leases of processes that are known to be gone, so that their jobs need not wait for the time to run out.
   *
   * @param isGone told `lease_owner`
   */
  async releaseLeases(isGone: (owner: string) => boolean): Promise<void> {
    const held = await this.#db()
      .selectFrom('JobConv')
      .select(['job_id', 'lease_owner', 'lease_token'])
      .where('status', '=', 'RUNNING')
      .where('lease_token', 'is not', null)
      .execute();
    for (const { job_id, lease_owner, lease_token } of held) {
      if (lease_token === null || lease_owner === null || !isGone(lease_owner)) continue;
      await this.#updateOwned(job_id, lease_token, { lease_expires_at: new Date(this.#clock().getTime() - 1) });
    }
  }

  /**
   * Ends jobs whose last attempt has gone silent: nobody may take them up again.
   *
   * @returns the jobs that this call has ended
   */
  async failExhausted(failure: JobFailure): Promise<{ job_id: string; percent: number }[]> {
    const now = this.#clock();
    const silent = await this.#db()
      .selectFrom('JobConv')
      .select(['job_id', 'lease_token', 'percent'])
      .where('status', '=', 'RUNNING')
      .where('lease_expires_at', '<', now)
      .where('attempts', '>=', MAX_ATTEMPTS)
      .execute();
    const ended: { job_id: string; percent: number }[] = [];
    for (const { job_id, lease_token, percent } of silent) {
      const { numUpdatedRows } = await this.#db()
        .updateTable('JobConv')
        .set({ ...failureOf(failure, now), updated_at: now })
        .where('job_id', '=', job_id)
        .where('status', '=', 'RUNNING')
        .where('lease_token', '=', lease_token)
        .where('lease_expires_at', '<', now)
        .executeTakeFirst();
      if (numUpdatedRows > 0n) ended.push({ job_id, percent });
    }
    return ended;
  }

  /** The next job of another user comes before the next one of this user. */
  async #noteTurn(id_usuario: number, served_at: Date): Promise<void> {
    await upsert(this.#orm.em.fork(), 'job_turn', { id_usuario, served_at }, ['id_usuario'], { served_at });
  }

  #db(): Kysely<Database> {
    return kysely(this.#orm.em.fork());
  }

  #leaseEnd(now: Date): Date {
    return new Date(now.getTime() + this.#leaseMs);
  }
}
