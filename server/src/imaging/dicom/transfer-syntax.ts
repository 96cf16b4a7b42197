/** How the data set and the pixels of a file are written (DICOM PS3.5, chapter 10 and annex A). */
export const IMPLICIT_LITTLE = '1.2.840.10008.1.2';
export const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';
export const DEFLATED_LITTLE = '1.2.840.10008.1.2.1.99';
export const EXPLICIT_BIG = '1.2.840.10008.1.2.2';
export const RLE_LOSSLESS = '1.2.840.10008.1.2.5';
export const JPEG_LS = '1.2.840.10008.1.2.4.80';
export const JPEG_LOSSLESS = '1.2.840.10008.1.2.4.70';
export const JPEG_2000 = '1.2.840.10008.1.2.4.91';
export const HTJ2K = '1.2.840.10008.1.2.4.203';

/** Every transfer syntax of the standard begins so. */
const STANDARD_ROOT = '1.2.840.10008.';
const GE_ROOT = '1.2.840.113619.';

const COMPRESSIONS: Record<string, string> = {
  '1.2.840.10008.1.2.4.50': 'JPEG de 8 bits',
  '1.2.840.10008.1.2.4.51': 'JPEG de 12 bits',
  '1.2.840.10008.1.2.4.57': 'JPEG sin pérdida',
  [JPEG_LOSSLESS]: 'JPEG sin pérdida',
  [JPEG_LS]: 'JPEG-LS',
  '1.2.840.10008.1.2.4.81': 'JPEG-LS con pérdida',
  '1.2.840.10008.1.2.4.90': 'JPEG 2000 sin pérdida',
  [JPEG_2000]: 'JPEG 2000',
  '1.2.840.10008.1.2.4.100': 'MPEG-2',
  '1.2.840.10008.1.2.4.102': 'MPEG-4',
  '1.2.840.10008.1.2.4.110': 'JPEG XL',
  '1.2.840.10008.1.2.4.111': 'JPEG XL',
  '1.2.840.10008.1.2.4.112': 'JPEG XL',
  '1.2.840.10008.1.2.4.201': 'HTJ2K sin pérdida',
  '1.2.840.10008.1.2.4.202': 'HTJ2K sin pérdida',
  [HTJ2K]: 'HTJ2K',
  [RLE_LOSSLESS]: 'RLE',
};

const NATIVE = new Set([IMPLICIT_LITTLE, EXPLICIT_LITTLE, DEFLATED_LITTLE, EXPLICIT_BIG]);

/** True where the pixels should be fragments of a compressed stream. */
export function isCompressed(transferSyntax: string): boolean {
  return !NATIVE.has(transferSyntax);
}

/** Of one manufacturer: how such pixels are written is nowhere told. */
export function isPrivate(transferSyntax: string): boolean {
  return !transferSyntax.startsWith(STANDARD_ROOT);
}

/** A name for people. */
export function compressionName(transferSyntax: string): string {
  return COMPRESSIONS[transferSyntax] ?? `desconocida (${transferSyntax})`;
}

/** Whose private syntax it is, for people. */
export function privateOwner(transferSyntax: string): string {
  return transferSyntax.startsWith(GE_ROOT) ? 'GE' : 'el fabricante del equipo';
}
