import type { EntityManager } from '@mikro-orm/core';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { Actor } from '../../http/context.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { Medico } from '../../db/entities/doctors.entity.ts';
import { ensureDoctorProfile } from '../doctors/profile.ts';
import { requireUsable } from './codes.ts';
import { HospitalCode } from '../../db/entities/hospital-code.entity.ts';
import { Hospital } from '../../db/entities/hospitals.entity.ts';
import { findActiveByCode } from './hospitals.queries.ts';

function unknownCode(): AppError {
  return new AppError('not_found', 'El código no corresponde a un hospital activo');
}

/** The code's row, locked. A code of the predecessor that has none gets it here; its first use makes it used. */
async function lockCode(em: EntityManager, codigo: string, hospital: Hospital, now: Date): Promise<HospitalCode> {
  const known = await em.findOne(HospitalCode, { codigo, id_hospital: hospital.id_hospital }, FOR_UPDATE);
  // Between the look-up and the lock an administrator may have given the hospital another code.
  if (!known && hospital.codigo.toUpperCase() !== codigo) throw unknownCode();
  const { id_hospital } = hospital;
  return known ?? em.create(HospitalCode, { codigo: hospital.codigo, id_hospital, created_at: now });
}

async function activate(em: EntityManager, doctor: Medico, now: Date): Promise<void> {
  doctor.estado = 'ACTIVO';
  await em.nativeUpdate(
    Usuario,
    { id_usuario: doctor.id_usuario, activo: false },
    { activo: true, actualizado_en: now },
  );
}

/**
 * Linking doctors to hospitals by code: behaviour.md section 6. The hospital's row is locked first, so that of two
 * doctors with one code the second sees it used, and so that a code that is being revoked is not used.
 */
export class HospitalLinks {
  readonly #orm: Deps['orm'];
  readonly #clock: Deps['clock'];
  readonly #config: Deps['config'];

  constructor({ orm, clock, config }: Pick<Deps, 'orm' | 'clock' | 'config'>) {
    this.#orm = orm;
    this.#clock = clock;
    this.#config = config;
  }

  /**
   * Links the caller and consumes the code. A doctor of another hospital moves to this one; one who is linked to this
   * hospital and active already is left alone, and the code stays for somebody else.
   *
   * @throws AppError 404 when no active hospital has or had the code, 409 when it does not link any more
   */
  async linkByCode(actor: Actor, codigo: string) {
    return await inTransaction(this.#orm.em, async (em) => {
      const now = this.#clock();
      const found = await findActiveByCode(em, codigo, now);
      if (!found) throw unknownCode();
      const hospital = await em.findOne(Hospital, { id_hospital: found.id_hospital, estado: 'ACTIVO' }, FOR_UPDATE);
      if (!hospital) throw unknownCode();
      const code = await lockCode(em, codigo, hospital, now);
      requireUsable(code, now);

      const id_medico = await ensureDoctorProfile(em, actor);
      const doctor = await em.findOneOrFail(Medico, { id_medico }, FOR_UPDATE);
      const has_active_subscription = Boolean(found.has_active_subscription);
      const activates = this.#config.HOSPITAL_LINK_ACTIVATES === 'always' || has_active_subscription;
      const linked = doctor.id_hospital === hospital.id_hospital;
      const wantsActivation = activates && (doctor.estado !== 'ACTIVO' || !actor.activo);
      if (linked && !wantsActivation) {
        em.clear();
        return { hospital, has_active_subscription };
      }
      em.assign(code, { used_at: now, usado_por_id_medico: id_medico });
      em.assign(doctor, { id_hospital: hospital.id_hospital, referenciado: true });
      if (activates) await activate(em, doctor, now);
      await em.flush();
      return { hospital, has_active_subscription };
    });
  }
}
