/** How the data set and the pixels of a file are written (DICOM PS3.5, chapter 10 and annex A). */
export const IMPLICIT_LITTLE = '1.2.840.10008.1.2';
export const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';
export const DEFLATED_LITTLE = '1.2.840.10008.1.2.1.99';
export const EXPLICIT_BIG = '1.2.840.10008.1.2.2';
export const RLE_LOSSLESS = '1.2.840.10008.1.2.5';

const COMPRESSIONS: Record<string, string> = {
  '1.2.840.10008.1.2.4.50': 'JPEG de 8 bits',
  '1.2.840.10008.1.2.4.51': 'JPEG de 12 bits',
  '1.2.840.10008.1.2.4.57': 'JPEG sin pérdida',
  '1.2.840.10008.1.2.4.70': 'JPEG sin pérdida',
  '1.2.840.10008.1.2.4.80': 'JPEG-LS',
  '1.2.840.10008.1.2.4.81': 'JPEG-LS con pérdida',
  '1.2.840.10008.1.2.4.90': 'JPEG 2000 sin pérdida',
  '1.2.840.10008.1.2.4.91': 'JPEG 2000',
  '1.2.840.10008.1.2.4.100': 'MPEG-2',
  '1.2.840.10008.1.2.4.102': 'MPEG-4',
  '1.2.840.10008.1.2.4.201': 'HTJ2K sin pérdida',
  '1.2.840.10008.1.2.4.202': 'HTJ2K sin pérdida',
  '1.2.840.10008.1.2.4.203': 'HTJ2K',
  [RLE_LOSSLESS]: 'RLE',
};

const NATIVE = new Set([IMPLICIT_LITTLE, EXPLICIT_LITTLE, DEFLATED_LITTLE, EXPLICIT_BIG]);

/** True where pixels are fragments of a compressed stream. */
export function isEncapsulated(transferSyntax: string): boolean {
  return !NATIVE.has(transferSyntax);
}

/** A name for people. */
export function compressionName(transferSyntax: string): string {
  return COMPRESSIONS[transferSyntax] ?? `desconocida (${transferSyntax})`;
}
