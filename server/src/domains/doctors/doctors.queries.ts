import type { EntityManager } from '@mikro-orm/core';
import type { DoctorQuery } from '@som3d/contract';
import { sql } from 'kysely';
import { kysely } from '../../db/kysely.ts';
import { containsWords } from '../../db/like.ts';
import { readPage } from '../../http/pages.ts';

const COLUMNS = [
  'm.id_medico',
  'm.id_usuario',
  'u.nombre',
  'u.apellido',
  'u.correo',
  'u.telefono',
  'u.direccion',
  'u.ciudad',
  'm.id_hospital',
  'm.referenciado',
  'm.estado',
  'u.activo',
] as const;

function details(em: EntityManager) {
  return kysely(em).selectFrom('Medico as m').innerJoin('Usuario as u', 'u.id_usuario', 'm.id_usuario').select(COLUMNS);
}

export type DoctorRow = Awaited<ReturnType<ReturnType<typeof details>['executeTakeFirstOrThrow']>>;

/** A doctor's profile with the user it belongs to. */
export async function findDoctor(em: EntityManager, id_medico: number): Promise<DoctorRow | undefined> {
  return await details(em).where('m.id_medico', '=', id_medico).executeTakeFirst();
}

/** One page of doctors, by name. */
export async function listDoctors(em: EntityManager, query: DoctorQuery) {
  let rows = details(em);
  if (query.hospital_id !== undefined) rows = rows.where('m.id_hospital', '=', query.hospital_id);
  if (query.estado) rows = rows.where('m.estado', '=', query.estado);
  if (query.q) rows = rows.where(containsWords(['u.nombre', 'u.apellido', 'u.correo'], query.q));
  return await readPage(rows.orderBy('u.nombre').orderBy('u.apellido').orderBy('m.id_medico'), query);
}

/** How many doctors there are, of one hospital or of all. */
export async function countDoctors(em: EntityManager, hospitalId: number | undefined) {
  let rows = kysely(em).selectFrom('Medico');
  if (hospitalId !== undefined) rows = rows.where('id_hospital', '=', hospitalId);
  const { total, activos } = await rows
    .select([
      sql<number>`count(*)`.as('total'),
      sql<number>`coalesce(sum(case when estado = 'ACTIVO' then 1 else 0 end), 0)`.as('activos'),
    ])
    .executeTakeFirstOrThrow();
  return { total, activos, inactivos: total - activos };
}
