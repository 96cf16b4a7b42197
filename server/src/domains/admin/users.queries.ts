import type { EntityManager } from '@mikro-orm/core';
import type { UserQuery } from '@som3d/contract';
import { kysely } from '../../db/kysely.ts';
import { containsWords } from '../../db/like.ts';
import { mapPage, readPage } from '../../http/pages.ts';

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
  const all = kysely(em).selectFrom('Usuario').select(COLUMNS);
  let users = which === 'admins' ? all.where('rol', '=', 'ADMINISTRADOR') : all.where('activo', '=', 0);
  if (query.q) users = users.where(containsWords(['nombre', 'apellido', 'correo'], query.q));
  const page = await readPage(users.orderBy('id_usuario', 'desc'), query);
  return mapPage(page, (row) => ({ ...row, activo: Boolean(row.activo) }));
}
