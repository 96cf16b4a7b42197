import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { MikroORM } from '@mikro-orm/core';
import type { OrmOptions } from './orm.ts';
import { upsert } from './upsert.ts';

/** What one write-ahead page and its index may need: with less the next write may be the one that fails. */
const LEAST_BYTES = 256 * 1024;
const SQLITE_FULL = 13;
/** A row that belongs to nobody. */
const PROBE = 'write-probe';

/**
 * Writes one small row.
 *
 * @throws an error of `isDiskError` when the disk of the database is full, read-only or failing; others when it cannot be
 * reached
 */
export async function checkWritable(orm: MikroORM, options: OrmOptions, now: Date): Promise<void> {
  await upsert(orm.em.fork(), 'service_lock', { name: PROBE, last_run_at: now }, ['name'], { last_run_at: now });
  if (options.kind !== 'sqlite') return;
  const { bavail, bsize } = await statfs(path.dirname(options.file));
  if (bavail * bsize >= LEAST_BYTES) return;
  throw Object.assign(new Error('the disk of the database is full'), { errcode: SQLITE_FULL });
}
