import type { MikroORM } from '@mikro-orm/core';
import { compiled } from '../../db/compiled.ts';
import type { Actor } from '../../http/context.ts';
import type { AccessToken } from './tokens.ts';

interface Claims {
  readonly id_usuario: number;
  readonly version: number;
  readonly sid: string | null;
  readonly now: Date;
}

/** The user of a token, by unique keys alone. The session that the token names must be open and the user's. */
const userOf = compiled((db, { id_usuario, version, sid, now }: Claims) => {
  const user = db
    .selectFrom('Usuario as u')
    .leftJoin('Medico as m', 'm.id_usuario', 'u.id_usuario')
    .select(['u.id_usuario', 'u.rol', 'u.activo', 'u.correo', 'm.id_medico'])
    .where('u.id_usuario', '=', id_usuario)
    .where('u.token_version', '=', version)
    .where('u.suspended_at', 'is', null);
  if (sid === null) return user;
  return user.innerJoin('auth_refresh_session as s', (join) =>
    join
      .on('s.live_family', '=', sid)
      .on('s.revoked_at', 'is', null)
      .on('s.id_usuario', '=', id_usuario)
      .on('s.expires_at', '>', now),
  );
});

/**
 * Who a token stands for right now: asked on every request. Null when the user is gone or suspended, when their tokens
 * have a newer version, or when the token's session has ended.
 */
export async function findActor(orm: MikroORM, token: AccessToken, now: Date): Promise<Actor | null> {
  const { id_usuario, version, sid } = token;
  const [row] = await userOf(orm, { id_usuario, version, sid, now });
  return row ? { ...row, activo: Boolean(row.activo), sid } : null;
}
