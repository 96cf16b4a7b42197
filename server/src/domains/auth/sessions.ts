import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { LockMode, type EntityManager } from '@mikro-orm/core';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { RefreshSession, Usuario } from '../../db/entities/auth.entity.ts';
import type { Caller } from './lockout.ts';

const DAY_MS = 86_400_000;
const lockMode = LockMode.PESSIMISTIC_WRITE;

/** A refresh token is random; the database knows its digest alone. */
function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

async function find(em: EntityManager, token: string): Promise<RefreshSession | null> {
  return await em.findOne(RefreshSession, { jti: digestOf(token) }, { lockMode });
}

/** A session's token after it was exchanged, and whose it is. */
export interface Renewal {
  readonly user: Usuario;
  readonly token: string;
}

/** Refresh sessions: behaviour.md section 3. One login is a family of tokens, of which only the last is good. */
export function createSessions({ orm, clock, config }: Pick<Deps, 'orm' | 'clock' | 'config'>) {
  const insert = (em: EntityManager, id_usuario: number, family_id: string, caller: Caller) => {
    const token = randomBytes(32).toString('base64url');
    const at = clock();
    const session = em.create(RefreshSession, {
      id_usuario,
      jti: digestOf(token),
      family_id,
      ip_address: caller.ip,
      user_agent: caller.userAgent?.slice(0, 300) ?? null,
      expires_at: new Date(at.getTime() + config.REFRESH_EXPIRE_DAYS * DAY_MS),
      created_at: at,
      updated_at: at,
    });
    return { token, jti: session.jti };
  };

  /** Opens the session of a login, in the caller's transaction. @returns its refresh token */
  const open = (em: EntityManager, id_usuario: number, caller: Caller): string =>
    insert(em, id_usuario, randomUUID(), caller).token;

  const revokeFamily = async (em: EntityManager, { id_session, family_id }: RefreshSession): Promise<void> => {
    const members = family_id === null ? { id_session } : { family_id };
    await em.nativeUpdate(RefreshSession, { ...members, revoked_at: null }, { revoked_at: clock() });
  };

  /**
   * Exchanges a token for the next of its family. One that was exchanged before has been copied by somebody: the whole
   * family ends.
   *
   * @returns null when the token is no good
   */
  const renew = async (token: string, caller: Caller): Promise<Renewal | null> =>
    await inTransaction(orm.em, async (em) => {
      const session = await find(em, token);
      if (!session) return null;
      if (session.revoked_at) {
        if (session.replaced_by_jti) await revokeFamily(em, session);
        return null;
      }
      const now = clock();
      const user = session.expires_at > now ? await em.findOne(Usuario, session.id_usuario) : null;
      if (!user) return null;
      const next = insert(em, user.id_usuario, session.family_id ?? randomUUID(), caller);
      em.assign(session, { revoked_at: now, last_used_at: now, replaced_by_jti: next.jti });
      return { user, token: next.token };
    });

  /** Ends the login that a token belongs to. One that is unknown changes nothing. */
  const close = async (token: string): Promise<void> => {
    await inTransaction(orm.em, async (em) => {
      const session = await find(em, token);
      if (session) await revokeFamily(em, session);
    });
  };

  return { open, renew, close };
}

/** Ends every session of a user, in the caller's transaction: a password has changed. */
export async function revokeSessionsOf(em: EntityManager, id_usuario: number, revoked_at: Date): Promise<void> {
  await em.nativeUpdate(RefreshSession, { id_usuario, revoked_at: null }, { revoked_at });
}
