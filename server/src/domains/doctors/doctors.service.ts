import type { EntityManager } from '@mikro-orm/core';
import type { CreateDoctorBody, UpdateDoctorBody } from '@som3d/contract';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { Actor } from '../../http/context.ts';
import { AuditTrail } from '../audit/audit.ts';
import { refuseTakenCorreo, requireFreeCorreo } from '../auth/accounts.ts';
import { addressAssignedMail, addressChangedMail } from '../auth/mails.ts';
import { enqueueMail } from '../mail/outbox.ts';
import { refuseWeakPassword } from '../auth/password-rules.ts';
import { OneTimeToken, Usuario } from '../../db/entities/auth.entity.ts';
import { hashPassword } from '../auth/passwords.ts';
import { changesOf } from '../../base/changes.ts';
import { Hospital } from '../../db/entities/hospitals.entity.ts';
import { Medico } from '../../db/entities/doctors.entity.ts';
import { findDoctor, type DoctorRow } from './doctors.queries.ts';

type Switches = Pick<UpdateDoctorBody, 'estado' | 'activo'>;

/** The profile's state and the user's are two columns of one thing: the one that is not given follows the other. */
function bothOf({ estado, activo }: Switches): Switches {
  if (estado === undefined) return activo === undefined ? {} : { activo, estado: activo ? 'ACTIVO' : 'INACTIVO' };
  return { estado, activo: activo ?? estado === 'ACTIVO' };
}

/** The hospital is held, so that it is not removed in the same moment. */
async function requireHospital(em: EntityManager, id_hospital: number | null | undefined): Promise<void> {
  if (id_hospital == null) return;
  const hospital = await em.findOne(Hospital, id_hospital, FOR_UPDATE);
  if (!hospital) throw new AppError('not_found', 'El hospital no existe');
}

async function present(em: EntityManager, id_medico: number): Promise<DoctorRow> {
  const row = await findDoctor(em, id_medico);
  if (!row) throw new AppError('not_found', 'El médico no existe');
  return row;
}

/** Doctors as an administrator manages them: behaviour.md section 10. */
export class DoctorService {
  readonly #orm: Deps['orm'];
  readonly #clock: Deps['clock'];
  readonly #config: Deps['config'];

  constructor({ orm, clock, config }: Pick<Deps, 'orm' | 'clock' | 'config'>) {
    this.#orm = orm;
    this.#clock = clock;
    this.#config = config;
  }

  /** Makes the account and the profile. 404 for an unknown hospital, 409 when the address is taken. */
  async create(actor: Actor, body: CreateDoctorBody): Promise<DoctorRow> {
    const { password, id_hospital, referenciado, estado, activo, ...person } = body;
    await refuseWeakPassword(password, person, 'password');
    const contrasena = await hashPassword(password, this.#config);
    const states = { estado: 'ACTIVO' as const, activo: true, ...bothOf({ estado, activo }) };
    return await inTransaction(this.#orm.em, async (em) => {
      await requireHospital(em, id_hospital);
      await requireFreeCorreo(em, person.correo);
      const user = em.create(Usuario, { ...person, contrasena, rol: 'MEDICO', activo: states.activo });
      await em.flush();
      const { id_usuario } = user;
      const doctor = em.create(Medico, {
        id_usuario,
        id_hospital: id_hospital ?? null,
        referenciado: referenciado ?? false,
        estado: states.estado,
      });
      await em.flush();
      const row = await present(em, doctor.id_medico);
      new AuditTrail(em, actor.id_usuario, this.#clock()).created('MEDICO', doctor.id_medico, row);
      return row;
    }).catch(refuseTakenCorreo);
  }

  /** Changes profile and account. 404 for an unknown doctor or hospital, 409 when the address is taken. */
  async update(actor: Actor, id_medico: number, body: UpdateDoctorBody): Promise<DoctorRow> {
    const { id_hospital, referenciado, estado, activo, ...person } = body;
    const states = bothOf({ estado, activo });
    return await inTransaction(this.#orm.em, async (em) => {
      await requireHospital(em, id_hospital);
      const doctor = await em.findOne(Medico, id_medico, FOR_UPDATE);
      if (!doctor) throw new AppError('not_found', 'El médico no existe');
      const before = await present(em, id_medico);
      const user = await em.findOneOrFail(Usuario, doctor.id_usuario, FOR_UPDATE);
      if (person.correo !== undefined) await this.#moveAddress(em, user, person.correo);
      em.assign(doctor, changesOf({ id_hospital, referenciado, estado: states.estado }));
      em.assign(user, changesOf({ ...person, activo: states.activo }));
      await em.flush();
      const after = await present(em, id_medico);
      new AuditTrail(em, actor.id_usuario, this.#clock()).updated('MEDICO', id_medico, { before, after });
      return after;
    }).catch(refuseTakenCorreo);
  }

  /** The owner learns of it at both addresses; codes and links that were mailed to the old one are void. */
  async #moveAddress(em: EntityManager, user: Usuario, correo: string): Promise<void> {
    if (correo === user.correo.toLowerCase()) return;
    await requireFreeCorreo(em, correo, user.id_usuario);
    const now = this.#clock();
    await em.nativeUpdate(OneTimeToken, { id_usuario: user.id_usuario, used_at: null }, { used_at: now });
    await enqueueMail(em, addressChangedMail(user.correo), now);
    await enqueueMail(em, addressAssignedMail(correo), now);
  }
}
