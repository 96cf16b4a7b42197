import type { EntityManager } from '@mikro-orm/core';
import type { AdminUser, CreateAdminBody, Session, UpdateUserBody, User } from '@som3d/contract';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { UNAUTHORIZED } from '../../http/access.ts';
import type { Actor } from '../../http/context.ts';
import type { JobServices } from '../../jobs/services.ts';
import { AuditTrail } from '../audit/audit.ts';
import { refuseTakenCorreo, requireFreeCorreo } from '../auth/accounts.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { presentAdminUser, presentUser } from '../auth/auth.presenter.ts';
import { accountResumedMail, accountSuspendedMail, sessionsEndedMail } from '../auth/mails.ts';
import { OneTimeTokens } from '../auth/one-time.ts';
import { refuseWeakPassword } from '../auth/password-rules.ts';
import { PasswordReset } from '../auth/password-reset.ts';
import { hashPassword } from '../auth/passwords.ts';
import { endAccessOf, Sessions } from '../auth/sessions.ts';
import { enqueueMail } from '../mail/outbox.ts';
import { lockAccount, removeAccount } from './account-removal.ts';
import { Medico } from '../../db/entities/doctors.entity.ts';

/** Holds every administrator: of two who suspend each other, the second finds that one alone is left. */
async function keepOneAdmin(em: EntityManager, actor: Actor, id_usuario: number): Promise<void> {
  const all = { rol: 'ADMINISTRADOR' } as const;
  const admins = await em.find(Usuario, all, { ...FOR_UPDATE, orderBy: { id_usuario: 'asc' } });
  const able = admins.filter((admin) => !admin.suspended_at);
  if (able.length === 1 && able[0]?.id_usuario === id_usuario) {
    throw new AppError('conflict', 'Es el último administrador: cree otro antes de suspenderlo');
  }
  if (!able.some((admin) => admin.id_usuario === actor.id_usuario)) {
    throw new AppError('unauthorized', 'La sesión no es válida o venció', UNAUTHORIZED);
  }
}

async function requireUser(em: EntityManager, id_usuario: number): Promise<Usuario> {
  const user = await em.findOne(Usuario, id_usuario, FOR_UPDATE);
  if (!user) throw new AppError('not_found', 'El usuario no existe');
  return user;
}

/** What is done to an account without a change of its data. */
const UNCHANGED = { before: {}, after: {} };

/** Accounts as an administrator manages them: behaviour.md section 10. */
export class UserService {
  readonly #deps: Deps;
  readonly #signals: JobServices['signals'];
  readonly #sessions: Sessions;
  readonly #reset: PasswordReset;
  readonly #deletions: JobServices['deletions'];

  constructor(deps: Deps, { signals, deletions }: Pick<JobServices, 'signals' | 'deletions'>) {
    this.#deps = deps;
    this.#signals = signals;
    this.#sessions = new Sessions(deps);
    this.#reset = new PasswordReset(deps, new OneTimeTokens(deps));
    this.#deletions = deletions;
  }

  /** @throws AppError 409 when the address is taken, 422 for a weak password */
  async createAdmin(actor: Actor, { password, activo = true, ...person }: CreateAdminBody): Promise<User> {
    await refuseWeakPassword(password, person, 'password');
    const contrasena = await hashPassword(password, this.#deps.config);
    return await inTransaction(this.#deps.orm.em, async (em) => {
      await requireFreeCorreo(em, person.correo);
      const user = em.create(Usuario, { ...person, contrasena, rol: 'ADMINISTRADOR', activo });
      await em.flush();
      const after = presentUser(user);
      this.#trail(em, actor).created('USUARIO', user.id_usuario, after);
      return after;
    }).catch(refuseTakenCorreo);
  }

  /**
   * Suspends an account or takes its suspension back. Suspended, it cannot log in, and all that was signed in ends.
   *
   * @throws AppError 404; 409 for oneself and for the last administrator
   */
  async update(actor: Actor, id_usuario: number, { suspendido }: UpdateUserBody): Promise<AdminUser> {
    if (suspendido && id_usuario === actor.id_usuario) {
      throw new AppError('conflict', 'No puede suspender su propia cuenta');
    }
    return await inTransaction(this.#deps.orm.em, async (em) => {
      if (suspendido) await keepOneAdmin(em, actor, id_usuario);
      const user = await requireUser(em, id_usuario);
      const before = presentAdminUser(user);
      if (before.suspendido === suspendido) return before;
      const now = this.#deps.clock();
      user.suspended_at = suspendido ? now : null;
      await em.flush();
      if (suspendido) await endAccessOf(em, id_usuario, now);
      await enqueueMail(em, suspendido ? accountSuspendedMail(user.correo) : accountResumedMail(user.correo), now);
      const after = presentAdminUser(user);
      this.#trail(em, actor).updated('USUARIO', id_usuario, { before, after });
      return after;
    });
  }

  /** @throws AppError 404 */
  async sessionsOf(actor: Actor, id_usuario: number): Promise<Session[]> {
    const known = await this.#deps.orm.em.fork().count(Usuario, { id_usuario });
    if (known === 0) throw new AppError('not_found', 'El usuario no existe');
    return await this.#sessions.list(id_usuario, actor.sid);
  }

  /** Ends all that a user has signed in with. @returns how many sessions have ended. @throws AppError 404 */
  async endSessions(actor: Actor, id_usuario: number): Promise<number> {
    return await inTransaction(this.#deps.orm.em, async (em) => {
      const { correo } = await requireUser(em, id_usuario);
      const now = this.#deps.clock();
      const ended = await endAccessOf(em, id_usuario, now);
      if (ended > 0) await enqueueMail(em, sessionsEndedMail(correo), now);
      this.#trail(em, actor).updated('USUARIO', id_usuario, { ...UNCHANGED, meta: { sesiones_cerradas: ended } });
      return ended;
    });
  }

  /**
   * Mails the user a link for a new password.
   *
   * @param ip of the administrator, for the record
   * @throws AppError 404
   */
  async sendReset(actor: Actor, id_usuario: number, ip: string | null): Promise<void> {
    await inTransaction(this.#deps.orm.em, async (em) => {
      const user = await requireUser(em, id_usuario);
      await this.#reset.mailLink(em, user, ip);
      this.#trail(em, actor).updated('USUARIO', id_usuario, {
        ...UNCHANGED,
        meta: { enlace_de_contrasena: 'enviado' },
      });
    });
  }

  /**
   * Removes an inactive account with everything of its owner's.
   *
   * @throws AppError 404; 409 for oneself and while the account is active; 403 for an administrator
   */
  async removeUser(actor: Actor, id_usuario: number): Promise<void> {
    await this.#remove(actor, id_usuario, { active: false });
  }

  /** Removes a doctor, active or not, with everything of theirs. 404, and as `removeUser` for an administrator. */
  async removeDoctor(actor: Actor, id_medico: number): Promise<void> {
    const doctor = await this.#deps.orm.em.fork().findOne(Medico, id_medico);
    if (!doctor) throw new AppError('not_found', 'El médico no existe');
    await this.#remove(actor, doctor.id_usuario, { active: true });
  }

  /** @param options.active also an active account */
  async #remove(actor: Actor, id_usuario: number, { active }: { active: boolean }): Promise<void> {
    if (id_usuario === actor.id_usuario) throw new AppError('conflict', 'No puede eliminar su propia cuenta');
    const unfinished = await inTransaction(this.#deps.orm.em, async (em) => {
      const account = await lockAccount(em, id_usuario);
      const { user } = account;
      if (user.rol === 'ADMINISTRADOR') throw new AppError('forbidden', 'No se pueden borrar usuarios ADMINISTRADOR');
      if (user.activo && !active) throw new AppError('conflict', 'No se puede borrar un usuario activo');
      return await removeAccount(em, account, {
        actor: actor.id_usuario,
        at: this.#deps.clock(),
        predecessorResults: this.#deps.config.SOM3D_PREDECESSOR_RESULTS,
      });
    });
    await this.#afterRemoval(unfinished);
  }

  /** What follows once the rows are gone: workers stop, files go. What fails here is the sweeper's. */
  async #afterRemoval(unfinished: readonly string[]): Promise<void> {
    for (const jobId of unfinished) this.#signals.emit('canceled', jobId);
    await this.#deletions
      .workOff()
      .catch((error: unknown) => this.#deps.log.warn({ err: error }, 'files not removed; the sweeper will retry'));
  }

  #trail(em: EntityManager, { id_usuario }: Actor): AuditTrail {
    return new AuditTrail(em, id_usuario, this.#deps.clock());
  }
}
