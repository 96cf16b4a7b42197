import { AppError } from '../../base/errors.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const AILING = new Set([...FULL, 'EROFS', 'EIO', 'EMFILE', 'ENFILE']);

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | null)?.code;

export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';

/** 503 with the time after which another try is worth it. */
export const unavailable = (why: string, cause?: unknown, seconds = 60): AppError =>
  new AppError('unavailable', `${why} en este momento; intente más tarde`, {
    headers: { 'retry-after': String(seconds) },
    cause,
  });

/** A full or ailing disk is the operator's trouble and passes: the caller is told to come back. */
export const asDiskError = (error: unknown): unknown => {
  const code = codeOf(error) ?? '';
  if (!AILING.has(code)) return error;
  return unavailable(
    FULL.has(code) ? 'No hay espacio para guardar el archivo' : 'El almacenamiento no responde',
    error,
  );
};

export const notFound = (cause?: unknown): AppError =>
  new AppError('not_found', 'El archivo ya no está disponible', { cause });
