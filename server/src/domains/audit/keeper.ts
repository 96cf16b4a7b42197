import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import { readHead, removeOlderThan, sealRows, waitingRows, type ChainHead } from '../../db/audit/chain.ts';
import { kysely } from '../../db/kysely.ts';
import { withLease, type Lease } from '../../db/locks/lease.ts';
import { dialectOf } from '../../db/orm.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';

type KeeperDeps = Pick<Deps, 'orm' | 'clock' | 'config' | 'secrets' | 'storage' | 'log'>;

const DUTY = 'audit.keep';
const LEASE_MS = 60_000;
/** Rows for each transaction: while it runs, nobody else appends to the chain. */
const SEALED_AT_ONCE = 100;
const REMOVED_AT_ONCE = 5000;
/** Lets those who wait to append go first, in ms. */
const BREATH_MS = 20;

const HEAD_KEY = 'audit/head.json';
const Head = z.object({ seq: z.int().min(0), mac: z.string() });

/** The head of the chain that the storage keeps; null when it keeps none. */
export async function readKeptHead(storage: Deps['storage']): Promise<ChainHead | null> {
  try {
    return Head.parse(JSON.parse(await text(await storage.read(HEAD_KEY))));
  } catch (error) {
    if (error instanceof AppError && error.kind === 'not_found') return null;
    throw error;
  }
}

/** Keeps a copy of the chain's head outside of the database, where whoever cuts the chain there does not reach. */
export async function keepHead(storage: Deps['storage'], head: ChainHead): Promise<void> {
  await storage.put(HEAD_KEY, Readable.from([JSON.stringify(head)]));
}

/** Looks after the chain of the audit: seals what the predecessor wrote, keeps the head, removes what is old enough. */
export class AuditKeeper {
  readonly #deps: KeeperDeps;
  #kept = -1;
  /** The unsealed row that was logged last: each round finds it again. */
  #reported: number | undefined;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
  }

  /** One round, unless another process is at it. @param signal ends it early */
  async runDue(signal?: AbortSignal): Promise<void> {
    const { orm, clock } = this.#deps;
    await withLease(orm, { name: DUTY, leaseMs: LEASE_MS, clock }, async (lease) => {
      if (this.#deps.config.SOM3D_AUDIT_UNSEALED === 'seal') await this.#sealWaiting(lease, signal);
      else await this.#reportUnsealed();
      await this.#removeOld();
      await this.#keepHead();
    });
  }

  async #sealWaiting(lease: Lease, signal: AbortSignal | undefined): Promise<void> {
    const { orm, secrets } = this.#deps;
    const sqlite = dialectOf(orm) === 'sqlite';
    for (;;) {
      const ids = await waitingRows(kysely(orm.em.fork()), SEALED_AT_ONCE);
      if (ids.length === 0) return;
      await inTransaction(orm.em, async (em) => await sealRows(kysely(em), { key: secrets.audit[0], sqlite, ids }));
      if (ids.length < SEALED_AT_ONCE || signal?.aborted || !(await lease.renew())) return;
      await pause(BREATH_MS);
    }
  }

  async #reportUnsealed(): Promise<void> {
    const [id_audit] = await waitingRows(kysely(this.#deps.orm.em.fork()), 1);
    if (id_audit === this.#reported) return;
    this.#reported = id_audit;
    if (id_audit !== undefined) this.#deps.log.error({ id_audit }, 'the audit has a row without a seal');
  }

  async #removeOld(): Promise<void> {
    const { orm, clock, config, secrets, log } = this.#deps;
    if (config.SOM3D_AUDIT_YEARS === undefined) return;
    const before = clock();
    before.setUTCFullYear(before.getUTCFullYear() - config.SOM3D_AUDIT_YEARS);
    const options = { key: secrets.audit[0], before, limit: REMOVED_AT_ONCE };
    const removed = await inTransaction(orm.em, async (em) => await removeOlderThan(em, options));
    if (removed > 0) log.info({ removed, before }, 'old audit rows removed');
  }

  /** A head that the chain does not contain any more stays in the storage: it is the only witness of what is missing. */
  async #keepHead(): Promise<void> {
    const { orm, storage, log } = this.#deps;
    const db = kysely(orm.em.fork());
    const head = await readHead(db);
    if (head.seq === this.#kept || head.seq === 0) return;
    const kept = await readKeptHead(storage);
    if (kept && !(await this.#contains(kept))) {
      log.error(
        { kept: kept.seq, head: head.seq },
        'the audit chain does not contain the row that the storage has seen',
      );
      return;
    }
    await keepHead(storage, head);
    this.#kept = head.seq;
  }

  async #contains({ seq, mac }: ChainHead): Promise<boolean> {
    const db = kysely(this.#deps.orm.em.fork());
    const rows = db.selectFrom('ClinicalAudit').select('mac').where('seq', '=', seq);
    const row = await rows.executeTakeFirst();
    if (row) return row.mac === mac;
    const checkpoint = await db
      .selectFrom('audit_chain')
      .select('seq')
      .where('name', '=', 'checkpoint')
      .executeTakeFirst();
    return checkpoint !== undefined && checkpoint.seq >= seq;
  }
}
