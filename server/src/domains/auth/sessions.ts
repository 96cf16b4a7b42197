import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { raw, type EntityManager } from '@mikro-orm/core';
import type { Session } from '@som3d/contract';
import type { KeyRing } from '../../base/secret.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { RefreshSession, Usuario } from '../../db/entities/auth.entity.ts';
import type { Caller } from './caller.ts';

const DAY_MS = 86_400_000;
/** So long after its exchange a token still gives the session's newest one to the client that exchanged it, in ms. */
const GRACE_MS = 30_000;

/** A refresh token is random to everybody else; the database knows its digest alone. */
function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * The token that follows in a session. It is derived from the one before, so that it can be given out once more while
 * the database knows digests alone.
 */
function successorOf({ jti }: RefreshSession, key: Buffer): string {
  return createHmac('sha256', key).update(jti).digest('base64url');
}

function isTokenOf({ jti }: RefreshSession) {
  return (token: string) => digestOf(token) === jti;
}

async function find(em: EntityManager, token: string): Promise<RefreshSession | null> {
  return await em.findOne(RefreshSession, { jti: digestOf(token) }, FOR_UPDATE);
}

/** What a login or a renewal gives out: a refresh token, and the session that access tokens name. */
export interface OpenSession {
  readonly user: Usuario;
  readonly refreshToken: string;
  readonly sid: string;
}

/** The sessions of users. One login is a session: a family of refresh tokens, of which the last one is good. */
export class Sessions {
  readonly #deps: Pick<Deps, 'orm' | 'clock' | 'config'>;
  readonly #keys: KeyRing;

  constructor({ orm, clock, config, secrets }: Pick<Deps, 'orm' | 'clock' | 'config' | 'secrets'>) {
    this.#deps = { orm, clock, config };
    this.#keys = secrets.keysFor('som3d refresh tokens');
  }

  /** Opens the session of a login, in the caller's transaction. */
  open(em: EntityManager, user: Usuario, caller: Caller): OpenSession {
    const sid = randomUUID();
    const refreshToken = randomBytes(32).toString('base64url');
    this.#insert(em, user, { sid, refreshToken, opened_at: this.#deps.clock() }, caller);
    return { user, refreshToken, sid };
  }

  /**
   * Exchanges a token for the next of its session. Two tabs that exchange one token, or a client that lost the answer,
   * get the session's newest token for a while. After that, or from another client, a token that was exchanged before
   * has been copied by somebody: the session ends.
   *
   * @returns null when the token is no good
   */
  async renew(token: string, caller: Caller): Promise<OpenSession | null> {
    return await inTransaction(this.#deps.orm.em, async (em) => {
      const row = await find(em, token);
      if (!row) return null;
      if (!row.revoked_at) return await this.#exchange(em, row, caller);
      if (!row.replaced_by_jti) return null;
      const newest = await this.#newest(em, row, row.replaced_by_jti, caller);
      if (!newest) await this.#endFamily(em, row);
      return newest;
    });
  }

  /** Ends the session that a refresh token belongs to. One that is unknown changes nothing. */
  async close(token: string): Promise<void> {
    await inTransaction(this.#deps.orm.em, async (em) => {
      const row = await find(em, token);
      if (row) await this.#endFamily(em, row);
    });
  }

  /** Ends one session of a user. @returns false when the user has no such session */
  async end(id_usuario: number, sid: string): Promise<boolean> {
    const which = { id_usuario, family_id: sid, revoked_at: null };
    return (await this.#deps.orm.em.fork().nativeUpdate(RefreshSession, which, { revoked_at: this.#deps.clock() })) > 0;
  }

  /** Ends the sessions of a user but one. @returns how many have ended */
  async endOthers(id_usuario: number, kept: string | null): Promise<number> {
    const now = this.#deps.clock();
    const which = { id_usuario, revoked_at: null, ...(kept === null ? {} : { family_id: { $ne: kept } }) };
    return await this.#deps.orm.em.fork().nativeUpdate(RefreshSession, which, { revoked_at: now });
  }

  /** The sessions of a user that are open, the one used last first. @param own the session that asks */
  async list(id_usuario: number, own: string | null): Promise<Session[]> {
    const rows = await this.#deps.orm.em
      .fork()
      .find(
        RefreshSession,
        { id_usuario, revoked_at: null, family_id: { $ne: null }, expires_at: { $gt: this.#deps.clock() } },
        { orderBy: { id_session: 'desc' }, disableIdentityMap: true },
      );
    return rows.map((row) => ({
      id: row.family_id ?? '',
      iniciada_en: (row.opened_at ?? row.created_at).toISOString(),
      ultimo_uso: row.created_at.toISOString(),
      vence_en: row.expires_at.toISOString(),
      direccion_ip: row.ip_address ?? null,
      navegador: row.user_agent ?? null,
      actual: row.family_id === own,
    }));
  }

  async #exchange(em: EntityManager, row: RefreshSession, caller: Caller): Promise<OpenSession | null> {
    const now = this.#deps.clock();
    const user = row.expires_at > now ? await em.findOne(Usuario, row.id_usuario) : null;
    if (!user || user.suspended_at) return null;
    row.family_id ??= randomUUID();
    const sid = row.family_id;
    const refreshToken = successorOf(row, this.#keys[0]);
    const exchanged = { revoked_at: now, last_used_at: now, exchanged_at: now, live_family: null };
    em.assign(row, { ...exchanged, replaced_by_jti: digestOf(refreshToken) });
    // Before the insert: one row of a session is the live one.
    await em.flush();
    this.#insert(em, user, { sid, refreshToken, opened_at: row.opened_at ?? row.created_at }, caller);
    return { user, refreshToken, sid };
  }

  /** The session's newest token, for the client that exchanged `row` a moment ago; null for any other. */
  async #newest(
    em: EntityManager,
    { exchanged_at, family_id }: RefreshSession,
    successor: string,
    caller: Caller,
  ): Promise<OpenSession | null> {
    const now = this.#deps.clock();
    if (!exchanged_at || family_id == null || now.getTime() - exchanged_at.getTime() > GRACE_MS) return null;
    const given = await em.findOne(RefreshSession, { jti: successor });
    if (!given || given.user_agent !== caller.userAgent) return null;
    const live = await em.findOne(RefreshSession, { family_id, revoked_at: null, expires_at: { $gt: now } });
    const before = live && (await em.findOne(RefreshSession, { family_id, replaced_by_jti: live.jti }));
    const refreshToken = before && this.#keys.map((key) => successorOf(before, key)).find(isTokenOf(live));
    // Under a secret that is not accepted any more, a token cannot be made again.
    if (!refreshToken) return null;
    const user = await em.findOne(Usuario, live.id_usuario);
    return user && { user, refreshToken, sid: family_id };
  }

  #insert(
    em: EntityManager,
    { id_usuario }: Usuario,
    { sid, refreshToken, opened_at }: { sid: string; refreshToken: string; opened_at: Date },
    caller: Caller,
  ): void {
    const at = this.#deps.clock();
    em.create(RefreshSession, {
      id_usuario,
      jti: digestOf(refreshToken),
      family_id: sid,
      live_family: sid,
      ip_address: caller.ip,
      user_agent: caller.userAgent,
      expires_at: new Date(at.getTime() + this.#deps.config.REFRESH_EXPIRE_DAYS * DAY_MS),
      opened_at,
      created_at: at,
      updated_at: at,
    });
  }

  async #endFamily(em: EntityManager, { id_session, family_id }: RefreshSession): Promise<void> {
    const members = family_id == null ? { id_session } : { family_id };
    await em.nativeUpdate(RefreshSession, { ...members, revoked_at: null }, { revoked_at: this.#deps.clock() });
  }
}

/**
 * Ends everything that a user has signed in with, in the caller's transaction: the sessions, and access tokens of any
 * kind. The unit of work must have been flushed.
 *
 * @returns how many sessions have ended
 */
export async function endAccessOf(em: EntityManager, id_usuario: number, at: Date): Promise<number> {
  await em.nativeUpdate(Usuario, { id_usuario }, { token_version: raw('token_version + 1') });
  return await em.nativeUpdate(RefreshSession, { id_usuario, revoked_at: null }, { revoked_at: at });
}
