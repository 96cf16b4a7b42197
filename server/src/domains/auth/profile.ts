import type { EntityManager } from '@mikro-orm/core';
import type { Me, UpdateMeBody } from '@som3d/contract';
import { changesOf } from '../../base/changes.ts';
import { AppError } from '../../base/errors.ts';
import { OneTimeToken, Usuario } from '../../db/entities/auth.entity.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../http/context.ts';
import { enqueueMail } from '../mail/outbox.ts';
import { refuseTakenCorreo, requireFreeCorreo, subjectOf } from './accounts.ts';
import { presentUser } from './auth.presenter.ts';
import type { Caller } from './caller.ts';
import type { Logins } from './login.ts';
import { addressChangedMail, newAddressAskedMail, newAddressCodeMail, passwordChangedMail } from './mails.ts';
import { newCode, newToken, type OneTimeTokens } from './one-time.ts';
import { type OwnData, refuseWeakPassword } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import { countMailRequest } from './requests.ts';
import { endAccessOf } from './sessions.ts';
import { acceptanceOf, presentTerms } from './terms.ts';
import { WrongCodes } from './wrong-codes.ts';

const PURPOSE = 'correo_nuevo';

const PASSWORD_NEEDED = 'Escriba su contraseña actual (password_actual) para cambiar la contraseña o el correo';

/** What the account will hold once these fields are changed. */
function ownDataOf({ correo, nombre, apellido, telefono, ciudad }: Usuario, fields: Partial<OwnData>): OwnData {
  return { correo, nombre, apellido, telefono, ciudad, ...changesOf(fields) };
}

/** One's own account: behaviour.md section 3. */
export class Profile {
  readonly #deps: Deps;
  readonly #tokens: OneTimeTokens;
  readonly #logins: Logins;
  readonly #wrongCodes: WrongCodes;

  constructor(deps: Deps, tokens: OneTimeTokens, logins: Logins) {
    this.#deps = deps;
    this.#tokens = tokens;
    this.#logins = logins;
    this.#wrongCodes = new WrongCodes(deps);
  }

  async read({ id_usuario }: Actor): Promise<Me> {
    const em = this.#deps.orm.em.fork();
    return await this.#present(em, await em.findOneOrFail(Usuario, id_usuario));
  }

  /**
   * Changes one's own data. A new password or address needs the present password: a token alone, which somebody may have
   * taken, does not keep the account. A new password ends everything that was signed in. A new address waits for the
   * code that is mailed to it.
   *
   * @throws AppError 403 without the present password; 409 when the address is taken; 422 for a weak password; 429
   */
  async update(actor: Actor, body: UpdateMeBody, caller: Caller): Promise<Me> {
    const { password, password_actual, correo, terminos_version, ...fields } = body;
    const accepted = acceptanceOf(this.#deps.config, terminos_version, this.#deps.clock());
    const user = await this.#deps.orm.em.fork().findOneOrFail(Usuario, actor.id_usuario);
    const address = correo === user.correo.toLowerCase() ? undefined : correo;
    const guarded = password !== undefined || address !== undefined;
    if (guarded) {
      if (password_actual === undefined) throw new AppError('forbidden', PASSWORD_NEEDED);
      await this.#logins.requirePassword(user, password_actual, caller);
    }
    if (password !== undefined) await refuseWeakPassword(password, ownDataOf(user, fields), 'password');
    if (address !== undefined) {
      await countMailRequest(this.#deps, { purpose: PURPOSE, correo: user.correo, caller }, user);
    }
    const contrasena = password === undefined ? undefined : await hashPassword(password, this.#deps.config);
    return await inTransaction(this.#deps.orm.em, async (em) => {
      const present = await em.findOneOrFail(Usuario, actor.id_usuario, FOR_UPDATE);
      if (guarded && present.contrasena !== user.contrasena) throw new AppError('forbidden', PASSWORD_NEEDED);
      em.assign(present, changesOf({ ...fields, ...accepted, contrasena }));
      await em.flush();
      if (contrasena !== undefined) await this.#closeAfterNewPassword(em, present);
      if (correo !== undefined) await this.#forgetPending(em, present);
      if (address !== undefined) await this.#askForAddress(em, present, address, caller);
      return await this.#present(em, present);
    });
  }

  /**
   * Takes the new address with the code that was mailed to it.
   *
   * @throws AppError 400 for a wrong or spent code, 409 when the address was taken meanwhile
   */
  async confirmAddress({ id_usuario }: Actor, code: string): Promise<Me> {
    const taken = await inTransaction(this.#deps.orm.em, async (em) => {
      const user = await em.findOneOrFail(Usuario, id_usuario, FOR_UPDATE);
      const row = await this.#tokens.find(em, PURPOSE, { id_usuario }, true);
      if (!row || !this.#tokens.isBoundTo(row, user.contrasena)) return null;
      const isRight = () => this.#tokens.tryCode(row, code);
      if ((await this.#wrongCodes.judge(em, PURPOSE, subjectOf(user, user.correo), isRight)) !== 'right') return null;
      await requireFreeCorreo(em, row.correo, id_usuario);
      const before = user.correo;
      em.assign(user, { correo: row.correo, unverified_since: null });
      this.#tokens.use(row);
      await em.flush();
      await enqueueMail(em, addressChangedMail(before), this.#deps.clock());
      return await this.#present(em, user);
    }).catch(refuseTakenCorreo);
    if (!taken) throw new AppError('bad_request', 'El código no es válido o venció');
    return taken;
  }

  async #closeAfterNewPassword(em: EntityManager, { id_usuario, correo }: Usuario): Promise<void> {
    const now = this.#deps.clock();
    await endAccessOf(em, id_usuario, now);
    await enqueueMail(em, passwordChangedMail(correo), now);
  }

  async #forgetPending(em: EntityManager, { id_usuario }: Usuario): Promise<void> {
    const pending = { purpose: PURPOSE, id_usuario, used_at: null };
    await em.nativeUpdate(OneTimeToken, pending, { used_at: this.#deps.clock() });
  }

  async #askForAddress(em: EntityManager, user: Usuario, correo: string, { ip }: Caller): Promise<void> {
    const now = this.#deps.clock();
    const minutes = this.#deps.config.VERIFY_EMAIL_EXPIRE_MIN;
    const code = newCode();
    await requireFreeCorreo(em, correo, user.id_usuario);
    this.#tokens.issue(em, { purpose: PURPOSE, token: newToken(), correo, ip, minutes, code, user });
    await em.flush();
    await enqueueMail(em, newAddressCodeMail(correo, code, minutes), now);
    await enqueueMail(em, newAddressAskedMail(user.correo), now);
  }

  async #present(em: EntityManager, user: Usuario): Promise<Me> {
    const pending = await this.#tokens.find(em, PURPOSE, { id_usuario: user.id_usuario }, false);
    const waits = pending !== null && this.#tokens.isBoundTo(pending, user.contrasena);
    return {
      ...presentUser(user),
      ...(waits ? { correo_pendiente: pending.correo } : {}),
      ...presentTerms(this.#deps.config, user),
    };
  }
}
