import type { RegisterBody, User } from '@som3d/contract';
import { z } from 'zod';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { countOrRefuse } from '../../db/locks/rate-limit.ts';
import { enqueueMail, type OutgoingMail } from '../mail/outbox.ts';
import { isTaken, refuseTakenCorreo, requireFreeCorreo, subjectOf } from './accounts.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { presentUser } from './auth.presenter.ts';
import type { Caller } from './caller.ts';
import { accountExistsMail, registrationCodeMail, similarAddressMail } from './mails.ts';
import { newCode, newToken, seal, unseal, type OneTimeTokens } from './one-time.ts';
import { noSooner } from './pace.ts';
import { refuseWeakPassword } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import { limitedRequest } from './requests.ts';
import { acceptanceOf } from './terms.ts';
import { WrongCodes } from './wrong-codes.ts';

const PURPOSE = 'registro';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What waits for the code, sealed under the client's token. */
const Pending = z.object({
  nombre: z.string(),
  apellido: z.string(),
  correo: z.string(),
  contrasena: z.string(),
  telefono: z.string().nullable(),
  direccion: z.string().nullable(),
  ciudad: z.string().nullable(),
  terms_version: z.string().optional(),
  terms_accepted_at: z.coerce.date().optional(),
});

const AS_INACTIVE_DOCTOR = { rol: 'MEDICO', activo: false } as const;
const TOO_MANY_CODES = 'Se escribieron demasiados códigos errados para este correo. Intente de nuevo mañana';

function badCode() {
  return new AppError('bad_request', 'El código no es válido o venció');
}

/** A doctor's account from what was registered. */
async function newDoctor({ password, ...body }: RegisterBody, { config, clock }: Pick<Deps, 'config' | 'clock'>) {
  const accepted = acceptanceOf(config, body.terminos_version, clock());
  return {
    ...accepted,
    nombre: body.nombre,
    apellido: body.apellido,
    correo: body.correo,
    contrasena: await hashPassword(password, config),
    telefono: body.telefono ?? null,
    direccion: body.direccion ?? null,
    ciudad: body.ciudad ?? null,
  };
}

/** A code; or why there is none: to the owner of the account, or to somebody whose address differs by accents alone. */
function mailFor(
  { correo, code, minutes }: { correo: string; code: string; minutes: number },
  { taken, owner }: { taken: boolean; owner: Usuario | null },
): OutgoingMail {
  if (!taken) return registrationCodeMail(correo, code, minutes);
  return owner ? accountExistsMail(correo) : similarAddressMail(correo);
}

/** Registration, direct and in two steps: behaviour.md section 3. */
export class Registration {
  readonly #deps: Deps;
  readonly #tokens: OneTimeTokens;
  readonly #wrongCodes: WrongCodes;

  constructor(deps: Deps, tokens: OneTimeTokens) {
    this.#deps = deps;
    this.#tokens = tokens;
    this.#wrongCodes = new WrongCodes(deps);
  }

  /**
   * Creates an inactive doctor's account whose address nobody has proved.
   *
   * @throws AppError 403 while registration needs a code; 409 when the address is taken; 422 for a weak password; 429
   */
  async register(body: RegisterBody, caller: Caller): Promise<User> {
    const { config, orm, clock } = this.#deps;
    if (config.REGISTER_REQUIRES_EMAIL_CODE) {
      throw new AppError('forbidden', 'El registro requiere un código enviado por correo');
    }
    await refuseWeakPassword(body.password, body, 'password');
    await this.#count(caller);
    const doctor = { ...(await newDoctor(body, this.#deps)), ...AS_INACTIVE_DOCTOR, unverified_since: clock() };
    const user = await inTransaction(orm.em, async (em) => {
      await requireFreeCorreo(em, body.correo);
      const created = em.create(Usuario, doctor);
      await em.flush();
      return created;
    }).catch(refuseTakenCorreo);
    return presentUser(user);
  }

  /**
   * Mails a code. An address that has an account gets the same answer and a mail that says so: no code is right then.
   * The row keeps the registration, the password's hash included, only sealed under the token that it does not know.
   *
   * @throws AppError 422 for a weak password; 429
   */
  async begin(body: RegisterBody, caller: Caller) {
    const { orm, clock, config } = this.#deps;
    const { correo } = body;
    const minutes = config.VERIFY_EMAIL_EXPIRE_MIN;
    await refuseWeakPassword(body.password, body, 'password');
    return await limitedRequest(this.#deps, { purpose: PURPOSE, correo, caller }, async (owner) => {
      await this.#count(caller);
      if (await this.#wrongCodes.areExhausted(orm.em.fork(), PURPOSE, subjectOf(null, correo))) {
        throw new AppError('too_many_requests', TOO_MANY_CODES, { headers: { 'retry-after': String(DAY_MS / 1000) } });
      }
      const [token, code] = [newToken(), newCode()];
      const payload_json = seal(token, await newDoctor(body, this.#deps));
      await inTransaction(orm.em, async (em) => {
        const taken = await isTaken(em, correo);
        const issue = { purpose: PURPOSE, token, correo, ip: caller.ip, minutes, payload_json } as const;
        this.#tokens.issue(em, taken ? issue : { ...issue, code });
        await enqueueMail(em, mailFor({ correo, code, minutes }, { taken, owner }), clock());
      });
      return { ok: true as const, token, expires_in: minutes };
    });
  }

  /** Creates the account. 400 for a wrong or spent code, 409 when the address was taken meanwhile. */
  async confirm(token: string, code: string): Promise<User> {
    return await noSooner(this.#deps.config.SOM3D_AUTH_ANSWER_MS, async () => {
      const user = await inTransaction(this.#deps.orm.em, async (em) => {
        const row = await this.#tokens.find(em, PURPOSE, { token }, true);
        if (!row) return null;
        const subject = subjectOf(null, row.correo);
        const isRight = () => this.#tokens.tryCode(row, code);
        if ((await this.#wrongCodes.judge(em, PURPOSE, subject, isRight)) !== 'right') return null;
        const pending = Pending.parse(unseal(token, row.payload_json ?? ''));
        await requireFreeCorreo(em, pending.correo);
        this.#tokens.use(row);
        const created = em.create(Usuario, { ...pending, ...AS_INACTIVE_DOCTOR });
        await em.flush();
        return created;
      }).catch(refuseTakenCorreo);
      if (!user) throw badCode();
      return presentUser(user);
    });
  }

  /** So many registrations are taken from one network. */
  async #count({ network }: Caller): Promise<void> {
    const limit = { bucket: `register:${network}`, hits: this.#deps.config.SOM3D_REGISTRATIONS_PER_HOUR };
    const detail = 'Se registraron demasiadas cuentas desde esta conexión. Intente de nuevo más tarde';
    await countOrRefuse(this.#deps, [limit], HOUR_MS, detail);
  }
}
