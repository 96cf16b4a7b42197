import type { EntityManager } from '@mikro-orm/core';
import type { SecondFactor } from '@som3d/contract';
import { AppError } from '../../base/errors.ts';
import { openSealed, sealText } from '../../base/sealed.ts';
import type { KeyRing } from '../../base/secret.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { holdCount } from '../../db/locks/rate-limit.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../http/context.ts';
import { AuditTrail } from '../audit/audit.ts';
import { enqueueMail, type OutgoingMail } from '../mail/outbox.ts';
import type { Caller } from './caller.ts';
import type { Logins } from './login.ts';
import { recoveryUsedMail, secondFactorOffMail, secondFactorOnMail } from './mails.ts';
import { newRecoveryCodes, newSecret, recoveryDigest, stepOf, uriOf } from './totp.ts';

const DAY_MS = 86_400_000;
/** So many wrong codes of an account are taken in a day: a code has a million values, and three are good at a time. */
const WRONG_CODES = 20;
const OFF = { totp_secret: null, totp_confirmed_at: null, totp_step: null, totp_recovery: null } as const;
const UNCHANGED = { before: {}, after: {} };

const BAD_CODE = 'El código no es válido o ya se usó';

type CodeVerdict = 'right' | 'wrong' | 'exhausted';

function recoveryOf(user: Usuario): string[] {
  return JSON.parse(user.totp_recovery ?? '[]') as string[];
}

function refuse(verdict: CodeVerdict): void {
  if (verdict === 'wrong') throw new AppError('bad_request', BAD_CODE);
  if (verdict === 'exhausted') throw tooManyCodes();
}

function opened(key: Buffer, sealed: string): string | null {
  try {
    return openSealed(key, sealed);
  } catch {
    return null;
  }
}

/** 429 once an account's wrong codes of a day are used up. */
export function tooManyCodes(): AppError {
  const headers = { 'retry-after': String(DAY_MS / 1000) };
  return new AppError('too_many_requests', 'Se escribieron demasiados códigos errados. Intente de nuevo mañana', {
    headers,
  });
}

/** Takes the second factor away, for example by the operator. @returns false when there was none */
export function clearSecondFactor(em: EntityManager, user: Usuario): boolean {
  const had = user.totp_confirmed_at != null;
  em.assign(user, OFF);
  return had;
}

/** A code as the second factor of a sign-in. The account's row must be locked by the transaction, which must commit. */
export class SecondFactorCodes {
  readonly #clock: Deps['clock'];
  readonly #keys: KeyRing;

  constructor({ secrets, clock }: Pick<Deps, 'secrets' | 'clock'>) {
    this.#clock = clock;
    this.#keys = secrets.keysFor('som3d second factor');
  }

  /** What the database keeps of a secret. */
  seal(secret: string): string {
    return sealText(this.#keys[0], secret);
  }

  /** The secret of an account; null when it was sealed under a JWT_SECRET that is not accepted any more. */
  #secretOf({ totp_secret }: Usuario): string | null {
    return this.#keys.map((key) => opened(key, totp_secret ?? '')).find((secret) => secret !== null) ?? null;
  }

  /**
   * Seals the account's secret under the present key, when it was sealed under the one before.
   *
   * @returns false when none of the keys opens it
   */
  renew(user: Usuario): boolean {
    if (opened(this.#keys[0], user.totp_secret ?? '') !== null) return true;
    const secret = this.#secretOf(user);
    if (secret !== null) user.totp_secret = this.seal(secret);
    return secret !== null;
  }

  /** Takes a code, each one once: of the app, or a recovery code once the factor is confirmed. */
  async take(em: EntityManager, user: Usuario, code: string): Promise<CodeVerdict> {
    const count = await holdCount(em, `totp:${user.id_usuario}`, DAY_MS, this.#clock());
    if (count.hits >= WRONG_CODES) return 'exhausted';
    if (this.#takeStep(user, code) || (await this.#takeRecovery(em, user, code))) return 'right';
    await count.add();
    return 'wrong';
  }

  #takeStep(user: Usuario, code: string): boolean {
    const secret = this.#secretOf(user);
    const step = secret === null ? null : stepOf(secret, code, this.#clock(), user.totp_step ?? null);
    if (step === null) return false;
    user.totp_step = step;
    this.renew(user);
    return true;
  }

  async #takeRecovery(em: EntityManager, user: Usuario, code: string): Promise<boolean> {
    const digest = recoveryDigest(code);
    const unused = recoveryOf(user);
    if (user.totp_confirmed_at == null || !unused.includes(digest)) return false;
    const left = unused.filter((known) => known !== digest);
    user.totp_recovery = JSON.stringify(left);
    await enqueueMail(em, recoveryUsedMail(user.correo, left.length), this.#clock());
    return true;
  }
}

/** One's own second factor: behaviour.md section 3. */
export class SecondFactors {
  readonly #deps: Deps;
  readonly #logins: Logins;
  readonly #codes: SecondFactorCodes;

  constructor(deps: Deps, logins: Logins) {
    this.#deps = deps;
    this.#logins = logins;
    this.#codes = new SecondFactorCodes(deps);
  }

  async read({ id_usuario }: Actor): Promise<SecondFactor> {
    const user = await this.#deps.orm.em.fork().findOneOrFail(Usuario, id_usuario);
    const confirmed = user.totp_confirmed_at ?? null;
    return {
      activo: confirmed !== null,
      confirmado_en: confirmed?.toISOString() ?? null,
      codigos_restantes: confirmed === null ? 0 : recoveryOf(user).length,
    };
  }

  /** A secret that waits for its confirmation. @throws AppError 403 for a wrong password; 409 while the factor is active */
  async enrol(actor: Actor, password: string, caller: Caller) {
    await this.#requirePassword(actor, password, caller);
    const secret = newSecret();
    const correo = await inTransaction(this.#deps.orm.em, async (em) => {
      const user = await em.findOneOrFail(Usuario, actor.id_usuario, FOR_UPDATE);
      if (user.totp_confirmed_at != null) {
        throw new AppError('conflict', 'El segundo factor ya está activo: quítelo antes de pedir otro secreto');
      }
      em.assign(user, { ...OFF, totp_secret: this.#codes.seal(secret) });
      return user.correo;
    });
    return { secret, otpauth_uri: uriOf(secret, correo) };
  }

  /** Activates the factor. @returns the recovery codes. @throws AppError 400, 409, 429 */
  async confirm(actor: Actor, code: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    const verdict = await this.#change(actor, code, secondFactorOnMail, (user) => {
      if (user.totp_secret == null || user.totp_confirmed_at != null) {
        throw new AppError('conflict', 'No hay un secreto por confirmar: pida uno');
      }
      return {
        change: { totp_confirmed_at: this.#deps.clock(), totp_recovery: JSON.stringify(codes.map(recoveryDigest)) },
        note: 'activado',
      };
    });
    refuse(verdict);
    return codes;
  }

  /** Takes the factor away. @throws AppError 400, 403, 409, 429 */
  async remove(actor: Actor, { password, code }: { password: string; code: string }, caller: Caller): Promise<void> {
    await this.#requirePassword(actor, password, caller);
    const verdict = await this.#change(actor, code, secondFactorOffMail, (user) => {
      if (user.totp_confirmed_at == null) throw new AppError('conflict', 'El segundo factor no está activo');
      return { change: OFF, note: 'retirado' };
    });
    refuse(verdict);
  }

  /** Changes the factor with a code of it. A wrong code is counted: the verdict comes after the commit. */
  async #change(
    actor: Actor,
    code: string,
    mail: (to: string) => OutgoingMail,
    next: (user: Usuario) => { change: object; note: string },
  ): Promise<CodeVerdict> {
    const { orm, clock } = this.#deps;
    return await inTransaction(orm.em, async (em) => {
      const user = await em.findOneOrFail(Usuario, actor.id_usuario, FOR_UPDATE);
      const { change, note } = next(user);
      const verdict = await this.#codes.take(em, user, code);
      if (verdict !== 'right') return verdict;
      em.assign(user, change);
      const meta = { segundo_factor: note };
      new AuditTrail(em, actor.id_usuario, clock()).updated('USUARIO', actor.id_usuario, { ...UNCHANGED, meta });
      await em.flush();
      await enqueueMail(em, mail(user.correo), clock());
      return verdict;
    });
  }

  async #requirePassword({ id_usuario }: Actor, password: string, caller: Caller): Promise<void> {
    const user = await this.#deps.orm.em.fork().findOneOrFail(Usuario, id_usuario);
    await this.#logins.requirePassword(user, password, caller);
  }
}
