import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { MikroORM } from '@mikro-orm/core';
import { kysely } from '../kysely.ts';
import { ServiceLock } from '../entities/locks.entity.ts';

export interface LeaseOptions {
  /** Name of the duty; one process at a time holds it. */
  readonly name: string;
  /** How long the lease lasts without being renewed, in ms. After the holder's death the duty waits this long. */
  readonly leaseMs: number;
  readonly clock: () => Date;
  /** The duty does not begin when a process completed it less than this many ms ago. */
  readonly notWithinMs?: number;
}

export interface Lease {
  /** Prolongs the lease; false when another process has taken it over: then stop. */
  renew(): Promise<boolean>;
}

const OWNER = `${hostname()}:${process.pid}`.slice(0, 128);
function ago(now: Date, ms: number): Date {
  return new Date(now.getTime() - ms);
}

async function take(orm: MikroORM, options: LeaseOptions, token: string): Promise<boolean> {
  const { name, leaseMs, clock, notWithinMs } = options;
  const em = orm.em.fork();
  await em.upsert(ServiceLock, { name }, { onConflictFields: ['name'], onConflictAction: 'ignore' });
  const now = clock();
  let update = kysely(em)
    .updateTable('service_lock')
    .set({ owner: OWNER, token, acquired_at: now, expires_at: ago(now, -leaseMs) })
    .where('name', '=', name)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '<=', now)]));
  if (notWithinMs !== undefined) {
    const before = ago(now, notWithinMs);
    update = update.where((where) => where.or([where('last_run_at', 'is', null), where('last_run_at', '<=', before)]));
  }
  const { numUpdatedRows } = await update.executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Does a duty that one process at a time may do. The lease is a row of the database that one statement takes, so it
 * holds across processes and machines. The lease of a process that died runs out.
 *
 * @returns what `work` returned, or null when another process has the duty now
 */
export async function withLease<T>(
  orm: MikroORM,
  options: LeaseOptions,
  work: (lease: Lease) => Promise<T>,
): Promise<T | null> {
  const { name, leaseMs, clock } = options;
  const token = randomUUID();
  if (!(await take(orm, options, token))) return null;
  const held = () =>
    kysely(orm.em.fork()).updateTable('service_lock').where('name', '=', name).where('token', '=', token);
  const renew = async (): Promise<boolean> => {
    const { numUpdatedRows } = await held()
      .set({ expires_at: ago(clock(), -leaseMs) })
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  };
  const release = async (done: boolean): Promise<void> => {
    await held()
      .set({ owner: null, token: null, expires_at: null, ...(done ? { last_run_at: clock() } : {}) })
      .execute();
  };
  try {
    const result = await work({ renew });
    await release(true);
    return result;
  } catch (error) {
    await release(false).catch(() => undefined);
    throw error;
  }
}
