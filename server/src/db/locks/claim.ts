import { randomUUID } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/core';
import { sql, type Kysely } from 'kysely';
import { plusMs } from '../../base/backoff.ts';
import { kysely } from '../kysely.ts';

/** The five columns of a table whose rows are work. */
interface WorkRow {
  estado: string;
  attempts: number;
  next_attempt_at: Date | null;
  lease_token: string | null;
  lease_expires_at: Date | null;
}

/** Rows of one table that wait for a process to work on them. */
export interface Work {
  readonly table: 'epayco_event' | 'epayco_checkout' | 'mail_outbox';
  /** Column of the primary key. */
  readonly key: string;
  /** Value of `estado` in rows that wait. */
  readonly waiting: string;
  /** How long a process holds a row, in ms: longer than the work on one row takes. */
  readonly leaseMs: number;
  /** A row that has a value in this column is not taken over from a process that died. */
  readonly onceWith?: string;
}

/** A row that this process may work on until the lease runs out. An update that ends the work names the token. */
export interface Claim {
  readonly id: number;
  readonly token: string;
}

export interface LeaseColumns {
  readonly lease_token: string;
  readonly lease_expires_at: Date;
}

/** What a row is set to when its holder lets go of it. */
export const FREE = { lease_token: null, lease_expires_at: null } as const;

/** Rows beyond the wanted ones that are tried, because other processes take some of them. */
const SPARE = 10;

/**
 * Claims rows for one process at a time. A claim is one conditional update: two processes never hold the same row. The
 * row of a process that died is free again when its lease has run out.
 */
export class ClaimQueue {
  readonly #orm: MikroORM;
  readonly #clock: () => Date;
  readonly #work: Work;

  constructor({ orm, clock }: { readonly orm: MikroORM; readonly clock: () => Date }, work: Work) {
    this.#orm = orm;
    this.#clock = clock;
    this.#work = work;
  }

  /** A new lease, for a row that is inserted or updated as claimed. */
  newLease(now: Date): LeaseColumns {
    return { lease_token: randomUUID(), lease_expires_at: plusMs(now, this.#work.leaseMs) };
  }

  /** Takes one row and counts an attempt; null when it does not wait, is not due, or another process holds it. */
  async claim(id: number): Promise<Claim | null> {
    const { table, key, waiting, onceWith } = this.#work;
    const now = this.#clock();
    const lease = this.newLease(now);
    let update = this.#db()
      .updateTable(table)
      .set({ ...lease, attempts: sql`attempts + 1` })
      .where(sql.ref(key), '=', id)
      .where('estado', '=', waiting)
      .where('next_attempt_at', '<=', now)
      .where((where) => where.or([where('lease_expires_at', 'is', null), where('lease_expires_at', '<=', now)]));
    if (onceWith !== undefined) {
      update = update.where((where) =>
        where.or([where('lease_token', 'is', null), where(sql.ref(onceWith), 'is', null)]),
      );
    }
    const { numUpdatedRows } = await update.executeTakeFirst();
    return numUpdatedRows === 1n ? { id, token: lease.lease_token } : null;
  }

  /**
   * Works on every row that is due, the longest due first, until none is left or the signal is aborted.
   *
   * @param atOnce rows that are claimed and worked on together
   * @param work must write the end of a row, or when it is due again
   */
  async workOff(atOnce: number, work: (claim: Claim) => Promise<void>, signal?: AbortSignal): Promise<void> {
    for (;;) {
      const claims = signal?.aborted ? [] : await this.#claimDue(atOnce);
      if (claims.length === 0) return;
      await Promise.all(claims.map(work));
    }
  }

  async #claimDue(limit: number): Promise<Claim[]> {
    const { table, key, waiting } = this.#work;
    const now = this.#clock();
    const due = await this.#db()
      .selectFrom(table)
      .select(sql<number>`${sql.ref(key)}`.as('id'))
      .where('estado', '=', waiting)
      .where('next_attempt_at', '<=', now)
      .where((where) => where.or([where('lease_expires_at', 'is', null), where('lease_expires_at', '<=', now)]))
      .orderBy('next_attempt_at')
      .limit(limit + SPARE)
      .execute();
    const claims: Claim[] = [];
    for (const { id } of due) {
      if (claims.length === limit) break;
      const claim = await this.claim(id);
      if (claim) claims.push(claim);
    }
    return claims;
  }

  /** The tables of `Work` have these columns in common; TypeScript cannot see that through Kysely's types. */
  #db(): Kysely<Record<string, WorkRow>> {
    return kysely(this.#orm.em.fork()) as unknown as Kysely<Record<string, WorkRow>>;
  }
}
