import type { EntityManager } from '@mikro-orm/core';
import type { CreateAdminBody, User } from '@som3d/contract';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { Actor } from '../../http/context.ts';
import { createDeletions } from '../../jobs/deletions.ts';
import type { JobSignals } from '../../jobs/signals.ts';
import { AuditTrail } from '../audit/audit.ts';
import { refuseTakenCorreo } from '../auth/accounts.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { presentUser } from '../auth/auth.presenter.ts';
import { hashPassword } from '../auth/passwords.ts';
import { removeAccount } from './account-removal.ts';
import { Medico } from '../../db/entities/doctors.entity.ts';

/** Holds every administrator: of two who remove each other, the second finds that one alone is left. */
async function keepOneAdmin(em: EntityManager, actor: Actor, id_usuario: number): Promise<void> {
  const admins = await em.find(Usuario, { rol: 'ADMINISTRADOR' }, { ...FOR_UPDATE, orderBy: { id_usuario: 'asc' } });
  if (admins.length === 1 && admins[0]?.id_usuario === id_usuario) {
    throw new AppError('conflict', 'Es el último administrador: cree otro antes de eliminarlo');
  }
  if (!admins.some((admin) => admin.id_usuario === actor.id_usuario)) {
    throw new AppError('unauthorized', 'La sesión no es válida o venció', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
}

/** Accounts as an administrator manages them: behaviour.md section 10. */
export function createUserService(deps: Deps, signals: JobSignals) {
  const { orm, clock, log } = deps;
  const deletions = createDeletions(deps);

  /** 409 when the address is taken. */
  const createAdmin = async (actor: Actor, { password, ...person }: CreateAdminBody): Promise<User> => {
    const contrasena = await hashPassword(password);
    return await inTransaction(orm.em, async (em) => {
      const user = em.create(Usuario, { ...person, contrasena, rol: 'ADMINISTRADOR', activo: true });
      await em.flush();
      const after = presentUser(user);
      new AuditTrail(em, actor.id_usuario, clock()).created('USUARIO', user.id_usuario, after);
      return after;
    }).catch(refuseTakenCorreo);
  };

  /** What follows once the rows are gone: workers stop, files go. What fails here is the sweeper's. */
  const afterwards = async (unfinished: readonly string[]): Promise<void> => {
    for (const jobId of unfinished) signals.emit('canceled', jobId);
    await deletions
      .workOff()
      .catch((error: unknown) => log.warn({ err: error }, 'files not removed; the sweeper will retry'));
  };

  /** Removes an account with everything of its owner's. 404, and 409 for oneself and for the last administrator. */
  const removeUser = async (actor: Actor, id_usuario: number): Promise<void> => {
    if (id_usuario === actor.id_usuario) throw new AppError('conflict', 'No puede eliminar su propia cuenta');
    const unfinished = await inTransaction(orm.em, async (em) => {
      await keepOneAdmin(em, actor, id_usuario);
      return await removeAccount(em, id_usuario, { actor: actor.id_usuario, at: clock() });
    });
    await afterwards(unfinished);
  };

  /** Removes a doctor with everything of theirs. 404, and as `removeUser` when the doctor is an administrator too. */
  const removeDoctor = async (actor: Actor, id_medico: number): Promise<void> => {
    const doctor = await orm.em.fork().findOne(Medico, id_medico);
    if (!doctor) throw new AppError('not_found', 'El médico no existe');
    await removeUser(actor, doctor.id_usuario);
  };

  return { createAdmin, removeUser, removeDoctor };
}
