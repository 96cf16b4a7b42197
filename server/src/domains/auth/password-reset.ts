import type { ResetPasswordCodeBody } from '@som3d/contract';
import { LockMode } from '@mikro-orm/core';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { enqueueMail } from '../mail/outbox.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { forgiveFailures, type Caller } from './lockout.ts';
import { passwordChangedMail, resetCodeMail, resetLinkMail } from './mails.ts';
import { newCode, newToken, type Named, type OneTimeTokens, type Purpose } from './one-time.ts';
import { hashPassword } from './passwords.ts';
import { limitedRequest } from './requests.ts';
import { revokeSessionsOf } from './sessions.ts';

const LINK = 'clave_enlace';
const CODE = 'clave_codigo';

function badLink() {
  return new AppError('bad_request', 'El enlace no es válido o venció; pida uno nuevo');
}
function badCode() {
  return new AppError('bad_request', 'El código no es válido o venció');
}

/** A new password by a link or a code that was mailed: behaviour.md section 3. */
export function createPasswordReset(deps: Deps, tokens: OneTimeTokens) {
  const { orm, clock, config } = deps;
  const minutes = config.RESET_PASS_EXPIRE_MIN;

  /** Mails a link to the account, if there is one. @param linkOf the page's address for a token */
  const requestLink = async (correo: string, caller: Caller, linkOf: (token: string) => string): Promise<void> =>
    await limitedRequest(deps, { purpose: LINK, correo, caller }, async () => {
      await inTransaction(orm.em, async (em) => {
        const user = await em.findOne(Usuario, { correo });
        if (!user) return;
        const token = newToken();
        tokens.issue(em, { purpose: LINK, token, correo, ip: caller.ip, minutes, user });
        await enqueueMail(em, resetLinkMail(user.correo, linkOf(token), minutes), clock());
      });
    });

  /** Mails a code to the account, if there is one. The token of an account that is not there is good for nothing. */
  const requestCode = async (correo: string, caller: Caller) =>
    await limitedRequest(deps, { purpose: CODE, correo, caller }, async () => {
      const token = newToken();
      await inTransaction(orm.em, async (em) => {
        const user = await em.findOne(Usuario, { correo });
        if (!user) return;
        const code = newCode();
        tokens.issue(em, { purpose: CODE, token, correo, ip: caller.ip, minutes, user, code });
        await enqueueMail(em, resetCodeMail(user.correo, code, minutes), clock());
      });
      return { ok: true as const, token, expires_in: minutes * 60 };
    });

  /**
   * Sets the password when the token, and the code where there is one, are good: of several at once, one wins. Every
   * session ends, failed logins are forgotten, and the owner is told by mail.
   */
  const change = async (purpose: Purpose, named: Named, password: string, code?: string): Promise<boolean> => {
    // Hashing is dear: not for a token that is no good anyway.
    if (!(await tokens.find(orm.em.fork(), purpose, named, false))) return false;
    const contrasena = await hashPassword(password);
    return await inTransaction(orm.em, async (em) => {
      const row = await tokens.find(em, purpose, named, true);
      if (!row || (code !== undefined && !tokens.tryCode(row, code))) return false;
      const lockMode = LockMode.PESSIMISTIC_WRITE;
      const user = row.id_usuario ? await em.findOne(Usuario, row.id_usuario, { lockMode }) : null;
      if (!user || !tokens.isBoundTo(row, user.contrasena)) return false;
      user.contrasena = contrasena;
      tokens.use(row);
      forgiveFailures(em, user.correo, clock());
      await em.flush();
      await revokeSessionsOf(em, user.id_usuario, clock());
      await enqueueMail(em, passwordChangedMail(user.correo), clock());
      return true;
    });
  };

  const byLink = async (token: string, password: string): Promise<void> => {
    if (!(await change(LINK, { token }, password))) throw badLink();
  };

  const byCode = async ({ token, correo, code, new_password }: ResetPasswordCodeBody): Promise<void> => {
    const named = token === undefined ? { correo: correo ?? '' } : { token };
    if (!(await change(CODE, named, new_password, code))) throw badCode();
  };

  /** Whether a link is worth showing its form. Looking at it does not use it up. */
  const isGoodLink = async (token: string | undefined): Promise<boolean> => {
    if (token === undefined) return false;
    const em = orm.em.fork();
    const row = await tokens.find(em, LINK, { token }, false);
    const user = row?.id_usuario ? await em.findOne(Usuario, row.id_usuario) : null;
    return row !== null && user !== null && tokens.isBoundTo(row, user.contrasena);
  };

  return { requestLink, requestCode, byLink, byCode, isGoodLink };
}
