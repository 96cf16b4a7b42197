import type { EntityManager } from '@mikro-orm/core';
import { AppError } from '../../base/errors.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { Medico } from '../../db/entities/doctors.entity.ts';
import { Hospital } from '../../db/entities/hospitals.entity.ts';
import { isActiveAt } from './active.ts';
import { Suscripcion } from '../../db/entities/subscriptions.entity.ts';

/** Who pays a subscription. */
export type Payer = { readonly id_medico: number } | { readonly id_hospital: number };

/** The payer that a subscription's two columns name. */
export function payerOf({ id_medico, id_hospital }: Pick<Suscripcion, 'id_medico' | 'id_hospital'>): Payer {
  if (id_medico != null) return { id_medico };
  if (id_hospital != null) return { id_hospital };
  throw new Error('a subscription without a payer');
}

export function samePayer(a: Payer, b: Payer): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function rank(payer: Payer): number {
  return 'id_hospital' in payer ? payer.id_hospital : 2 ** 31 + payer.id_medico;
}

/**
 * Locks payers until the transaction ends. Everybody who changes subscriptions locks in this order, so that two
 * seldom wait for each other: plan, hospitals, doctors, subscriptions, users.
 *
 * @throws AppError 404 when one is not there
 */
export async function lockPayers(em: EntityManager, payers: readonly Payer[]): Promise<void> {
  for (const payer of payers.toSorted((a, b) => rank(a) - rank(b))) {
    if ('id_medico' in payer) {
      if (!(await em.findOne(Medico, payer, FOR_UPDATE))) throw new AppError('not_found', 'El médico no existe');
    } else if (!(await em.findOne(Hospital, payer, FOR_UPDATE))) {
      throw new AppError('not_found', 'El hospital no existe');
    }
  }
}

/** All subscriptions of a payer, oldest first, locked; the payer is locked already. */
export async function lockSubscriptionsOf(em: EntityManager, payer: Payer): Promise<Suscripcion[]> {
  return await em.find(Suscripcion, payer, { ...FOR_UPDATE, orderBy: { id_suscripcion: 'asc' } });
}

/** The doctors that a payer's subscription covers: the doctor, or all of the hospital's. Locked. */
async function lockCovered(em: EntityManager, payer: Payer): Promise<Medico[]> {
  return await em.find(Medico, payer, { ...FOR_UPDATE, orderBy: { id_medico: 'asc' } });
}

async function setDoctors(em: EntityManager, doctors: readonly Medico[], active: boolean, now: Date): Promise<void> {
  if (doctors.length === 0) return;
  const estado = active ? 'ACTIVO' : 'INACTIVO';
  const users = doctors.map(({ id_usuario }) => id_usuario);
  doctors.forEach((doctor) => em.assign(doctor, { estado }));
  await em.flush();
  // An administrator who also has a doctor's profile does not lose the account with a subscription.
  const rol = active ? {} : { rol: 'MEDICO' as const };
  await em.nativeUpdate(
    Usuario,
    { id_usuario: { $in: users }, activo: !active, ...rol },
    { activo: active, actualizado_en: now },
  );
}

async function setHospital(em: EntityManager, payer: Payer, estado: Hospital['estado'], now: Date): Promise<void> {
  if ('id_hospital' in payer) await em.nativeUpdate(Hospital, payer, { estado, actualizado_en: now });
}

/** What an active subscription does: the payer ACTIVO, with all of a hospital's doctors, and their users active. */
export async function enablePayer(em: EntityManager, payer: Payer, now: Date): Promise<void> {
  await setHospital(em, payer, 'ACTIVO', now);
  await setDoctors(em, await lockCovered(em, payer), true, now);
}

/** Of these doctors, those whom no active subscription covers, neither their own nor their hospital's. */
async function uncovered(em: EntityManager, doctors: readonly Medico[], now: Date): Promise<Medico[]> {
  const medicos = doctors.map(({ id_medico }) => id_medico);
  const hospitals = [...new Set(doctors.flatMap(({ id_hospital }) => id_hospital ?? []))];
  const active = await em.find(
    Suscripcion,
    {
      estado: 'ACTIVA',
      $and: [
        { $or: [{ id_medico: { $in: medicos } }, { id_hospital: { $in: hospitals } }] },
        { $or: [{ fecha_expiracion: null }, { fecha_expiracion: { $gt: now } }] },
      ],
    },
    { refresh: true },
  );
  const paying = new Set(active.map(({ id_medico }) => id_medico));
  const payingHospitals = new Set(active.map(({ id_hospital }) => id_hospital));
  return doctors.filter(
    ({ id_medico, id_hospital }) =>
      !paying.has(id_medico) && (id_hospital == null || !payingHospitals.has(id_hospital)),
  );
}

/**
 * What the end of a subscription does, whether it ran out, was paused, reversed or removed: unless the payer has
 * another active one, its hospital is INACTIVO, and the doctors whom no other active subscription covers are INACTIVO
 * and their users not active. The rows of the covered doctors are locked before anything is decided, so that a payment
 * at the same moment is seen or waits.
 */
export async function disablePayer(em: EntityManager, payer: Payer, now: Date): Promise<void> {
  await em.flush();
  const others = await em.find(Suscripcion, { ...payer, estado: 'ACTIVA' }, { refresh: true });
  if (others.some((other) => isActiveAt(other, now))) return;
  await setHospital(em, payer, 'INACTIVO', now);
  await setDoctors(em, await uncovered(em, await lockCovered(em, payer), now), false, now);
}
