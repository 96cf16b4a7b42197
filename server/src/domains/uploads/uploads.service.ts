import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { EntityManager } from '@mikro-orm/core';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Logger } from 'pino';
import { plusMs } from '../../base/backoff.ts';
import { AppError } from '../../base/errors.ts';
import { StorageDeletion } from '../../db/entities/som3d.entity.ts';
import { type Database, kysely } from '../../db/kysely.ts';
import { FREE } from '../../db/locks/claim.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../http/context.ts';
import { beginsAsZip, notZip, tooLarge } from '../../http/upload-form.ts';
import type { Deletions } from '../../jobs/deletions.ts';
import { partsOf } from '../../jobs/keys.ts';
import { requireEntitlement } from '../subscriptions/entitlement.ts';
import { holdAccount, requireRoomForUpload, whyNoUploads } from '../usage/quotas.ts';
import { ArrivingBytes } from './arriving.ts';
import { newPartName, partKey, readParts } from './parts.ts';

/** An upload that gets nothing for so long expires, in ms. */
const LIFE_MS = 86_400_000;
/** What a process that dies can lose, in bytes: so much becomes one stored part. */
const PART_BYTES = 8 * 1024 ** 2;
/** How long a writer keeps the upload without renewing, and how long a connection may be silent, in ms. */
const LEASE_MS = 30_000;
const RENEW_MS = 10_000;
const SILENCE_MS = 15_000;
/** An upload takes so many parts, and one more for each MiB: tiny ones would fill the storage with files. */
const SPARE_PARTS = 32;

export type UploadRow = Selectable<Database['upload']>;

/** The right to write to an upload, or to make a job of it. */
export interface Hold {
  readonly row: UploadRow;
  readonly token: string;
  /** Aborted when another process has taken the upload over. */
  readonly lost: AbortSignal;
}

function locked(): AppError {
  return new AppError('locked', 'Otra solicitud está usando esta subida: espere a que termine', {
    headers: { 'retry-after': '1' },
  });
}

function notFound(): AppError {
  return new AppError('not_found', 'La subida no existe');
}

/** Resumable uploads: what has arrived is in the storage in parts, and their list is in the row. */
export class Uploads {
  readonly #deps: Deps;
  readonly #deletions: Deletions;

  constructor(deps: Deps, deletions: Deletions) {
    this.#deps = deps;
    this.#deletions = deletions;
  }

  /**
   * Begins an upload and reserves its space.
   *
   * @throws AppError 402, 403, 413, 429, 507
   */
  async create(actor: Actor, size: number, metadata: string | undefined): Promise<UploadRow> {
    const { orm, config, clock } = this.#deps;
    if (size > config.maxUploadBytes) throw tooLarge(config.maxUploadBytes);
    if (size === 0) throw notZip(0);
    await requireEntitlement(this.#deps, actor);
    const lacking = await whyNoUploads(orm.em.fork(), config, actor);
    if (lacking !== null) throw new AppError('forbidden', lacking);
    const row: UploadRow = {
      upload_id: randomUUID(),
      id_usuario: actor.id_usuario,
      expired: 0,
      size,
      received: 0,
      parts_json: '[]',
      metadata: metadata ?? null,
      expires_at: plusMs(clock(), LIFE_MS),
      ...FREE,
    };
    await inTransaction(orm.em, async (em) => {
      await holdAccount(em, actor.id_usuario);
      await requireRoomForUpload(em, config, actor.id_usuario, size);
      await kysely(em).insertInto('upload').values(row).execute();
    });
    return row;
  }

  /** @throws AppError 404 also for another's upload, 410 for one that has expired */
  async get({ id_usuario }: Actor, uploadId: string): Promise<UploadRow> {
    const row = await this.#db().selectFrom('upload').selectAll().where('upload_id', '=', uploadId).executeTakeFirst();
    if (!row || row.id_usuario !== id_usuario) throw notFound();
    if (row.expired || row.expires_at <= this.#deps.clock()) {
      throw new AppError('gone', 'La subida venció porque no llegó nada en un día: empiece otra');
    }
    return row;
  }

  /** Ends an upload; a writer that is at work finds it gone. @throws AppError 404 */
  async remove({ id_usuario }: Actor, uploadId: string): Promise<void> {
    const { orm, clock } = this.#deps;
    await inTransaction(orm.em, async (em) => {
      if (!(await dropUpload(em, uploadId, { id_usuario, at: clock() }))) throw notFound();
    });
    await this.removeDropped();
  }

  /** Removes the parts of dropped uploads from the storage. What cannot be removed now stays noted. */
  async removeDropped(): Promise<void> {
    await this.#deletions
      .workOff()
      .catch((error: unknown) => this.#deps.log.warn({ err: error }, 'parts not removed; the sweeper will retry'));
  }

  /**
   * Stores what a body brings, from `offset` on. Whatever arrives before the connection breaks stays stored.
   *
   * @param length that the body announces
   * @returns the row as it is then
   * @throws AppError 404, 409 for another offset than the stored one, 410, 413 past the upload's size, 423, 429
   */
  async append(actor: Actor, uploadId: string, from: { offset: number; length: number; body: Readable }, log: Logger) {
    const row = await this.get(actor, uploadId);
    if (from.offset !== row.received) throw this.#elsewhere(row);
    if (from.length > row.size - row.received) throw this.#tooMuch(row);
    return await this.holding(row, async (hold) => {
      using body = new ArrivingBytes(from.body, SILENCE_MS);
      const end = await this.#receive(hold, body, log);
      if (end === 'silent') {
        const headers = { connection: 'close' };
        throw new AppError('request_timeout', 'Los datos dejaron de llegar: continúe la subida', { headers });
      }
      if (end === 'broken') throw new AppError('malformed', 'La subida se interrumpió: continúela desde donde quedó');
      return await this.get(actor, uploadId);
    });
  }

  /**
   * Does something with an upload that one request at a time may do, in whichever process.
   *
   * @throws AppError 423 while another request does
   */
  async holding<T>(row: UploadRow, work: (hold: Hold) => Promise<T>): Promise<T> {
    const { clock, log } = this.#deps;
    const token = randomUUID();
    const now = clock();
    const { numUpdatedRows } = await this.#db()
      .updateTable('upload')
      .set({ lease_token: token, lease_expires_at: plusMs(now, LEASE_MS) })
      .where('upload_id', '=', row.upload_id)
      .where('received', '=', row.received)
      .where('expired', '=', 0)
      .where((where) => where.or([where('lease_expires_at', 'is', null), where('lease_expires_at', '<=', now)]))
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw locked();
    const lost = new AbortController();
    const mine = () =>
      this.#db().updateTable('upload').where('upload_id', '=', row.upload_id).where('lease_token', '=', token);
    const renew = async (): Promise<void> => {
      const set = { lease_expires_at: plusMs(clock(), LEASE_MS) };
      if ((await mine().set(set).executeTakeFirst()).numUpdatedRows === 0n) lost.abort(locked());
    };
    const timer = setInterval(() => {
      renew().catch((error: unknown) => log.warn({ err: error, upload_id: row.upload_id }, 'upload lease not renewed'));
    }, RENEW_MS);
    try {
      return await work({ row, token, lost: lost.signal });
    } catch (error) {
      // What was broken off fails in ways of its own.
      throw lost.signal.aborted ? lost.signal.reason : error;
    } finally {
      clearInterval(timer);
      // Unreleased, the lease runs out.
      await mine()
        .set(FREE)
        .execute()
        .catch(() => undefined);
    }
  }

  /** Stores one part after the other. @returns how the body ended */
  async #receive(hold: Hold, body: ArrivingBytes, log: Logger): Promise<'end' | 'broken' | 'silent'> {
    const { upload_id, size } = hold.row;
    const parts = readParts(hold.row.parts_json);
    let { received } = hold.row;
    for (;;) {
      const next = await body.next();
      if (next !== 'bytes') return next;
      if (received === size) throw this.#tooMuch(hold.row);
      if (received === 0 && !beginsAsZip(body.head)) throw notZip(size);
      if (parts.length >= SPARE_PARTS + Math.ceil(size / 1024 ** 2)) {
        throw new AppError('too_many_requests', 'Esta subida llegó en demasiados pedazos pequeños: empiece otra');
      }
      const name = newPartName(received);
      const key = partKey(upload_id, name);
      const piece = body.piece(Math.min(PART_BYTES, size - received));
      const stored = await this.#deps.storage.put(key, piece, hold.lost);
      parts.push([name, stored.size]);
      // The order makes a crash harmless: a part that no row lists yet is as good as not received.
      if (!(await this.#commit(hold, received, stored.size, JSON.stringify(parts)))) {
        await this.#deps.storage.remove(key);
        throw await this.#whyLost(upload_id);
      }
      received += stored.size;
      log.debug({ upload_id, received, size }, 'upload part stored');
    }
  }

  /** @returns false when the upload is not this writer's any more */
  async #commit({ row, token }: Hold, from: number, bytes: number, parts_json: string): Promise<boolean> {
    const now = this.#deps.clock();
    const { numUpdatedRows } = await this.#db()
      .updateTable('upload')
      .set({
        received: sql<number>`received + ${bytes}`,
        parts_json,
        expires_at: plusMs(now, LIFE_MS),
        lease_expires_at: plusMs(now, LEASE_MS),
      })
      .where('upload_id', '=', row.upload_id)
      .where('lease_token', '=', token)
      .where('received', '=', from)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async #whyLost(uploadId: string): Promise<AppError> {
    const present = this.#db().selectFrom('upload').select('upload_id').where('upload_id', '=', uploadId);
    return (await present.executeTakeFirst()) ? locked() : notFound();
  }

  #elsewhere({ received }: UploadRow): AppError {
    return new AppError('conflict', `La subida tiene ${received} bytes guardados: continúe desde ahí`, {
      headers: { 'upload-offset': String(received) },
    });
  }

  #tooMuch({ size }: UploadRow): AppError {
    return new AppError('too_large', `La subida anunció ${size} bytes y llegan más`);
  }

  #db(): Kysely<Database> {
    return kysely(this.#deps.orm.em.fork());
  }
}

/**
 * Removes an upload in the caller's transaction, and notes its stored parts for removal.
 *
 * @returns false when the user has no such upload
 */
export async function dropUpload(
  em: EntityManager,
  upload_id: string,
  { id_usuario, at }: { readonly id_usuario: number; readonly at: Date },
): Promise<boolean> {
  const { numDeletedRows } = await kysely(em)
    .deleteFrom('upload')
    .where('upload_id', '=', upload_id)
    .where('id_usuario', '=', id_usuario)
    .executeTakeFirst();
  if (numDeletedRows === 0n) return false;
  const noted = { attempts: 0, next_attempt_at: at, created_at: at, is_prefix: true };
  em.create(StorageDeletion, { ...noted, storage_key: partsOf(upload_id) });
  return true;
}

/** Removes the uploads of a user that is being removed. */
export async function dropUploadsOf(em: EntityManager, id_usuario: number, at: Date): Promise<void> {
  const rows = await kysely(em).selectFrom('upload').select('upload_id').where('id_usuario', '=', id_usuario).execute();
  for (const { upload_id } of rows) await dropUpload(em, upload_id, { id_usuario, at });
}
