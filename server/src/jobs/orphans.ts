import { setTimeout as pause } from 'node:timers/promises';
import { kysely } from '../db/kysely.ts';
import { withLease, type Lease } from '../db/locks/lease.ts';
import type { Deps } from '../deps.ts';
import type { StoredObject } from '../gateways/storage/storage.ts';
import { attemptOf, attemptPrefix, jobOf, previewKey } from './keys.ts';
import { isTerminal, type JobState } from './states.ts';
import { batchesOfFiles } from './stored-files.ts';
import type { Trash } from './trash.ts';

/** No round removes more objects than this, or this share of all, whichever is more. */
const MOST_OBJECTS = 50;
const MOST_SHARE = 0.02;
/** Objects that one round keeps in mind. */
const MOST_KNOWN = 100_000;
const BATCH = 100;
const LEASE_MS = 30_000;
/** The processes of a group begin their rounds together: one of them is enough. */
const NOT_WITHIN_MS = 5000;
/** Pause between two looks whether another process has ended its round. */
const WAIT_MS = 200;

interface JobFiles {
  readonly status: JobState;
  readonly input_key: string | null;
  readonly lease_token: string | null;
  readonly result_key: string | null;
}

/** What one round found and removed, in objects. */
export interface SweepReport {
  readonly stored: number;
  readonly orphans: number;
  readonly removed: number;
}

/** Moves to the trash what is stored and belongs to no job, or not any more. */
export class Orphans {
  readonly #deps: Pick<Deps, 'orm' | 'clock' | 'machineAheadMs' | 'config' | 'log' | 'storage'>;
  readonly #trash: Trash;

  constructor(deps: Pick<Deps, 'orm' | 'clock' | 'machineAheadMs' | 'config' | 'log' | 'storage'>, trash: Trash) {
    this.#deps = deps;
    this.#trash = trash;
  }

  /**
   * One round over all objects, as soon as no other process does one. To be called only when the database and the storage
   * belong together.
   *
   * @param force removes all that is found, however many
   */
  async sweep({ force = false } = {}): Promise<SweepReport> {
    for (;;) {
      const report = await withLease(this.#deps.orm, this.#duty, (lease) => this.#round(lease, force));
      if (report) return report;
      await pause(WAIT_MS);
    }
  }

  /** The same, but nothing when another process does a round now or has just done one. */
  async sweepInTurn(): Promise<void> {
    const duty = { ...this.#duty, notWithinMs: NOT_WITHIN_MS };
    await withLease(this.#deps.orm, duty, (lease) => this.#round(lease, false));
  }

  /**
   * What a round would move; changes nothing.
   *
   * @param afterBatch called between some objects and the next
   */
  async find(
    afterBatch: () => Promise<unknown> = async () => {},
  ): Promise<{ stored: number; orphans: StoredObject[] }> {
    const { machineAheadMs, config, storage } = this.#deps;
    // The age of a file is the disk's, not the service's clock.
    const before = Date.now() - machineAheadMs() - config.SOM3D_ORPHAN_GRACE_SECONDS * 1000;
    const orphans: StoredObject[] = [];
    let stored = 0;
    for await (const objects of batchesOfFiles(storage)) {
      stored += objects.length;
      const old = objects.filter(({ modifiedAt }) => modifiedAt.getTime() <= before);
      if (old.length > 0 && orphans.length < MOST_KNOWN) orphans.push(...(await this.#among(old)));
      await afterBatch();
    }
    return { stored, orphans };
  }

  get #duty() {
    return { name: 'storage-sweep', leaseMs: LEASE_MS, clock: this.#deps.clock };
  }

  async #round(lease: Lease, force: boolean): Promise<SweepReport> {
    const { stored, orphans } = await this.find(() => lease.renew());
    const most = force ? Infinity : Math.max(MOST_OBJECTS, Math.floor(stored * MOST_SHARE));
    const removed = await this.#remove(orphans.slice(0, most), lease);
    if (orphans.length > most) {
      this.#deps.log.warn(
        { stored, removed, left: orphans.length - removed },
        'many files belong to no job; `som3d-server storage sweep --force` removes them all at once',
      );
    }
    return { stored, orphans: orphans.length, removed };
  }

  async #remove(orphans: readonly StoredObject[], lease: Lease): Promise<number> {
    let removed = 0;
    for (let at = 0; at < orphans.length; at += BATCH) {
      if (!(await lease.renew())) break;
      // Looked at once more: the first look may be long ago by now.
      for (const { key } of await this.#among(orphans.slice(at, at + BATCH))) {
        if (!(await this.#trash.throwAway(key))) continue;
        removed += 1;
        this.#deps.log.info({ key }, 'orphaned file moved to the trash');
      }
    }
    return removed;
  }

  /** The rows are read after the objects were listed: an attempt's lease is in its row before it stores anything. */
  async #among(objects: readonly StoredObject[]): Promise<StoredObject[]> {
    const rows = await kysely(this.#deps.orm.em.fork())
      .selectFrom('JobConv')
      .select(['job_id', 'status', 'input_key', 'lease_token', 'result_key'])
      .where('job_id', 'in', [...new Set(objects.map(({ key }) => jobOf(key)))])
      .execute();
    const jobs = new Map(rows.map((row) => [row.job_id, row]));
    return objects.filter((object) => {
      const job = jobs.get(jobOf(object.key));
      return !job || !this.#isNamed(object, job);
    });
  }

  #isNamed({ key }: StoredObject, job: JobFiles): boolean {
    if (key === job.input_key) return !isTerminal(job.status) || this.#deps.config.SOM3D_KEEP_INPUT;
    if (job.status === 'DONE') return job.result_key !== null && attemptOf(job.result_key) === attemptOf(key);
    if (job.status !== 'RUNNING' || job.lease_token === null) return false;
    if (key === previewKey(jobOf(key), job.lease_token)) return true;
    return key.startsWith(attemptPrefix(jobOf(key), job.lease_token));
  }
}
