/** Kinds of files that people send in the place of a ZIP of DICOM files, or in one. */
export type FileFormat =
  | 'zip'
  | 'gzip'
  | 'RAR'
  | '7z'
  | 'bzip2'
  | 'xz'
  | 'TAR'
  | 'NIfTI'
  | 'DICOM'
  | 'PDF'
  | 'multipart';

const SIGNATURES: readonly { format: FileFormat; at: number; bytes: string }[] = [
  { format: 'zip', at: 0, bytes: 'PK\x03\x04' },
  { format: 'gzip', at: 0, bytes: '\x1f\x8b' },
  { format: 'RAR', at: 0, bytes: 'Rar!\x1a\x07' },
  { format: '7z', at: 0, bytes: '7z\xbc\xaf\x27\x1c' },
  { format: 'bzip2', at: 0, bytes: 'BZh' },
  { format: 'xz', at: 0, bytes: '\xfd7zXZ\x00' },
  { format: 'TAR', at: 257, bytes: 'ustar' },
  { format: 'NIfTI', at: 344, bytes: 'n+1\x00' },
  { format: 'NIfTI', at: 344, bytes: 'ni1\x00' },
  { format: 'DICOM', at: 128, bytes: 'DICM' },
  { format: 'PDF', at: 0, bytes: '%PDF-' },
];
/** How a multipart answer (RFC 2046) begins: its boundary, then the headers of the first part, or these alone. */
const MULTIPART = /^\s*(?:--\S{1,200}\r?\n)?(?:[\w-]+:[^\r\n]*\r?\n)*content-type:/i;
/** What must be seen of a file. */
export const FORMAT_BYTES = 1024;

/** What a file is by its first bytes; null where they say nothing that is known here. */
export function formatOf(bytes: Uint8Array): FileFormat | null {
  const beginning = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, FORMAT_BYTES)).toString(
    'latin1',
  );
  const signature = SIGNATURES.find(({ at, bytes: expected }) => beginning.startsWith(expected, at));
  if (signature !== undefined) return signature.format;
  return MULTIPART.test(beginning) ? 'multipart' : null;
}
