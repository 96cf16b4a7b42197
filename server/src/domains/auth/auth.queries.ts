import type { MikroORM } from '@mikro-orm/core';
import { kysely } from '../../db/orm.ts';
import type { Actor } from '../../http/context.ts';

/** Who a user id is right now: asked on every request, so one statement on two primary or unique keys. */
export async function findActor(orm: MikroORM, id_usuario: number): Promise<Actor | null> {
  const row = await kysely(orm.em)
    .selectFrom('Usuario as u')
    .leftJoin('Medico as m', 'm.id_usuario', 'u.id_usuario')
    .select(['u.id_usuario', 'u.rol', 'u.activo', 'u.correo', 'm.id_medico'])
    .where('u.id_usuario', '=', id_usuario)
    .executeTakeFirst();
  return row ? { ...row, activo: Boolean(row.activo) } : null;
}
