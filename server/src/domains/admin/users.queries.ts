import type { EntityManager } from '@mikro-orm/core';
import type { UserQuery } from '@som3d/contract';
import { sql } from 'kysely';
import { kysely } from '../../db/kysely.ts';
import { contains } from '../../db/like.ts';
import { pageOf, withTotal } from '../../http/pages.ts';

const COLUMNS = [
  'id_usuario',
  'nombre',
  'apellido',
  'correo',
  'telefono',
  'direccion',
  'ciudad',
  'rol',
  'activo',
] as const;

/** One page of users, newest first: the inactive ones, or the administrators. */
export async function listUsers(em: EntityManager, which: 'inactive' | 'admins', query: UserQuery) {
  const filtered = () => {
    const all = kysely(em).selectFrom('Usuario');
    let rows = which === 'admins' ? all.where('rol', '=', 'ADMINISTRADOR') : all.where('activo', '=', 0);
    for (const word of query.q?.split(/\s+/).filter(Boolean) ?? []) {
      rows = rows.where((where) =>
        where.or([contains('nombre', word), contains('apellido', word), contains('correo', word)]),
      );
    }
    return rows;
  };
  const { limit, offset } = pageOf(query);
  const rows = await filtered().select(COLUMNS).orderBy('id_usuario', 'desc').limit(limit).offset(offset).execute();
  const users = rows.map((row) => ({ ...row, activo: Boolean(row.activo) }));
  return await withTotal(users, query, async () => {
    const counted = filtered().select(sql<number>`count(*)`.as('total'));
    return (await counted.executeTakeFirstOrThrow()).total;
  });
}
