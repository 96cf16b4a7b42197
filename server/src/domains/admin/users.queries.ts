import type { EntityManager } from '@mikro-orm/core';
import type { AdminUser, UserQuery } from '@som3d/contract';
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
  'suspended_at',
] as const;

export type UserList = 'inactive' | 'suspended' | 'admins';

function rowsOf(em: EntityManager, which: UserList) {
  const all = kysely(em).selectFrom('Usuario').select(COLUMNS);
  if (which === 'admins') return all.where('rol', '=', 'ADMINISTRADOR');
  return which === 'suspended' ? all.where('suspended_at', 'is not', null) : all.where('activo', '=', 0);
}

/** One page of users, newest first: the inactive ones, the suspended ones, or the administrators. */
export async function listUsers(em: EntityManager, which: UserList, query: UserQuery) {
  let users = rowsOf(em, which);
  if (query.q) users = users.where(containsWords(['nombre', 'apellido', 'correo'], query.q));
  const page = await readPage(users.orderBy('id_usuario', 'desc'), query);
  return mapPage(page, ({ suspended_at, ...row }): AdminUser => {
    return { ...row, activo: Boolean(row.activo), suspendido: suspended_at !== null };
  });
}
