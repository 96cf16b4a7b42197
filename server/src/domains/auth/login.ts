import type { LoginBody } from '@som3d/contract';
import { AppError } from '../../base/errors.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { UNAUTHORIZED } from '../../http/access.ts';
import { enqueueMail } from '../mail/outbox.ts';
import { findAccount, subjectOf } from './accounts.ts';
import type { Caller } from './caller.ts';
import { deviceKnownTo } from './devices.ts';
import { Lockout, OWN_FAILURES } from './lockout.ts';
import { failedLoginsMail } from './mails.ts';
import { failNoSooner } from './pace.ts';
import { hashPassword, verifyNothing, verifyPassword } from './passwords.ts';
import { SecondFactorCodes, tooManyCodes } from './second-factor.ts';
import type { OpenSession, Sessions } from './sessions.ts';

/** What came of an address and a password. */
type Outcome = OpenSession | 'refused' | 'suspended' | 'second factor' | 'wrong code' | 'exhausted';

/** Signing in with a password: behaviour.md section 3. */
export class Logins {
  readonly #deps: Deps;
  readonly #lockout: Lockout;
  readonly #sessions: Sessions;
  readonly #codes: SecondFactorCodes;

  constructor(deps: Deps, sessions: Sessions) {
    this.#deps = deps;
    this.#lockout = new Lockout(deps);
    this.#sessions = sessions;
    this.#codes = new SecondFactorCodes(deps);
  }

  /**
   * Opens a session.
   *
   * @throws AppError 401, the same and in the same time for an unknown account and a wrong password; 403 for the right
   *   password of a suspended account; 401 of its own kind while the second factor is missing or wrong; 429 while locked
   */
  async login(body: LoginBody, caller: Caller): Promise<OpenSession> {
    // Longer than bcrypt takes, too: the time does not show which kind of hash an account has.
    return await failNoSooner(this.#deps.config.SOM3D_AUTH_ANSWER_MS, async () => {
      const em = this.#deps.orm.em.fork();
      const user = await findAccount(em, body.correo);
      const device = deviceKnownTo(caller.device, user?.id_usuario);
      const claim = { subject: subjectOf(user, body.correo), correo: body.correo, caller, device };
      const attempt = await this.#lockout.open(em, claim);
      const outcome = await this.#admit(body, caller);
      if (outcome === 'refused') {
        await this.#warn(user, await attempt.fail('bad_credentials'));
        throw new AppError('unauthorized', 'Credenciales inválidas', UNAUTHORIZED);
      }
      if (outcome === 'wrong code') {
        await this.#warn(user, await attempt.fail('bad_second_factor'));
        throw new AppError('second_factor', 'El código no es válido o ya se usó', UNAUTHORIZED);
      }
      if (outcome === 'exhausted') {
        await attempt.fail('bad_second_factor');
        throw tooManyCodes();
      }
      if (outcome === 'second factor') {
        await attempt.halve();
        throw new AppError('second_factor', 'Escriba el código de su aplicación (totp)', UNAUTHORIZED);
      }
      await attempt.succeed();
      if (outcome !== 'suspended') return outcome;
      throw new AppError('forbidden', 'Su cuenta está suspendida. Escriba al soporte para reactivarla');
    });
  }

  /**
   * Compares the password of a user who has signed in, with its own count of failures.
   *
   * @throws AppError 403 when it is wrong, 429 while locked
   */
  async requirePassword(user: Usuario, password: string, caller: Caller): Promise<void> {
    const device = deviceKnownTo(caller.device, user.id_usuario);
    const claim = { subject: `p:${user.id_usuario}`, correo: user.correo, caller, device };
    const attempt = await this.#lockout.open(this.#deps.orm.em.fork(), claim);
    const { matches } = await verifyPassword(password, user.contrasena, this.#deps.config);
    if (matches) return await attempt.succeed();
    await this.#warn(user, await attempt.fail('bad_current_password'));
    throw new AppError('forbidden', 'La contraseña actual no es correcta');
  }

  /** Compares the password, once more when it changed meanwhile (another login may have renewed its hash). */
  async #admit(body: LoginBody, caller: Caller, again = true): Promise<Outcome> {
    const user = await findAccount(this.#deps.orm.em.fork(), body.correo);
    const verdict = user
      ? await verifyPassword(body.password, user.contrasena, this.#deps.config)
      : await verifyNothing(body.password, this.#deps.config);
    if (!user || !verdict?.matches) return 'refused';
    const renewed = verdict.outdated ? await hashPassword(body.password, this.#deps.config) : undefined;
    const outcome = await this.#open(user, { renewed, totp: body.totp }, caller);
    if (outcome !== 'refused') return outcome;
    return again ? await this.#admit(body, caller, false) : 'refused';
  }

  /** Opens the session while the password is the one that was compared. */
  async #open(
    user: Usuario,
    { renewed, totp }: { renewed: string | undefined; totp: string | undefined },
    caller: Caller,
  ): Promise<Outcome> {
    return await inTransaction(this.#deps.orm.em, async (em) => {
      const present = await em.findOne(Usuario, user.id_usuario, FOR_UPDATE);
      if (present?.contrasena !== user.contrasena) return 'refused';
      if (renewed !== undefined) present.contrasena = renewed;
      if (present.suspended_at) return 'suspended';
      if (present.totp_confirmed_at != null) {
        if (totp === undefined) return 'second factor';
        const verdict = await this.#codes.take(em, present, totp);
        if (verdict !== 'right') return verdict === 'wrong' ? 'wrong code' : 'exhausted';
      }
      return this.#sessions.open(em, present, caller);
    });
  }

  /** The owner hears once a day that somebody tries their password. */
  async #warn(user: Usuario | null, failures: number): Promise<void> {
    if (!user || failures < OWN_FAILURES) return;
    const { orm, clock } = this.#deps;
    await enqueueMail(orm.em.fork(), failedLoginsMail(user.correo, user.id_usuario, clock()), clock());
  }
}
