import { kysely } from '../db/kysely.ts';
import { withLease } from '../db/locks/lease.ts';
import { inTransaction } from '../db/transaction.ts';
import type { Deps } from '../deps.ts';
import { StorageDeletion } from '../db/entities/som3d.entity.ts';
import { PARTS, partsOf, uploadOfPart } from './keys.ts';

/** How long an expired upload is remembered, so that its owner learns why it has gone, in ms. */
const REMEMBERED_MS = 7 * 86_400_000;
const LEASE_MS = 30_000;
/** The processes of a group begin their rounds together: one of them is enough. */
const NOT_WITHIN_MS = 5000;
const BATCH = 200;

type Services = Pick<Deps, 'orm' | 'clock' | 'storage' | 'log'>;

/**
 * Expires uploads that nobody has continued, and removes stored parts whose upload has gone. To be called only when the
 * database and the storage belong together.
 *
 * @param graceMs younger parts stay
 */
export async function sweepUploads(deps: Services, graceMs: number): Promise<void> {
  const duty = { name: 'upload-sweep', leaseMs: LEASE_MS, notWithinMs: NOT_WITHIN_MS, clock: deps.clock };
  await withLease(deps.orm, duty, async (lease) => {
    await expire(deps);
    await removeStrays(deps, graceMs, lease);
  });
}

async function expire({ orm, clock, log }: Services): Promise<void> {
  const now = clock();
  const db = kysely(orm.em.fork());
  const due = await db
    .selectFrom('upload')
    .select('upload_id')
    .where('expires_at', '<=', now)
    .where('expired', '=', 0)
    .execute();
  for (const { upload_id } of due) {
    const expired = await inTransaction(orm.em, async (em) => {
      // Looked at once more: it may have been continued just now.
      const { numUpdatedRows } = await kysely(em)
        .updateTable('upload')
        .set({ expired: true, parts_json: '[]', lease_token: null, lease_expires_at: null })
        .where('upload_id', '=', upload_id)
        .where('expires_at', '<=', now)
        .where('expired', '=', 0)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      const noted = { attempts: 0, next_attempt_at: now, created_at: now, is_prefix: true };
      em.create(StorageDeletion, { ...noted, storage_key: partsOf(upload_id) });
      return true;
    });
    if (expired) log.info({ upload_id }, 'upload expired');
  }
  const before = new Date(now.getTime() - REMEMBERED_MS);
  await db.deleteFrom('upload').where('expired', '=', 1).where('expires_at', '<=', before).execute();
}

/** A writer that was too late has stored a part after its upload had gone. */
async function removeStrays(
  { orm, storage, log }: Services,
  graceMs: number,
  lease: { renew(): Promise<boolean> },
): Promise<void> {
  const before = Date.now() - graceMs;
  let batch = new Set<string>();
  const settle = async (): Promise<void> => {
    if (batch.size === 0 || !(await lease.renew())) return;
    const rows = await kysely(orm.em.fork())
      .selectFrom('upload')
      .select('upload_id')
      .where('upload_id', 'in', [...batch])
      .where('expired', '=', 0)
      .execute();
    const known = new Set(rows.map(({ upload_id }) => upload_id));
    const gone = [...batch].filter((upload_id) => !known.has(upload_id));
    batch = new Set();
    for (const upload_id of gone) {
      await storage.removeAll(partsOf(upload_id));
      log.info({ upload_id }, 'parts of an upload that has gone removed');
    }
  };
  for await (const { key, modifiedAt } of storage.list(PARTS)) {
    if (modifiedAt.getTime() <= before) batch.add(uploadOfPart(key));
    if (batch.size >= BATCH) await settle();
  }
  await settle();
}
