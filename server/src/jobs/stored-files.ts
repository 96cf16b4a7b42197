import type { MikroORM } from '@mikro-orm/core';
import { kysely } from '../db/kysely.ts';
import type { Storage, StoredObject } from '../gateways/storage/storage.ts';
import { FILES, jobOf } from './keys.ts';

const BATCH = 200;

/** All files of jobs, some at a time. */
export async function* batchesOfFiles(storage: Storage): AsyncGenerator<StoredObject[]> {
  for (const prefix of FILES) {
    let batch: StoredObject[] = [];
    for await (const object of storage.list(prefix)) {
      batch.push(object);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }
}

/** Whether the storage has any file of a job. */
export async function hasFiles(storage: Storage): Promise<boolean> {
  for await (const _ of batchesOfFiles(storage)) return true;
  return false;
}

/** Whether any row expects a file in the storage. */
export async function rowsNameFiles(orm: MikroORM): Promise<boolean> {
  const row = await kysely(orm.em.fork())
    .selectFrom('JobConv')
    .select('job_id')
    .where((where) =>
      where.or([
        where('result_key', 'is not', null),
        where.and([where('status', 'in', ['QUEUED', 'RUNNING']), where('input_key', 'is not', null)]),
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** How many of these files belong to a job that the database does not know. */
async function countUnnamed(orm: MikroORM, files: readonly StoredObject[]): Promise<number> {
  const jobs = [...new Set(files.map(({ key }) => jobOf(key)))];
  const rows = await kysely(orm.em.fork()).selectFrom('JobConv').select('job_id').where('job_id', 'in', jobs).execute();
  const known = new Set(rows.map(({ job_id }) => job_id));
  return files.filter(({ key }) => !known.has(jobOf(key))).length;
}

/** How many files there are, and how many of them belong to a job that the database does not know. */
export async function countFiles(orm: MikroORM, storage: Storage): Promise<{ files: number; unnamed: number }> {
  const counted = { files: 0, unnamed: 0 };
  for await (const files of batchesOfFiles(storage)) {
    counted.files += files.length;
    counted.unnamed += await countUnnamed(orm, files);
  }
  return counted;
}

/** Whether every file belongs to a job that the database knows; true of an empty storage. */
export async function rowsNameAllFiles(orm: MikroORM, storage: Storage): Promise<boolean> {
  for await (const files of batchesOfFiles(storage)) {
    if ((await countUnnamed(orm, files)) > 0) return false;
  }
  return true;
}
