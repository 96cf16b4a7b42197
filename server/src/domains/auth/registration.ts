import type { RegisterBody, User } from '@som3d/contract';
import { z } from 'zod';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { enqueueMail } from '../mail/outbox.ts';
import { CORREO_TAKEN, refuseTakenCorreo } from './accounts.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { presentUser } from './auth.presenter.ts';
import type { Caller } from './lockout.ts';
import { accountExistsMail, registrationCodeMail } from './mails.ts';
import { newCode, newToken, seal, unseal, type OneTimeTokens } from './one-time.ts';
import { hashPassword } from './passwords.ts';
import { limitedRequest } from './requests.ts';

const PURPOSE = 'registro';

/** What waits for the code, sealed under the client's token. */
const Pending = z.object({
  nombre: z.string(),
  apellido: z.string(),
  correo: z.string(),
  contrasena: z.string(),
  telefono: z.string().nullable(),
  direccion: z.string().nullable(),
  ciudad: z.string().nullable(),
});

function badCode() {
  return new AppError('bad_request', 'El código no es válido o venció');
}

/** An inactive doctor's account from what was registered. */
export async function newDoctor({ password, ...body }: RegisterBody) {
  return {
    nombre: body.nombre,
    apellido: body.apellido,
    correo: body.correo,
    contrasena: await hashPassword(password),
    telefono: body.telefono ?? null,
    direccion: body.direccion ?? null,
    ciudad: body.ciudad ?? null,
  };
}
export const AS_INACTIVE_DOCTOR = { rol: 'MEDICO', activo: false } as const;

/** Registration in two steps: behaviour.md section 3. */
export function createRegistration(deps: Deps, tokens: OneTimeTokens) {
  const { orm, clock, config } = deps;
  const minutes = config.VERIFY_EMAIL_EXPIRE_MIN;

  /**
   * Mails a code. An address that has an account gets the same answer and a mail that says so: no code is right then.
   * The row keeps the registration, the password's hash included, only sealed under the token that it does not know.
   */
  const begin = async (body: RegisterBody, caller: Caller) =>
    await limitedRequest(deps, { purpose: PURPOSE, correo: body.correo, caller }, async () => {
      const [token, code] = [newToken(), newCode()];
      const payload_json = seal(token, await newDoctor(body));
      await inTransaction(orm.em, async (em) => {
        const taken = (await em.count(Usuario, { correo: body.correo })) > 0;
        const issue = { purpose: PURPOSE, token, correo: body.correo, ip: caller.ip, minutes, payload_json } as const;
        tokens.issue(em, taken ? issue : { ...issue, code });
        const mail = taken ? accountExistsMail(body.correo) : registrationCodeMail(body.correo, code, minutes);
        await enqueueMail(em, mail, clock());
      });
      return { ok: true as const, token, expires_in: minutes * 60 };
    });

  /** Creates the account. 400 for a wrong or spent code, 409 when the address was taken meanwhile. */
  const confirm = async (token: string, code: string): Promise<User> => {
    const user = await inTransaction(orm.em, async (em) => {
      const row = await tokens.find(em, PURPOSE, { token }, true);
      if (!row || !tokens.tryCode(row, code)) return null;
      const pending = Pending.parse(unseal(token, row.payload_json ?? ''));
      if (await em.count(Usuario, { correo: pending.correo })) throw new AppError('conflict', CORREO_TAKEN);
      tokens.use(row);
      const created = em.create(Usuario, { ...pending, ...AS_INACTIVE_DOCTOR });
      await em.flush();
      return created;
    }).catch(refuseTakenCorreo);
    if (!user) throw badCode();
    return presentUser(user);
  };

  return { begin, confirm };
}
