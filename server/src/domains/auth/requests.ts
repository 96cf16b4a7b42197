import type { Deps } from '../../deps.ts';
import { countOrRefuse } from '../../db/locks/rate-limit.ts';
import type { Usuario } from '../../db/entities/auth.entity.ts';
import { findAccount, subjectOf } from './accounts.ts';
import type { Caller } from './caller.ts';
import { deviceKnownTo } from './devices.ts';
import type { Purpose } from './one-time.ts';
import { noSooner } from './pace.ts';

const WINDOW_MS = 15 * 60_000;
/** Of one kind for an account, from one network or from one device that the account knows. */
const OWN = 6;
/** Of one kind for an account, from all networks. A network that has not asked yet gets its first one beyond it. */
const PER_ACCOUNT = 18;
/** From one network, of all kinds for all accounts. */
const PER_NETWORK = 60;

const TOO_MANY = 'Demasiadas solicitudes. Espere antes de volver a intentarlo';

interface MailRequest {
  readonly purpose: Purpose;
  readonly correo: string;
  readonly caller: Caller;
}

/**
 * Counts a request for a mail. Each kind has its own counts, so that one kind used up by a stranger leaves the others.
 *
 * @throws AppError 429 with Retry-After
 */
export async function countMailRequest(
  deps: Pick<Deps, 'orm' | 'clock'>,
  { purpose, correo, caller }: MailRequest,
  user: Usuario | null,
): Promise<void> {
  const account = `mail:${purpose}:${subjectOf(user, correo)}`;
  const device = deviceKnownTo(caller.device, user?.id_usuario);
  const own = `${account}:${device === null ? caller.network : `device:${device}`}`;
  const limits =
    device === null
      ? [
          { bucket: own, hits: OWN },
          { bucket: account, hits: PER_ACCOUNT, unlessFirstOf: own },
          { bucket: `mail:network:${caller.network}`, hits: PER_NETWORK },
        ]
      : [{ bucket: own, hits: OWN }];
  await countOrRefuse(deps, limits, WINDOW_MS, TOO_MANY);
}

/**
 * Runs what a request for a mail does, under its limits and in a time that does not show whether the account exists.
 *
 * @param work gets the account with this address, if there is one
 * @throws AppError 429 with Retry-After
 */
export async function limitedRequest<T>(
  deps: Pick<Deps, 'orm' | 'clock' | 'config'>,
  request: MailRequest,
  work: (user: Usuario | null) => Promise<T>,
): Promise<T> {
  return await noSooner(deps.config.SOM3D_AUTH_ANSWER_MS, async () => {
    const user = await findAccount(deps.orm.em.fork(), request.correo);
    await countMailRequest(deps, request, user);
    return await work(user);
  });
}
