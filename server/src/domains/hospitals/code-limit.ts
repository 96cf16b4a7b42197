import type { Request } from 'express';
import type { Deps } from '../../deps.ts';
import { countOrRefuse } from '../../db/locks/rate-limit.ts';

const WINDOW_MS = 15 * 60_000;
/** All the doctors of a hospital may come from one address. */
const PER_ADDRESS = 120;

/**
 * Counts one use of a hospital's code from an address, over all routes and processes: codes are short enough to be
 * tried out.
 *
 * @throws AppError 429 with Retry-After
 */
export async function countCodeUse(deps: Pick<Deps, 'orm' | 'clock'>, req: Request): Promise<void> {
  const limits = [{ bucket: `hospital-code:${req.ip ?? 'unknown'}`, hits: PER_ADDRESS }];
  await countOrRefuse(deps, limits, WINDOW_MS, 'Demasiadas consultas de códigos. Espere antes de volver a intentarlo');
}
