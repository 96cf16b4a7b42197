import { uniqueViolation } from '../../db/errors.ts';
import { AppError } from '../../base/errors.ts';

export const CORREO_TAKEN = 'Correo ya registrado';

/** Maps an e-mail address that is another account's, also one that was taken at the same moment, to its 409. */
export function refuseTakenCorreo(error: unknown): never {
  if (uniqueViolation(error) === 'uq_usuario_correo') throw new AppError('conflict', CORREO_TAKEN, { cause: error });
  throw error;
}
