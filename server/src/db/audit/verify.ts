import type { Kysely } from 'kysely';
import type { KeyRing } from '../../base/secret.ts';
import type { Database } from '../kysely.ts';
import { readCheckpoint, readHead, waitingRows, type ChainHead } from './chain.ts';
import { SEALED_COLUMNS, checkpointSignature, sealOf } from './mac.ts';

/** The first place where the chain does not hold. */
export interface Fault {
  /** Position in the chain; null for a row that has none. */
  readonly seq: number | null;
  /** The row; null when it is missing. */
  readonly id_audit: number | null;
  readonly reason: string;
}

export interface Verification {
  /** Rows whose seals hold, before the fault if there is one. */
  readonly rows: number;
  /** Rows that wait for their seal. */
  readonly waiting: number;
  /** The position up to which rows were removed because of their age; 0 when none were. */
  readonly removedUpTo: number;
  readonly fault: Fault | null;
}

const PAGE_ROWS = 5000;

/** The last position that the chain must reach, in the order of the checks, with what it means when it does not hold. */
interface Expected extends ChainHead {
  readonly lost: string;
  readonly differs: string;
}

function fault(seq: number | null, id_audit: number | null, reason: string): Fault {
  return { seq, id_audit, reason };
}

async function firstUnsealed(db: Kysely<Database>): Promise<Fault | null> {
  const [id_audit] = await waitingRows(db, 1);
  return id_audit === undefined
    ? null
    : fault(
        null,
        id_audit,
        'the row has no seal: this service did not write it, and the predecessor does not write any more',
      );
}

async function rowsAfter(db: Kysely<Database>, seq: number) {
  return await db
    .selectFrom('ClinicalAudit')
    .select([...SEALED_COLUMNS, 'seq', 'mac'])
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(PAGE_ROWS)
    .execute();
}

/** Follows the chain from a known seal to its end, or to the first row that does not fit. */
async function follow(
  db: Kysely<Database>,
  {
    keys,
    from,
    expected,
  }: { readonly keys: KeyRing; readonly from: ChainHead; readonly expected: readonly Expected[] },
): Promise<{ readonly end: ChainHead; readonly fault: Fault | null }> {
  let end = from;
  for (;;) {
    const rows = await rowsAfter(db, end.seq);
    for (const row of rows) {
      const seq = end.seq + 1;
      if (row.seq !== seq) return { end, fault: fault(seq, null, `the row at position ${seq} is missing`) };
      const mac = keys.map((key) => sealOf(key, end.mac, seq, row)).find((seal) => seal === row.mac);
      if (mac === undefined) return { end, fault: fault(seq, row.id_audit, 'the row, or its seal, was changed') };
      const other = expected.find((known) => known.seq === seq && known.mac !== mac);
      if (other) return { end, fault: fault(seq, row.id_audit, other.differs) };
      end = { seq, mac };
    }
    if (rows.length < PAGE_ROWS) break;
  }
  const beyond = expected.find(({ seq }) => seq > end.seq);
  return { end, fault: beyond ? fault(end.seq + 1, null, beyond.lost) : null };
}

/** Where the chain begins: after the rows that were removed because of their age, if their checkpoint is genuine. */
async function readStart(db: Kysely<Database>, keys: KeyRing): Promise<ChainHead | Fault> {
  const checkpoint = await readCheckpoint(db);
  if (!checkpoint) return { seq: 0, mac: '' };
  const genuine = keys.some((key) => checkpoint.signature === checkpointSignature(key, checkpoint.seq, checkpoint.mac));
  return genuine
    ? checkpoint
    : fault(checkpoint.seq, null, 'the checkpoint of the removed rows is not signed with this key');
}

/**
 * Checks every seal of the audit, from the oldest row to the newest, and that nothing is missing at either end.
 *
 * @param keys the chain's, which are not in the database
 * @param kept the head that the storage keeps; null when it keeps none
 * @param unsealed whether a row without a seal waits for one, or is a fault: `SOM3D_AUDIT_UNSEALED`
 */
export async function verifyChain(
  db: Kysely<Database>,
  {
    keys,
    kept,
    unsealed,
  }: { readonly keys: KeyRing; readonly kept: ChainHead | null; readonly unsealed: 'seal' | 'report' },
): Promise<Verification> {
  const { waiting } = await db
    .selectFrom('ClinicalAudit')
    .select(({ fn }) => fn.countAll<number>().as('waiting'))
    .where('seq', 'is', null)
    .executeTakeFirstOrThrow();
  // Read before the rows: what is appended meanwhile lies beyond it.
  const head = await readHead(db);
  const start = await readStart(db, keys);
  if ('reason' in start) return { rows: 0, waiting, removedUpTo: 0, fault: start };
  const ofDatabase = {
    ...head,
    lost: `the rows up to position ${head.seq} are missing`,
    differs: 'the end of the chain that the database keeps is another one',
  };
  const ofStorage = kept && {
    ...kept,
    lost: `the rows up to position ${kept.seq} are missing, which the storage has seen`,
    differs: 'the storage has seen another row here: the end of the chain was cut off, or an older database restored',
  };
  const expected = [ofDatabase, ...(ofStorage ? [ofStorage] : [])];
  const { end, fault: found } = await follow(db, { keys, from: start, expected });
  const stranger = unsealed === 'report' ? await firstUnsealed(db) : null;
  return { rows: end.seq - start.seq, waiting, removedUpTo: start.seq, fault: found ?? stranger };
}
