import { setTimeout as delay } from 'node:timers/promises';
import { LockMode } from '@mikro-orm/core';
import type { LoginBody, RegisterBody, UpdateMeBody, User } from '@som3d/contract';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { Admitted } from '../../http/access.ts';
import type { Actor } from '../../http/context.ts';
import { changesOf } from '../../base/changes.ts';
import { CORREO_TAKEN, refuseTakenCorreo } from './accounts.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { presentUser } from './auth.presenter.ts';
import { findActor } from './auth.queries.ts';
import { createLockout, type Caller } from './lockout.ts';
import { hashPassword, verifyNothing, verifyPassword } from './passwords.ts';
import { AS_INACTIVE_DOCTOR, newDoctor } from './registration.ts';
import { createSessions, revokeSessionsOf, type Renewal } from './sessions.ts';
import { issueAccessToken, readAccessToken } from './tokens.ts';

/**
 * A refused login is answered no sooner than this, in ms: longer than the predecessor's bcrypt takes, so that the time
 * tells neither whether an account exists nor which kind of hash it has.
 */
const REFUSAL_MS = 400;

const BEARER = { headers: { 'www-authenticate': 'Bearer' } };

export type AuthService = ReturnType<typeof createAuthService>;

/** Accounts and sessions: behaviour.md section 3. */
export function createAuthService(deps: Deps) {
  const { orm, config, clock } = deps;
  const lockout = createLockout(deps);
  const sessions = createSessions(deps);

  /** Creates an inactive doctor's account. 409 when the address is taken, 403 while registration needs a code. */
  const register = async (body: RegisterBody): Promise<User> => {
    if (config.REGISTER_REQUIRES_EMAIL_CODE) {
      throw new AppError('forbidden', 'El registro requiere un código enviado por correo');
    }
    const em = orm.em.fork();
    if (await em.count(Usuario, { correo: body.correo })) throw new AppError('conflict', CORREO_TAKEN);
    const user = em.create(Usuario, { ...(await newDoctor(body)), ...AS_INACTIVE_DOCTOR });
    await em.flush().catch(refuseTakenCorreo);
    return presentUser(user);
  };

  /** Opens the login's session while the password is the one that was compared; null when it has changed. */
  const openSession = async (user: Usuario, renewed: string | undefined, caller: Caller): Promise<string | null> =>
    await inTransaction(orm.em, async (em) => {
      const present = await em.findOne(Usuario, user.id_usuario, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (present?.contrasena !== user.contrasena) return null;
      if (renewed !== undefined) present.contrasena = renewed;
      return sessions.open(em, present.id_usuario, caller);
    });

  /** Compares the password, once more when it changed meanwhile (another login may have renewed its hash). */
  const admit = async (body: LoginBody, caller: Caller, again = true): Promise<Renewal | null> => {
    const { correo, password } = body;
    const user = await orm.em.fork().findOne(Usuario, { correo });
    const verdict = user ? await verifyPassword(password, user.contrasena) : await verifyNothing(password);
    if (!user || !verdict?.matches) return null;
    const renewed = verdict.outdated ? await hashPassword(password) : undefined;
    const token = await openSession(user, renewed, caller);
    if (token !== null) return { user, token };
    return again ? await admit(body, caller, false) : null;
  };

  const signedIn = ({ user, token }: Renewal) => ({
    answer: { access_token: issueAccessToken(deps, user), token_type: 'bearer' as const },
    refreshToken: token,
  });

  /** 401, the same and in the same time for an unknown account and a wrong password; 429 while locked. */
  const login = async (body: LoginBody, caller: Caller) => {
    const attempt = await lockout.open(orm.em.fork(), body.correo, caller);
    const earliest = delay(REFUSAL_MS);
    const admitted = await admit(body, caller);
    if (!admitted) {
      await attempt.fail('bad_credentials');
      await earliest;
      throw new AppError('unauthorized', 'Credenciales inválidas', BEARER);
    }
    await attempt.succeed();
    return signedIn(admitted);
  };

  /** A new access token and the next refresh token for one that is good; 401 for any other. */
  const refresh = async (refreshToken: string | undefined, caller: Caller) => {
    const renewal = refreshToken === undefined ? null : await sessions.renew(refreshToken, caller);
    if (!renewal) throw new AppError('unauthorized', 'La sesión no es válida o venció', BEARER);
    return signedIn(renewal);
  };

  const logout = async (refreshToken: string | undefined): Promise<void> => {
    if (refreshToken !== undefined) await sessions.close(refreshToken);
  };

  /** The user behind a token, as the database has it now; `null` when there is none. */
  const authenticate = async (token: string): Promise<Admitted | null> => {
    const read = readAccessToken(deps, token);
    const actor = read && (await findActor(orm, read.id));
    return actor && { actor, until: read.until };
  };

  const me = async (actor: Actor): Promise<User> =>
    presentUser(await orm.em.fork().findOneOrFail(Usuario, actor.id_usuario));

  /** Changes one's own data. A new password ends every refresh session; a taken address is a 409. */
  const updateMe = async (actor: Actor, { password, ...fields }: UpdateMeBody): Promise<User> => {
    const contrasena = password === undefined ? undefined : await hashPassword(password);
    const updated = await inTransaction(orm.em, async (em) => {
      const user = await em.findOneOrFail(Usuario, actor.id_usuario);
      em.assign(user, changesOf({ ...fields, contrasena }));
      await em.flush();
      if (contrasena !== undefined) await revokeSessionsOf(em, user.id_usuario, clock());
      return user;
    }).catch(refuseTakenCorreo);
    return presentUser(updated);
  };

  return { register, login, refresh, logout, authenticate, me, updateMe };
}
