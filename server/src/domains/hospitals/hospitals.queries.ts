import type { EntityManager } from '@mikro-orm/core';
import type { AdminHospitalQuery, HospitalQuery } from '@som3d/contract';
import { sql, type RawBuilder } from 'kysely';
import { kysely } from '../../db/kysely.ts';
import { containsWords } from '../../db/like.ts';
import { readPage } from '../../http/pages.ts';
import { inForce } from '../subscriptions/in-force.ts';

const COLUMNS = [
  'h.id_hospital',
  'h.nombre',
  'h.direccion',
  'h.ciudad',
  'h.telefono',
  'h.correo',
  'h.codigo',
  'h.estado',
] as const;

const CODE_COLUMNS = ['c.codigo as code_codigo', 'c.expires_at', 'c.used_at', 'c.revoked_at'] as const;

/** Whether the hospital `h` of a query has a subscription that is in force: 1 or 0. */
export function hasActiveSubscription(now: Date): RawBuilder<number> {
  return sql<number>`exists (select 1 from Suscripcion s where s.id_hospital = h.id_hospital and ${inForce('s', now)})`;
}

/** Hospitals with their present code. */
function details(em: EntityManager, now: Date) {
  return kysely(em)
    .selectFrom('Hospital as h')
    .leftJoin('HospitalCode as c', (join) =>
      join.onRef('c.codigo', '=', 'h.codigo').onRef('c.id_hospital', '=', 'h.id_hospital'),
    )
    .select([...COLUMNS, ...CODE_COLUMNS, hasActiveSubscription(now).as('has_active_subscription')]);
}

/** A hospital with the code at hand and whether it has an active subscription. */
export type HospitalRow = Awaited<ReturnType<ReturnType<typeof details>['executeTakeFirstOrThrow']>>;

export async function findHospitalDetail(
  em: EntityManager,
  id_hospital: number,
  now: Date,
): Promise<HospitalRow | undefined> {
  return await details(em, now).where('h.id_hospital', '=', id_hospital).executeTakeFirst();
}

/** The ACTIVO hospital whose code this is or was, with that code. */
export async function findActiveByCode(em: EntityManager, codigo: string, now: Date): Promise<HospitalRow | undefined> {
  return await kysely(em)
    .selectFrom('Hospital as h')
    .leftJoin('HospitalCode as c', (join) =>
      join.onRef('c.id_hospital', '=', 'h.id_hospital').on('c.codigo', '=', codigo),
    )
    .select([...COLUMNS, ...CODE_COLUMNS, hasActiveSubscription(now).as('has_active_subscription')])
    .where('h.estado', '=', 'ACTIVO')
    .where('h.id_hospital', 'in', (of) =>
      of
        .selectFrom('Hospital')
        .select('id_hospital')
        .where('codigo', '=', codigo)
        .union(of.selectFrom('HospitalCode').select('id_hospital').where('codigo', '=', codigo)),
    )
    .executeTakeFirst();
}

/** One page of hospitals by name: the ACTIVO ones unless `all`. */
export async function listHospitals(em: EntityManager, query: HospitalQuery, { all }: { all: boolean }) {
  let hospitals = kysely(em).selectFrom('Hospital as h').select(COLUMNS);
  if (!all) hospitals = hospitals.where('h.estado', '=', 'ACTIVO');
  return await readPage(hospitals.orderBy('h.nombre').orderBy('h.id_hospital'), query);
}

/** One page of hospitals for an administrator, by name. */
export async function listHospitalDetails(em: EntityManager, query: AdminHospitalQuery, now: Date) {
  let hospitals = details(em, now);
  if (query.estado) hospitals = hospitals.where('h.estado', '=', query.estado);
  if (query.q) hospitals = hospitals.where(containsWords(['h.nombre', 'h.ciudad', 'h.codigo'], query.q));
  return await readPage(hospitals.orderBy('h.nombre').orderBy('h.id_hospital'), query);
}
