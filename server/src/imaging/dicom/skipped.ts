import { formatOf, type FileFormat } from '../formats.ts';

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

const REASONS: Readonly<Partial<Record<FileFormat, SkipReason>>> = {
  zip: 'nestedZip',
  gzip: 'gzip',
  RAR: 'archive',
  '7z': 'archive',
  bzip2: 'archive',
  xz: 'archive',
  TAR: 'archive',
  NIfTI: 'nifti',
  DICOM: 'damaged',
  multipart: 'multipart',
};

/** Why a file is left out that is no DICOM file, by its first bytes. */
export function reasonOf(bytes: Uint8Array): SkipReason {
  const format = formatOf(bytes);
  return (format === null ? undefined : REASONS[format]) ?? 'notDicom';
}
