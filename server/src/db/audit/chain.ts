import { SqlitePlatform } from '@mikro-orm/sql';
import type { EntityManager } from '@mikro-orm/core';
import { sql, type Kysely } from 'kysely';
import { kysely, type Database } from '../kysely.ts';
import { SEALED_COLUMNS, checkpointSignature, sealOf } from './mac.ts';

/** Where the chain ends: the position of its last row, from 1, and that row's seal. */
export interface ChainHead {
  readonly seq: number;
  readonly mac: string;
}

const HEAD = 'head';
const CHECKPOINT = 'checkpoint';
const NO_ROWS: ChainHead = { seq: 0, mac: '' };

export async function readHead(db: Kysely<Database>): Promise<ChainHead> {
  const row = await db.selectFrom('audit_chain').select(['seq', 'mac']).where('name', '=', HEAD).executeTakeFirst();
  return row ?? NO_ROWS;
}

/** The last row that was removed because of its age, with its signature; null when none was. */
export async function readCheckpoint(db: Kysely<Database>) {
  const columns = ['seq', 'mac', 'signature'] as const;
  return (await db.selectFrom('audit_chain').select(columns).where('name', '=', CHECKPOINT).executeTakeFirst()) ?? null;
}

/** Every append waits here for the one before it. Its transaction ends soon: the lock is taken just before the commit. */
async function lockHead(db: Kysely<Database>, sqlite: boolean): Promise<ChainHead> {
  // An insert that changes nothing when the row is there locks it on both databases.
  await (
    sqlite
      ? sql`insert into audit_chain (name, seq, mac) values (${HEAD}, 0, '') on conflict (name) do nothing`
      : sql`insert into audit_chain (name, seq, mac) values (${HEAD}, 0, '') on duplicate key update name = name`
  ).execute(db);
  const head = await readHead(db);
  if (head.seq > 0) return head;
  const last = await db
    .selectFrom('ClinicalAudit')
    .select(['seq', 'mac'])
    .where('seq', 'is not', null)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return { seq: last?.seq ?? 0, mac: last?.mac ?? '' };
}

/**
 * Appends rows to the chain within a transaction. Rows that have a seal already, and rows that are not there, are left out.
 *
 * @param db the transaction
 * @param ids of the rows, in any order
 */
export async function sealRows(
  db: Kysely<Database>,
  { key, sqlite, ids }: { readonly key: Buffer; readonly sqlite: boolean; readonly ids: readonly number[] },
): Promise<void> {
  if (ids.length === 0) return;
  let { seq, mac } = await lockHead(db, sqlite);
  const rows = await db
    .selectFrom('ClinicalAudit')
    .select(SEALED_COLUMNS)
    .where('id_audit', 'in', [...ids])
    .where('seq', 'is', null)
    .orderBy('id_audit')
    .execute();
  for (const row of rows) {
    seq++;
    mac = sealOf(key, mac, seq, row);
    await db.updateTable('ClinicalAudit').set({ seq, mac }).where('id_audit', '=', row.id_audit).execute();
  }
  await db.updateTable('audit_chain').set({ seq, mac, updated_at: new Date() }).where('name', '=', HEAD).execute();
}

/** The oldest rows that have no seal yet: the predecessor's. */
export async function waitingRows(db: Kysely<Database>, limit: number): Promise<number[]> {
  const waiting = db.selectFrom('ClinicalAudit').select('id_audit').where('seq', 'is', null);
  const rows = await waiting.orderBy('id_audit').limit(limit).execute();
  return rows.map(({ id_audit }) => id_audit);
}

/** Removes rows from the beginning of the chain, up to a position, and leaves a signed checkpoint in their place. */
async function removeUpTo(db: Kysely<Database>, key: Buffer, seq: number): Promise<number> {
  const { mac } = await db.selectFrom('ClinicalAudit').select('mac').where('seq', '=', seq).executeTakeFirstOrThrow();
  const row = { name: CHECKPOINT, seq, mac: mac ?? '', signature: checkpointSignature(key, seq, mac ?? '') };
  await db.deleteFrom('audit_chain').where('name', '=', CHECKPOINT).execute();
  await db
    .insertInto('audit_chain')
    .values({ ...row, updated_at: new Date() })
    .execute();
  const { numDeletedRows } = await db.deleteFrom('ClinicalAudit').where('seq', '<=', seq).executeTakeFirst();
  return Number(numDeletedRows);
}

/**
 * Removes the oldest rows of the chain that are older than `before`, `limit` at most, within the caller's transaction. A
 * younger row ends it: what follows in the chain stays, whatever its age.
 *
 * @returns how many were removed
 */
export async function removeOlderThan(
  em: EntityManager,
  { key, before, limit }: { readonly key: Buffer; readonly before: Date; readonly limit: number },
): Promise<number> {
  const db = kysely(em);
  await lockHead(db, em.getPlatform() instanceof SqlitePlatform);
  const oldest = await db
    .selectFrom('ClinicalAudit')
    .select(['seq', 'created_at'])
    .where('seq', 'is not', null)
    .orderBy('seq')
    .limit(limit)
    .execute();
  const young = oldest.findIndex(({ created_at }) => created_at >= before);
  const last = oldest.at(young < 0 ? -1 : young - 1);
  if (young === 0 || !last?.seq) return 0;
  return await removeUpTo(db, key, last.seq);
}
