import type { MikroORM } from '@mikro-orm/core';
import type { Role } from '@som3d/contract';
import { sql } from 'kysely';
import { kysely } from '../../db/orm.ts';
import type { Actor } from '../../http/context.ts';
import type { AccessToken } from './tokens.ts';

interface ActorRow {
  readonly id_usuario: number;
  readonly rol: Role;
  readonly activo: number;
  readonly correo: string;
  readonly id_medico: number | null;
}

/** The session that a token names, while it is open and the user's. */
function openSession({ id_usuario, sid }: AccessToken, now: Date) {
  return sql`inner join auth_refresh_session s on s.live_family = ${sid} and s.revoked_at is null
    and s.id_usuario = ${id_usuario} and s.expires_at > ${now}`;
}

/**
 * Who a token stands for right now: asked on every request, so one statement on unique keys, as text, which costs less
 * than a query that is built. Null when the user is gone or suspended, when their tokens have a newer version, or when
 * the token's session has ended.
 */
export async function findActor(orm: MikroORM, token: AccessToken, now: Date): Promise<Actor | null> {
  const { rows } = await sql<ActorRow>`
    select u.id_usuario, u.rol, u.activo, u.correo, m.id_medico
    from Usuario u
    left join Medico m on m.id_usuario = u.id_usuario
    ${token.sid === null ? sql`` : openSession(token, now)}
    where u.id_usuario = ${token.id_usuario} and u.token_version = ${token.version} and u.suspended_at is null`.execute(
    kysely(orm.em),
  );
  const [row] = rows;
  return row ? { ...row, activo: Boolean(row.activo), sid: token.sid } : null;
}
