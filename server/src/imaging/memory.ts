import { ImagingError } from './errors.ts';

const MEGABYTE = 1024 ** 2;

/** @throws ImagingError VOLUME_TOO_LARGE with both sizes. */
export function refuseTooLarge(bytes: number, memoryMb: number): void {
  if (bytes <= memoryMb * MEGABYTE) return;
  const needed = Math.ceil(bytes / MEGABYTE);
  throw new ImagingError(
    'VOLUME_TOO_LARGE',
    `El volumen es demasiado grande: necesita ${needed} MB y el máximo es ${memoryMb} MB. Envíe menos cortes o una matriz menor.`,
  );
}
