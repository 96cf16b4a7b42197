import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Kysely } from 'kysely';
import { type Database, kysely } from '../db/kysely.ts';
import { upsert } from '../db/upsert.ts';
import type { Deps } from '../deps.ts';
import { hasFiles, rowsNameAllFiles, rowsNameFiles } from './stored-files.ts';

/** `installation/<id>.json` says that the files of the storage belong to the installation of that id. */
const MARKS = 'installation/';
/** `installation/visitors/<id>.json`: an installation that may not sweep here is running now, and has no files yet. */
const VISITORS = `${MARKS}visitors/`;
/** A visitor writes its mark with every round of its sweeper; one that is older than this, in ms, has ended. */
const VISIT_MS = 180_000;
/** The table has one row. */
const ROW = 1;

/** Why nothing of the storage is swept. */
export type StorageFault = 'foreign' | 'shared' | 'missing' | 'unnamed';

const ADOPT = 'run `som3d-server storage adopt`';
const WHY: Readonly<Record<StorageFault, string>> = {
  foreign: `the files belong to the installation of another database. Is this the right database, and the right storage? If it is, ${ADOPT}`,
  shared: `another installation uses the same storage. Give each its own folder, bucket or S3_PREFIX; when the other one is gone, ${ADOPT}`,
  missing: `the storage does not say whose files it has, but the database has an installation. Is this the right storage? If it is, ${ADOPT}`,
  unnamed: `the storage has files of jobs that the database does not know. Is this the right database? If it is, ${ADOPT}`,
};

/** The reason for the operator, with what settles it. */
export function whyNotSwept(fault: StorageFault): string {
  return `nothing is removed from the storage: ${WHY[fault]}`;
}

type InstallationDeps = Pick<Deps, 'orm' | 'storage' | 'clock' | 'machineAheadMs'>;

interface Identity {
  readonly id: string;
  /** Whether the id has been written to the storage as well. */
  readonly confirmed: boolean;
}

interface Marks {
  readonly owners: ReadonlySet<string>;
  readonly visitors: ReadonlySet<string>;
}

/**
 * Whether the database and the storage belong together. Both carry the id of the installation. As long as they do not
 * agree, no row can prove that a file is superfluous.
 */
export class Installation {
  readonly #deps: InstallationDeps;
  #fault: StorageFault | null = null;
  #visited = false;

  constructor(deps: InstallationDeps) {
    this.#deps = deps;
  }

  /**
   * Compares the two ids, and writes them where there is nothing to lose: an empty storage, or one whose files are all
   * named by rows. An installation on the storage of another one leaves a mark there, so that the other one sees it.
   *
   * @returns null when both agree
   * @throws when the database or the storage cannot be read
   */
  async settle(): Promise<StorageFault | null> {
    const identity = await this.#identity();
    const marks = await this.#marks();
    let fault = this.#compare(identity, marks);
    if (fault === 'unclaimed') fault = await this.#claim(identity);
    if (fault === 'foreign') await this.#leaveMark();
    if (fault === null && identity && !identity.confirmed) await this.#confirm();
    this.#fault = fault;
    return fault;
  }

  /** The same without a change of anything and without a look at every file, for who asks often. */
  async look(): Promise<StorageFault | null> {
    const found = this.#compare(await this.#identity(), await this.#marks());
    return found === 'unclaimed' ? this.#fault : found;
  }

  /**
   * Makes the files of the storage those of this database. The marks of all others are removed.
   *
   * @returns the ids of the installations that had marked the storage
   */
  async adopt(): Promise<string[]> {
    const id = await this.#ensureId();
    const { owners, visitors } = await this.#marks();
    await this.#putMark(MARKS, id);
    for (const other of owners) if (other !== id) await this.#removeMark(MARKS, other);
    for (const other of visitors) await this.#removeMark(VISITORS, other);
    await this.#confirm();
    this.#fault = null;
    return [...new Set([...owners, ...visitors])].filter((other) => other !== id);
  }

  /** Takes a visitor's mark away when the process ends. */
  async leave(): Promise<void> {
    const identity = this.#visited ? await this.#identity() : null;
    if (identity) await this.#removeMark(VISITORS, identity.id);
  }

  #compare(identity: Identity | null, { owners, visitors }: Marks): StorageFault | null | 'unclaimed' {
    const own = identity !== null && owners.has(identity.id);
    if (owners.size > (own ? 1 : 0)) return own ? 'shared' : 'foreign';
    if (own) return [...visitors].some((id) => id !== identity.id) ? 'shared' : null;
    return 'unclaimed';
  }

  /** Nobody has marked the storage. */
  async #claim(identity: Identity | null): Promise<StorageFault | null> {
    const { orm, storage } = this.#deps;
    if (identity?.confirmed) {
      if ((await hasFiles(storage)) || (await rowsNameFiles(orm))) return 'missing';
    } else if (!(await rowsNameAllFiles(orm, storage))) return 'unnamed';
    // In this order a crash leaves an id that is not confirmed, and the next call goes on from there.
    await this.#putMark(MARKS, await this.#ensureId());
    await this.#confirm();
    return null;
  }

  async #leaveMark(): Promise<void> {
    const id = await this.#ensureId();
    // With files of its own it is no visitor any more: they must outlive the end of this process.
    const stays = await rowsNameFiles(this.#deps.orm);
    await this.#putMark(stays ? MARKS : VISITORS, id);
    this.#visited = true;
  }

  async #marks(): Promise<Marks> {
    const { storage, machineAheadMs } = this.#deps;
    const owners = new Set<string>();
    const visitors = new Set<string>();
    const before = Date.now() - machineAheadMs() - VISIT_MS;
    for await (const { key, modifiedAt } of storage.list(MARKS)) {
      const id = key.slice(key.lastIndexOf('/') + 1).replace(/\.json$/, '');
      if (!key.startsWith(VISITORS)) owners.add(id);
      else if (modifiedAt.getTime() > before) visitors.add(id);
    }
    return { owners, visitors };
  }

  async #identity(): Promise<Identity | null> {
    const row = await this.#db().selectFrom('installation').selectAll().where('id', '=', ROW).executeTakeFirst();
    return row ? { id: row.installation_id, confirmed: row.confirmed_at !== null } : null;
  }

  /** Of two processes that make an id at once, one is kept. */
  async #ensureId(): Promise<string> {
    const { orm, clock } = this.#deps;
    const row = { id: ROW, installation_id: randomUUID(), created_at: clock(), confirmed_at: null };
    await upsert(orm.em.fork(), 'installation', row, ['id']);
    const identity = await this.#identity();
    if (!identity) throw new Error('the id of the installation was not stored');
    return identity.id;
  }

  async #confirm(): Promise<void> {
    await this.#db()
      .updateTable('installation')
      .set({ confirmed_at: this.#deps.clock() })
      .where('id', '=', ROW)
      .where('confirmed_at', 'is', null)
      .execute();
  }

  async #putMark(folder: string, id: string): Promise<void> {
    const mark = { installation_id: id, written_at: this.#deps.clock().toISOString() };
    await this.#deps.storage.put(`${folder}${id}.json`, Readable.from([`${JSON.stringify(mark)}\n`]));
  }

  async #removeMark(folder: string, id: string): Promise<void> {
    await this.#deps.storage.remove(`${folder}${id}.json`);
  }

  #db(): Kysely<Database> {
    return kysely(this.#deps.orm.em.fork());
  }
}
