/** Why a file of the ZIP is no slice, in words for the job's log. */
export const SKIP_REASONS = {
  system: 'archivos del sistema (__MACOSX y similares)',
  empty: 'archivos vacíos',
  nestedZip: 'archivos ZIP dentro del ZIP',
  gzip: 'archivos comprimidos uno a uno (.gz)',
  archive: 'otros archivos comprimidos (RAR, 7z, TAR)',
  multipart: 'respuestas multipart de un PACS sin desempaquetar',
  nifti: 'archivos NIfTI',
  notDicom: 'archivos que no son DICOM',
  damaged: 'archivos DICOM dañados',
  directory: 'índices DICOMDIR',
  noImage: 'objetos DICOM sin imagen',
  localizer: 'localizadores',
  colour: 'capturas de pantalla o imágenes en color',
  noPosition: 'imágenes sin posición en el espacio',
  noOrientation: 'imágenes sin orientación en el espacio',
  noSpacing: 'imágenes sin tamaño de píxel',
  multiFrame: 'imágenes de varios cuadros que no dicen dónde está cada uno',
} as const;

export type SkipReason = keyof typeof SKIP_REASONS;

const SIGNATURES: readonly { reason: SkipReason; at: number; bytes: string }[] = [
  { reason: 'nestedZip', at: 0, bytes: 'PK\x03\x04' },
  { reason: 'gzip', at: 0, bytes: '\x1f\x8b' },
  { reason: 'archive', at: 0, bytes: 'Rar!\x1a\x07' },
  { reason: 'archive', at: 0, bytes: '7z\xbc\xaf\x27\x1c' },
  { reason: 'archive', at: 0, bytes: 'BZh' },
  { reason: 'archive', at: 0, bytes: '\xfd7zXZ\x00' },
  { reason: 'archive', at: 257, bytes: 'ustar' },
  { reason: 'nifti', at: 344, bytes: 'n+1\x00' },
  { reason: 'nifti', at: 344, bytes: 'ni1\x00' },
];
/** How a multipart answer (RFC 2046) begins: its boundary, then the headers of the first part. */
const MULTIPART = /^(?:\r?\n)?(?:--[^\r\n]{1,200}\r?\n(?:[\w-]+:[^\r\n]*\r?\n)*)?content-(?:type|length|location|id|transfer-encoding):[^\r\n]*/i;
const MULTIPART_PEEK = 1024;

/** What a file is that is no DICOM file, by its first bytes; null where they say nothing. */
export function knownFormat(bytes: Uint8Array): SkipReason | null {
  const beginning = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MULTIPART_PEEK)).toString('latin1');
  const signature = SIGNATURES.find(({ at, bytes: expected }) => beginning.startsWith(expected, at));
  if (signature !== undefined) return signature.reason;
  return MULTIPART.test(beginning) ? 'multipart' : null;
}
