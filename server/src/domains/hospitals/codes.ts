import { randomInt } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/core';
import { CODE_DAYS } from '@som3d/contract';
import { uniqueViolation } from '../../db/errors.ts';
import { AppError } from '../../base/errors.ts';
import { HospitalCode } from '../../db/entities/hospital-code.entity.ts';
import { Hospital } from '../../db/entities/hospitals.entity.ts';

const DAY_MS = 86_400_000;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LENGTH = 8;

/** A code of 8 letters and digits that no hospital has or had. Not reserved: the unique keys decide when it is issued. */
export async function freeCode(em: EntityManager): Promise<string> {
  for (;;) {
    const codigo = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    const taken = (await em.count(Hospital, { codigo })) + (await em.count(HospitalCode, { codigo }));
    if (taken === 0) return codigo;
  }
}

/** Maps a code that another hospital has or had, also one that was taken at the same moment, to its 409. */
export function refuseTakenCode(error: unknown): never {
  const key = uniqueViolation(error);
  if (key !== 'uq_hospital_codigo' && key !== 'uq_hospitalcode_codigo') throw error;
  throw new AppError('conflict', 'El código ya es o fue de un hospital; elija otro', { cause: error });
}

/** Revokes the codes of a hospital that nobody has used, and tells how many. */
export async function revokeUnused(em: EntityManager, id_hospital: number, now: Date): Promise<number> {
  return await em.nativeUpdate(
    HospitalCode,
    { id_hospital, used_at: null, revoked_at: null },
    { revoked_at: now, updated_at: now },
  );
}

/** A code of the predecessor may have no row: it gets one before it is replaced, so that it stays taken. */
export async function recordLegacyCode(em: EntityManager, { id_hospital, codigo }: Hospital, now: Date): Promise<void> {
  if (await em.count(HospitalCode, { codigo })) return;
  em.create(HospitalCode, { id_hospital, codigo, created_at: now });
  await em.flush();
}

/**
 * Issues the hospital's present `codigo`, for `days` days. Whoever calls this writes the same code to the hospital in the
 * same transaction: one of the two unique keys refuses a code that is or was another's.
 */
export async function issueCode(
  em: EntityManager,
  { id_hospital, codigo }: Hospital,
  { by, days = CODE_DAYS, now }: { by: number; days?: number; now: Date },
): Promise<void> {
  await revokeUnused(em, id_hospital, now);
  const expires_at = new Date(now.getTime() + days * DAY_MS);
  em.create(HospitalCode, { id_hospital, codigo, creado_por_id_usuario: by, expires_at, created_at: now });
  await em.flush();
}

/**
 * Refuses a code that does not link any more.
 *
 * @throws AppError 409 that says which: revocado, usado or vencido
 */
export function requireUsable(code: HospitalCode, now: Date): void {
  if (code.revoked_at) throw new AppError('conflict', 'El código fue revocado; pida uno nuevo a su hospital');
  if (code.used_at) throw new AppError('conflict', 'El código ya fue usado; pida uno nuevo a su hospital');
  if (code.expires_at && code.expires_at <= now) {
    throw new AppError('conflict', 'El código está vencido; pida uno nuevo a su hospital');
  }
}
