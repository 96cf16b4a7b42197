import { setTimeout as delay } from 'node:timers/promises';
import type { Deps } from '../../deps.ts';
import { countOrRefuse } from '../../db/locks/rate-limit.ts';
import type { Caller } from './lockout.ts';
import type { Purpose } from './one-time.ts';

const WINDOW_MS = 15 * 60_000;
/** Of one kind, for an account from an address; of all kinds for an account; from an address for all accounts. */
const PER_PAIR = 6;
const PER_ACCOUNT = 18;
const PER_ADDRESS = 60;
/** No answer comes sooner, in ms: what is done for an account that exists takes less. */
const ANSWER_MS = 400;

/**
 * Runs what a request for a mail does, under its limits and in a time that does not tell whether the account exists.
 *
 * @throws AppError 429 with Retry-After
 */
export async function limitedRequest<T>(
  deps: Pick<Deps, 'orm' | 'clock'>,
  { purpose, correo, caller }: { purpose: Purpose; correo: string; caller: Caller },
  work: () => Promise<T>,
): Promise<T> {
  const address = caller.ip ?? 'unknown';
  const limits = [
    { bucket: `mail:${purpose}:${correo}:${address}`, hits: PER_PAIR },
    { bucket: `mail:account:${correo}`, hits: PER_ACCOUNT },
    { bucket: `mail:address:${address}`, hits: PER_ADDRESS },
  ];
  await countOrRefuse(deps, limits, WINDOW_MS, 'Demasiadas solicitudes. Espere antes de volver a intentarlo');
  const [result] = await Promise.all([work(), delay(ANSWER_MS)]);
  return result;
}
