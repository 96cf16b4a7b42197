import type { ResetPasswordCodeBody } from '@som3d/contract';
import type { EntityManager } from '@mikro-orm/core';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { enqueueMail } from '../mail/outbox.ts';
import { OneTimeToken, Usuario } from '../../db/entities/auth.entity.ts';
import { findAccount, subjectOf } from './accounts.ts';
import type { Caller } from './caller.ts';
import { forgiveFailures } from './lockout.ts';
import { failedCodesMail, passwordChangedMail, resetCodeMail, resetLinkMail } from './mails.ts';
import { newCode, newToken, type Named, type OneTimeTokens, type Purpose } from './one-time.ts';
import { noSooner } from './pace.ts';
import { refuseCommonPassword, refuseWeakPassword } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import { limitedRequest } from './requests.ts';
import { endAccessOf } from './sessions.ts';
import { WrongCodes } from './wrong-codes.ts';

const LINK = 'clave_enlace';
const CODE = 'clave_codigo';
const FIELD = 'new_password';

function badLink() {
  return new AppError('bad_request', 'El enlace no es válido o venció; pida uno nuevo');
}
function badCode() {
  return new AppError('bad_request', 'El código no es válido o venció');
}

/** A token that was accepted, with the account that it is for. */
interface Accepted {
  readonly id_token: number;
  readonly user: Usuario;
}

/** A new password by a link or a code that was mailed: behaviour.md section 3. */
export class PasswordReset {
  readonly #deps: Deps;
  readonly #tokens: OneTimeTokens;
  readonly #wrongCodes: WrongCodes;

  constructor(deps: Deps, tokens: OneTimeTokens) {
    this.#deps = deps;
    this.#tokens = tokens;
    this.#wrongCodes = new WrongCodes(deps);
  }

  /** Mails a link to the account, if there is one. */
  async requestLink(correo: string, caller: Caller): Promise<void> {
    await limitedRequest(this.#deps, { purpose: LINK, correo, caller }, async (user) => {
      if (user) await inTransaction(this.#deps.orm.em, (em) => this.mailLink(em, user, caller.ip));
    });
  }

  /**
   * Mails a link to this account, in the caller's transaction.
   *
   * @param ip of whoever asks, for the record
   */
  async mailLink(em: EntityManager, user: Usuario, ip: string | null): Promise<void> {
    const { address, clock } = this.#deps;
    const token = newToken();
    const minutes = this.#issue(em, LINK, user, { token, ip });
    const link = `${address.url}/auth/reset-password/form?token=${token}`;
    await enqueueMail(em, resetLinkMail(user.correo, link, minutes), clock());
  }

  /**
   * Mails a code to the account, if there is one; a link once the account's wrong codes are used up. The token of an
   * account that is not there is good for nothing.
   */
  async requestCode(correo: string, caller: Caller) {
    const { orm, config } = this.#deps;
    return await limitedRequest(this.#deps, { purpose: CODE, correo, caller }, async (user) => {
      const token = newToken();
      if (user) await inTransaction(orm.em, (em) => this.#mailCode(em, user, { token, ip: caller.ip }));
      return { ok: true as const, token, expires_in: config.RESET_PASS_EXPIRE_MIN };
    });
  }

  /** @throws AppError 400 for a link that is no good, 422 for a weak password */
  async byLink(token: string, password: string): Promise<void> {
    await refuseCommonPassword(password, FIELD);
    const accepted = await inTransaction(this.#deps.orm.em, async (em) => {
      const row = await this.#tokens.find(em, LINK, { token }, false);
      return row && (await this.#acceptedBy(em, row));
    });
    if (!accepted || !(await this.#change(accepted, password))) throw badLink();
  }

  /** @throws AppError 400 for a code that is no good, in the same time whether the account exists; 422 for a weak password */
  async byCode({ token, correo, code, new_password }: ResetPasswordCodeBody): Promise<void> {
    await refuseCommonPassword(new_password, FIELD);
    await noSooner(this.#deps.config.SOM3D_AUTH_ANSWER_MS, async () => {
      const named = token === undefined ? await this.#lastOf(correo ?? '') : { token };
      const accepted = named && (await inTransaction(this.#deps.orm.em, (em) => this.#tryCode(em, named, code)));
      if (!accepted || !(await this.#change(accepted, new_password))) throw badCode();
    });
  }

  /** Whether a link is worth showing its form. Looking at it does not use it up. */
  async isGoodLink(token: string | undefined): Promise<boolean> {
    if (token === undefined) return false;
    const em = this.#deps.orm.em.fork();
    const row = await this.#tokens.find(em, LINK, { token }, false);
    return row !== null && (await this.#acceptedBy(em, row)) !== null;
  }

  async #lastOf(correo: string): Promise<Named | null> {
    const user = await findAccount(this.#deps.orm.em.fork(), correo);
    return user && { id_usuario: user.id_usuario };
  }

  /** Compares a code, and counts a wrong one. The owner hears of it when it was the last that is taken. */
  async #tryCode(em: EntityManager, named: Named, code: string): Promise<Accepted | null> {
    const row = await this.#tokens.find(em, CODE, named, true);
    const accepted = row && (await this.#acceptedBy(em, row));
    if (!row || !accepted) return null;
    const { user } = accepted;
    const isRight = () => this.#tokens.tryCode(row, code);
    const verdict = await this.#wrongCodes.judge(em, CODE, subjectOf(user, user.correo), isRight);
    if (verdict === 'last wrong') {
      const mail = failedCodesMail(user.correo, this.#deps.config.RESET_PASS_EXPIRE_MIN);
      await enqueueMail(em, mail, this.#deps.clock());
    }
    return verdict === 'right' ? accepted : null;
  }

  /** The account of a token whose password is still the one at the time of the request. */
  async #acceptedBy(em: EntityManager, row: OneTimeToken): Promise<Accepted | null> {
    const user = row.id_usuario ? await em.findOne(Usuario, row.id_usuario) : null;
    return user && this.#tokens.isBoundTo(row, user.contrasena) ? { id_token: row.id_token, user } : null;
  }

  /**
   * Sets the password: of several at once, one wins. Everything that was signed in ends, failed tries are forgotten, the
   * address is proved, and the owner hears of it by mail.
   */
  async #change({ id_token, user: owner }: Accepted, password: string): Promise<boolean> {
    const { id_usuario } = owner;
    await refuseWeakPassword(password, owner, FIELD);
    // Hashing is dear: not for a token that is no good anyway.
    const contrasena = await hashPassword(password, this.#deps.config);
    const now = this.#deps.clock();
    return await inTransaction(this.#deps.orm.em, async (em) => {
      const row = await em.findOne(OneTimeToken, id_token, FOR_UPDATE);
      const user = await em.findOne(Usuario, id_usuario, FOR_UPDATE);
      if (!row || !user || !this.#tokens.isLive(row) || !this.#tokens.isBoundTo(row, user.contrasena)) return false;
      em.assign(user, { contrasena, unverified_since: null });
      this.#tokens.use(row);
      const subject = subjectOf(user, user.correo);
      forgiveFailures(em, subject, user.correo, now);
      await em.flush();
      await this.#wrongCodes.forget(em, subject);
      await endAccessOf(em, id_usuario, now);
      await enqueueMail(em, passwordChangedMail(user.correo), now);
      return true;
    });
  }

  async #mailCode(
    em: EntityManager,
    user: Usuario,
    { token, ip }: { token: string; ip: string | null },
  ): Promise<void> {
    if (await this.#wrongCodes.areExhausted(em, CODE, subjectOf(user, user.correo))) {
      return await this.mailLink(em, user, ip);
    }
    const code = newCode();
    const minutes = this.#issue(em, CODE, user, { token, ip, code });
    await enqueueMail(em, resetCodeMail(user.correo, code, minutes), this.#deps.clock());
  }

  /** @returns how many minutes the token lives */
  #issue(
    em: EntityManager,
    purpose: Purpose,
    user: Usuario,
    what: { token: string; ip: string | null; code?: string },
  ): number {
    const minutes = this.#deps.config.RESET_PASS_EXPIRE_MIN;
    this.#tokens.issue(em, { purpose, correo: user.correo, minutes, user, ...what });
    return minutes;
  }
}
