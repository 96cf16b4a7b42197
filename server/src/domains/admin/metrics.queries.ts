import type { EntityManager } from '@mikro-orm/core';
import type { Metrics } from '@som3d/contract';
import { sql } from 'kysely';
import { kysely } from '../../db/kysely.ts';
import { inForce } from '../subscriptions/in-force.ts';
import { daysFrom, monthOf } from './calendar.ts';

const RECENT_DAYS = 30;

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function count(from: ReturnType<typeof sql>) {
  return sql<number>`(select count(*) from ${from})`;
}

/** One row of numbers, each a count or a sum of one table: a single statement, so all of one moment. */
async function numbersOf(em: EntityManager, now: Date) {
  const month = monthOf(now);
  const expiring = sql`Suscripcion s where ${inForce('s', now)} and s.fecha_expiracion <= ${daysFrom(now, RECENT_DAYS)}`;
  const approved = sql`Pago p where p.estado = 'APROBADO'`;
  const ofMonth = sql`${approved} and p.fecha_pago >= ${month.start} and p.fecha_pago < ${month.end}`;
  const studied = sql`Estudio e where e.fecha_estudio > ${daysFrom(now, -RECENT_DAYS)} and e.fecha_estudio <= ${now}`;
  return await kysely(em)
    .selectNoFrom([
      count(sql`Hospital`).as('hospitals'),
      count(sql`Hospital h where h.estado = 'ACTIVO'`).as('activeHospitals'),
      count(sql`Hospital h where not exists (select 1 from Medico m where m.id_hospital = h.id_hospital)`).as(
        'hospitalsWithoutDoctors',
      ),
      count(sql`Medico`).as('doctors'),
      count(sql`Medico m where m.estado = 'ACTIVO'`).as('activeDoctors'),
      count(sql`Medico m where not exists (select 1 from Paciente p where p.id_medico = m.id_medico)`).as(
        'doctorsWithoutPatients',
      ),
      count(sql`Paciente`).as('patients'),
      count(sql`Paciente p where p.estado = 'ACTIVO'`).as('activePatients'),
      count(sql`Estudio`).as('studies'),
      count(studied).as('recentStudies'),
      count(sql`Usuario u where u.rol = 'ADMINISTRADOR'`).as('admins'),
      count(sql`Suscripcion`).as('subscriptions'),
      count(sql`Suscripcion s where ${inForce('s', now)}`).as('activeSubscriptions'),
      count(expiring).as('expiringSubscriptions'),
      count(approved).as('payments'),
      sql<number>`(select coalesce(sum(p.monto), 0) from ${approved})`.as('paid'),
      count(ofMonth).as('paymentsOfMonth'),
      sql<number>`(select coalesce(sum(p.monto), 0) from ${ofMonth})`.as('paidOfMonth'),
    ])
    .executeTakeFirstOrThrow();
}

/** Every hospital with how many doctors it has, most first. */
async function doctorsByHospital(em: EntityManager) {
  return await kysely(em)
    .selectFrom('Hospital as h')
    .leftJoin('Medico as m', 'm.id_hospital', 'h.id_hospital')
    .select(['h.id_hospital', 'h.nombre', sql<number>`count(m.id_medico)`.as('doctores')])
    .groupBy(['h.id_hospital', 'h.nombre'])
    .orderBy('doctores', 'desc')
    .orderBy('h.nombre')
    .orderBy('h.id_hospital')
    .execute();
}

/** The dashboard's numbers, in two statements however many rows there are: behaviour.md section 10. */
export async function readMetrics(em: EntityManager, now: Date): Promise<Metrics> {
  const n = await numbersOf(em, now);
  const perDoctor = n.doctors === 0 ? 0 : hundredths(n.patients / n.doctors);
  return {
    summary: {
      hospitals_total: n.hospitals,
      doctors_total: n.doctors,
      patients_total: n.patients,
      studies_total: n.studies,
      admins_total: n.admins,
    },
    clinical: {
      active_patients: n.activePatients,
      studies_last_30_days: n.recentStudies,
      avg_patients_per_doctor: perDoctor,
      doctors_without_patients: n.doctorsWithoutPatients,
    },
    finance: { payments_month_count: n.paymentsOfMonth, revenue_month: hundredths(n.paidOfMonth) },
    hospitals: {
      total: n.hospitals,
      activos: n.activeHospitals,
      active: n.activeHospitals,
      without_doctors: n.hospitalsWithoutDoctors,
    },
    doctors: { total: n.doctors, activos: n.activeDoctors },
    patients: n.patients,
    studies: n.studies,
    subscriptions: {
      total: n.subscriptions,
      active: n.activeSubscriptions,
      activas: n.activeSubscriptions,
      expiring_30_days: n.expiringSubscriptions,
    },
    subscriptions_legacy: { total: n.subscriptions, activas: n.activeSubscriptions },
    payments: { total: n.payments, monto: hundredths(n.paid) },
    doctors_by_hospital: await doctorsByHospital(em),
  };
}
