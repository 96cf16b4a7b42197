import { AppError } from '../../base/errors.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const AILING = new Set([...FULL, 'EROFS', 'EIO', 'EMFILE', 'ENFILE']);

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code;
}

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

/** 503 with the time after which another try is worth it. */
export function unavailable(why: string, cause?: unknown, seconds = 60): AppError {
  return new AppError('unavailable', `${why} en este momento; intente más tarde`, {
    headers: { 'retry-after': String(seconds) },
    cause,
  });
}

/** A full or ailing disk is the operator's trouble and passes: the caller is told to come back. */
export function asDiskError(error: unknown): unknown {
  const code = codeOf(error) ?? '';
  if (!AILING.has(code)) return error;
  return unavailable(
    FULL.has(code) ? 'No hay espacio para guardar el archivo' : 'El almacenamiento no responde',
    error,
  );
}

export function notFound(cause?: unknown): AppError {
  return new AppError('not_found', 'El archivo ya no está disponible', { cause });
}
