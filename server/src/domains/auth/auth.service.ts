import { setTimeout as delay } from 'node:timers/promises';
import type { LoginBody, RegisterBody, UpdateMeBody, User } from '@som3d/contract';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../errors.ts';
import type { Actor } from '../../http/context.ts';
import { changesOf } from '../changes.ts';
import { CORREO_TAKEN, refuseTakenCorreo } from './accounts.ts';
import { RefreshSession, Usuario } from './auth.entity.ts';
import { presentUser } from './auth.presenter.ts';
import { findActor } from './auth.queries.ts';
import { createLockout, type Caller } from './lockout.ts';
import { hashPassword, verifyNothing, verifyPassword } from './passwords.ts';
import { issueAccessToken, readAccessToken } from './tokens.ts';

/**
 * A refused login is answered no sooner than this, in ms: longer than the predecessor's bcrypt takes, so that the time
 * tells neither whether an account exists nor which kind of hash it has.
 */
const REFUSAL_MS = 400;

export type AuthService = ReturnType<typeof createAuthService>;

/** Accounts and sessions: behaviour.md section 3. */
export const createAuthService = (deps: Deps) => {
  const { orm, config, clock } = deps;
  const lockout = createLockout(deps);

  /** Creates an inactive doctor's account. 409 when the address is taken, 403 while registration needs a code. */
  const register = async (body: RegisterBody): Promise<User> => {
    if (config.REGISTER_REQUIRES_EMAIL_CODE) {
      throw new AppError('forbidden', 'El registro requiere un código enviado por correo');
    }
    const em = orm.em.fork();
    if (await em.count(Usuario, { correo: body.correo })) throw new AppError('conflict', CORREO_TAKEN);
    const user = em.create(Usuario, {
      nombre: body.nombre,
      apellido: body.apellido,
      correo: body.correo,
      contrasena: await hashPassword(body.password),
      telefono: body.telefono ?? null,
      direccion: body.direccion ?? null,
      ciudad: body.ciudad ?? null,
      rol: 'MEDICO',
      activo: false,
    });
    await em.flush().catch(refuseTakenCorreo);
    return presentUser(user);
  };

  /** 401, the same and in the same time for an unknown account and a wrong password; 429 while locked. */
  const login = async ({ correo, password }: LoginBody, caller: Caller) => {
    const em = orm.em.fork();
    const attempt = await lockout.open(em, correo, caller);
    const earliest = delay(REFUSAL_MS);
    const user = await em.findOne(Usuario, { correo });
    const verdict = user ? await verifyPassword(password, user.contrasena) : await verifyNothing(password);
    if (!user || !verdict?.matches) {
      await attempt.fail('bad_credentials');
      await earliest;
      throw new AppError('unauthorized', 'Credenciales inválidas', { headers: { 'www-authenticate': 'Bearer' } });
    }
    if (verdict.outdated) {
      // Only over the hash that was compared: a password changed meanwhile stays.
      const contrasena = await hashPassword(password);
      await em.nativeUpdate(Usuario, { id_usuario: user.id_usuario, contrasena: user.contrasena }, { contrasena });
    }
    await attempt.succeed();
    return { access_token: issueAccessToken(deps, user), token_type: 'bearer' as const };
  };

  /** The user behind a token, as the database has it now; `null` when there is none. */
  const authenticate = async (token: string): Promise<Actor | null> => {
    const id = readAccessToken(deps, token);
    return id === null ? null : await findActor(orm, id);
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
      if (contrasena !== undefined) {
        const revoked_at = clock();
        await em.nativeUpdate(RefreshSession, { id_usuario: user.id_usuario, revoked_at: null }, { revoked_at });
      }
      return user;
    }).catch(refuseTakenCorreo);
    return presentUser(updated);
  };

  return { register, login, authenticate, me, updateMe };
};
