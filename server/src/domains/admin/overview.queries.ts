import type { EntityManager } from '@mikro-orm/core';
import type { ActiveUserSubscription, HospitalBilling, PageQuery, RecentPayment } from '@som3d/contract';
import { sql } from 'kysely';
import { kysely, toInstant } from '../../db/kysely.ts';
import { mapPage, readPage } from '../../http/pages.ts';
import { hasActiveSubscription } from '../hospitals/hospitals.queries.ts';
import { inForce } from '../subscriptions/in-force.ts';

function iso(value: Date | number | string): string {
  return toInstant(value).toISOString();
}
function isoOrNull(value: Date | number | string | null): string | null {
  return value === null ? null : iso(value);
}

/** The newest payments, reversed ones too, with who paid. */
export async function listRecentPayments(em: EntityManager, limit: number): Promise<RecentPayment[]> {
  const rows = await kysely(em)
    .selectFrom('Pago as p')
    .innerJoin('Suscripcion as s', 's.id_suscripcion', 'p.id_suscripcion')
    .innerJoin('Plan as l', 'l.id_plan', 's.id_plan')
    .leftJoin('Hospital as h', 'h.id_hospital', 's.id_hospital')
    .leftJoin('Medico as m', 'm.id_medico', 's.id_medico')
    .leftJoin('Usuario as u', 'u.id_usuario', 'm.id_usuario')
    .select([
      'p.id_pago',
      'p.referencia_epayco',
      'p.monto',
      'p.fecha_pago',
      'p.estado',
      'p.id_suscripcion',
      's.id_plan',
      'l.nombre as plan',
      's.id_medico',
      's.id_hospital',
      'h.nombre as hospital',
      'h.correo as correo_hospital',
      'm.id_usuario',
      'u.nombre',
      'u.apellido',
      'u.correo',
    ])
    .orderBy('p.fecha_pago', 'desc')
    .orderBy('p.id_pago', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ hospital, correo_hospital, id_usuario, nombre, apellido, correo, fecha_pago, ...row }) => {
    const { id_hospital } = row;
    const owner =
      id_hospital === null
        ? ({ type: 'MEDICO', id_usuario, id_hospital, nombre: nombre ?? '', apellido, correo } as const)
        : ({
            type: 'HOSPITAL',
            id_usuario: null,
            id_hospital,
            nombre: hospital ?? '',
            apellido: null,
            correo: correo_hospital,
          } as const);
    return {
      ...row,
      referencia: row.referencia_epayco,
      fecha_pago: iso(fecha_pago),
      pagador: owner.type,
      nombre: `${owner.nombre} ${owner.apellido ?? ''}`.trim(),
      correo: owner.correo,
      owner,
    };
  });
}

/** Doctors under a subscription in force, own ones and their hospital's; the one that runs out first, first. */
export async function listActiveUserSubscriptions(em: EntityManager, query: PageQuery, now: Date) {
  const covered = (through: 'id_medico' | 'id_hospital') =>
    kysely(em)
      .selectFrom('Suscripcion as s')
      .innerJoin('Medico as m', `m.${through}`, `s.${through}`)
      .innerJoin('Usuario as u', 'u.id_usuario', 'm.id_usuario')
      .innerJoin('Plan as l', 'l.id_plan', 's.id_plan')
      .leftJoin('Hospital as h', 'h.id_hospital', 's.id_hospital')
      .where(inForce('s', now))
      .select([
        'u.id_usuario',
        'm.id_medico',
        'u.nombre',
        'u.apellido',
        'u.correo',
        'u.activo',
        's.id_hospital',
        'h.nombre as hospital',
        's.id_suscripcion',
        's.id_plan',
        'l.nombre as plan',
        'l.periodo',
        's.fecha_inicio',
        's.fecha_expiracion',
        sql<number>`case when s.fecha_expiracion is null then 1 else 0 end`.as('endless'),
      ]);
  const rows = kysely(em)
    .selectFrom(covered('id_medico').unionAll(covered('id_hospital')).as('a'))
    .selectAll()
    .orderBy('endless')
    .orderBy('fecha_expiracion')
    .orderBy('id_suscripcion')
    .orderBy('id_medico');
  return mapPage(await readPage(rows, query), ({ endless: _endless, ...row }): ActiveUserSubscription => ({
    ...row,
    suscripcion_id: row.id_suscripcion,
    activo: Boolean(row.activo),
    origen: row.id_hospital === null ? 'PROPIA' : 'HOSPITAL',
    fecha_inicio: iso(row.fecha_inicio),
    fecha_expiracion: isoOrNull(row.fecha_expiracion),
  }));
}

/** Of each hospital the subscription in force, else the latest, and how many there are. */
async function subscriptionsOf(em: EntityManager, hospitals: readonly number[], now: Date) {
  const ranked = kysely(em)
    .selectFrom('Suscripcion as s')
    .innerJoin('Plan as l', 'l.id_plan', 's.id_plan')
    .select([
      's.id_hospital',
      's.id_suscripcion',
      's.fecha_expiracion',
      'l.nombre as plan',
      'l.precio',
      sql<number>`count(*) over (partition by s.id_hospital)`.as('suscripciones'),
      sql<number>`row_number() over (
        partition by s.id_hospital
        order by case when ${inForce('s', now)} then 0 else 1 end, s.id_suscripcion desc)`.as('place'),
    ])
    .where('s.id_hospital', 'in', [...hospitals]);
  const rows = await kysely(em).selectFrom(ranked.as('r')).selectAll().where('place', '=', 1).execute();
  return new Map(rows.map((row) => [row.id_hospital, row]));
}

/** Of each hospital the newest approved payment, how many there are and what they come to. */
async function paymentsOf(em: EntityManager, hospitals: readonly number[]) {
  const ranked = kysely(em)
    .selectFrom('Pago as p')
    .innerJoin('Suscripcion as s', 's.id_suscripcion', 'p.id_suscripcion')
    .select([
      's.id_hospital',
      'p.monto',
      'p.fecha_pago',
      'p.referencia_epayco',
      sql<number>`count(*) over (partition by s.id_hospital)`.as('pagos'),
      sql<number>`sum(p.monto) over (partition by s.id_hospital)`.as('pagado'),
      sql<number>`row_number() over (partition by s.id_hospital order by p.fecha_pago desc, p.id_pago desc)`.as(
        'place',
      ),
    ])
    .where('p.estado', '=', 'APROBADO')
    .where('s.id_hospital', 'in', [...hospitals]);
  const rows = await kysely(em).selectFrom(ranked.as('r')).selectAll().where('place', '=', 1).execute();
  return new Map(rows.map((row) => [row.id_hospital, row]));
}

/** One page of hospitals by name with what they have subscribed to and paid: three statements whatever its length. */
export async function listHospitalsBilling(em: EntityManager, query: PageQuery, now: Date) {
  const hospitals = kysely(em)
    .selectFrom('Hospital as h')
    .select([
      'h.id_hospital',
      'h.nombre',
      'h.ciudad',
      'h.estado',
      hasActiveSubscription(now).as('has_active_subscription'),
      sql<number>`(select count(*) from Medico m where m.id_hospital = h.id_hospital)`.as('doctores'),
    ])
    .orderBy('h.nombre')
    .orderBy('h.id_hospital');
  const page = await readPage(hospitals, query);
  // No hospital has the id 0: an empty list is no SQL.
  const ids = [0, ...page.rows.map(({ id_hospital }) => id_hospital)];
  const subscriptions = await subscriptionsOf(em, ids, now);
  const payments = await paymentsOf(em, ids);
  return mapPage(page, (hospital): HospitalBilling => {
    const subscription = subscriptions.get(hospital.id_hospital);
    const payment = payments.get(hospital.id_hospital);
    return {
      ...hospital,
      has_active_subscription: Boolean(hospital.has_active_subscription),
      suscripciones: subscription?.suscripciones ?? 0,
      suscripcion_id: subscription?.id_suscripcion ?? null,
      plan: subscription?.plan ?? null,
      precio: subscription?.precio ?? null,
      fecha_expiracion: isoOrNull(subscription?.fecha_expiracion ?? null),
      pagos: payment?.pagos ?? 0,
      monto: Math.round((payment?.pagado ?? 0) * 100) / 100,
      ultimo_pago: isoOrNull(payment?.fecha_pago ?? null),
      ultimo_pago_detalle: payment
        ? { fecha_pago: iso(payment.fecha_pago), monto: payment.monto, referencia: payment.referencia_epayco }
        : null,
    };
  });
}
