import type { MikroORM } from '@mikro-orm/core';
import { kysely } from '../db/kysely.ts';
import type { Storage } from '../gateways/storage/storage.ts';
import { attemptOf, partsOf } from './keys.ts';
import { batchesOfFiles } from './stored-files.ts';

const BATCH = 500;

/** A stored file, or the folder of an attempt, that a row needs. */
export interface NeededFile {
  readonly job_id: string;
  readonly key: string;
  /** What everything below the attempt takes, where the row says so. */
  readonly attemptBytes: number | null;
}

/** What the rows need of the storage: the uploads of jobs that wait or run, and the results of those that ended. */
export async function* neededFiles(orm: MikroORM): AsyncGenerator<NeededFile> {
  let after = '';
  for (;;) {
    const rows = await kysely(orm.em.fork())
      .selectFrom('JobConv')
      .select(['job_id', 'status', 'input_key', 'result_key', 'stored_bytes'])
      .where('job_id', '>', after)
      .orderBy('job_id')
      .limit(BATCH)
      .execute();
    for (const { job_id, status, input_key, result_key, stored_bytes } of rows) {
      const waits = status === 'QUEUED' || status === 'RUNNING';
      if (waits && input_key !== null) yield { job_id, key: input_key, attemptBytes: null };
      if (status === 'DONE' && result_key !== null) yield { job_id, key: result_key, attemptBytes: stored_bytes };
    }
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return;
    after = last.job_id;
  }
}

/**
 * What rows need and the storage does not have, while the service runs: what seems to be missing is looked up again, row
 * and file.
 */
export async function missingFiles(
  orm: MikroORM,
  storage: Storage,
): Promise<{ needed: number; missing: NeededFile[] }> {
  const bytes = new Map<string, number>();
  const keys = new Set<string>();
  for await (const objects of batchesOfFiles(storage)) {
    for (const { key, size } of objects) {
      keys.add(key);
      bytes.set(attemptOf(key), (bytes.get(attemptOf(key)) ?? 0) + size);
    }
  }
  let needed = 0;
  const suspects: NeededFile[] = [];
  for await (const file of neededFiles(orm)) {
    needed += 1;
    const { key, attemptBytes } = file;
    const complete = attemptBytes === null || (bytes.get(attemptOf(key)) ?? 0) >= attemptBytes;
    if (!keys.has(key) || !complete) suspects.push(file);
  }
  const missing: NeededFile[] = [];
  for (const file of suspects) if (await isMissing(orm, storage, file)) missing.push(file);
  return { needed, missing };
}

/** Unfinished uploads whose stored parts are less than what was received: their owners cannot go on. */
export async function incompleteUploads(orm: MikroORM, storage: Storage): Promise<string[]> {
  const started = () =>
    kysely(orm.em.fork()).selectFrom('upload').select(['upload_id', 'received']).where('expired', '=', 0);
  const incomplete: string[] = [];
  for (const { upload_id, received } of await started().where('received', '>', 0).execute()) {
    if ((await bytesBelow(storage, partsOf(upload_id))) >= received) continue;
    // It may have become a job in the meantime.
    if (await started().where('upload_id', '=', upload_id).executeTakeFirst()) incomplete.push(upload_id);
  }
  return incomplete;
}

async function bytesBelow(storage: Storage, prefix: string): Promise<number> {
  let bytes = 0;
  for await (const { size } of storage.list(prefix)) bytes += size;
  return bytes;
}

async function isMissing(orm: MikroORM, storage: Storage, { job_id, key, attemptBytes }: NeededFile): Promise<boolean> {
  if (await storage.stat(key)) {
    if (attemptBytes === null || (await bytesBelow(storage, attemptOf(key))) >= attemptBytes) return false;
  }
  const row = await kysely(orm.em.fork())
    .selectFrom('JobConv')
    .select(['status', 'input_key', 'result_key'])
    .where('job_id', '=', job_id)
    .executeTakeFirst();
  if (!row) return false;
  return row.status === 'DONE' ? row.result_key === key : row.status !== 'ERROR' && row.input_key === key;
}
