import { ZIP_SIGNATURES } from '../base/zip-signatures.ts';
import { ImagingError } from './errors.ts';
import { FORMAT_BYTES, formatOf, type FileFormat } from './formats.ts';

/** A file that is read piece by piece. */
export interface ZipBytes {
  readonly size: number;
  /** The bytes from `position` on, fewer than `length` only at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** Where in a file the ZIP is, bytes. */
export interface ZipRange {
  start: number;
  end: number;
}

const { localFile: LOCAL_FILE, directoryEntry: DIRECTORY_ENTRY, end: END, spanning: SPANNING } = ZIP_SIGNATURES;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
/** Transfers that fill up to a block leave zeros behind the ZIP; more than this are none. */
const MAX_TRAILING = 16 * 1024 ** 2;
const WINDOW = MAX_COMMENT + END_BYTES;
/** Where a part of a split ZIP shows what it is. */
const PART_PEEK = 1024 ** 2;

const OTHER_FORMATS: Readonly<Partial<Record<FileFormat, string>>> = {
  gzip: 'es un archivo GZIP (.gz, .tgz) y no un ZIP',
  RAR: 'es un archivo RAR y no un ZIP',
  '7z': 'es un archivo 7z y no un ZIP',
  bzip2: 'es un archivo BZIP2 y no un ZIP',
  xz: 'es un archivo XZ y no un ZIP',
  TAR: 'es un archivo TAR y no un ZIP',
  NIfTI: 'es un volumen NIfTI y no un ZIP de cortes DICOM',
  DICOM: 'es una imagen DICOM suelta y no un ZIP',
  PDF: 'es un PDF y no un ZIP',
};

/**
 * Finds a ZIP in a file as other programs do: by its end record, whatever is in front of it or behind it.
 * @throws ImagingError that says what the file is instead
 */
export async function findZip(file: ZipBytes): Promise<ZipRange> {
  if (file.size === 0) throw new ImagingError('ZIP_EMPTY', 'El archivo está vacío (0 bytes).');
  const ends = await findEnds(file);
  const whole = ends.find(({ disk, start }) => disk === 0 && start >= 0);
  if (whole !== undefined) return { start: whole.start, end: whole.end };
  const head = await file.read(0, Math.min(file.size, PART_PEEK));
  const signature = head.length >= 4 ? new DataView(head.buffer, head.byteOffset).getUint32(0, true) : 0;
  if (ends.some(({ disk }) => disk !== 0) || signature === SPANNING) throw split();
  if (signature === LOCAL_FILE) throw truncated();
  if (ends.length > 0) throw split();
  throw notZip(head);
}

interface End extends ZipRange {
  disk: number;
}

/** End records, the last one first. `start` is below 0 where the file's beginning is missing. */
async function findEnds(file: ZipBytes): Promise<End[]> {
  let last = file.size;
  let window = await file.read(Math.max(0, last - WINDOW), Math.min(last, WINDOW));
  while (last > WINDOW && file.size - last < MAX_TRAILING && window.every((byte) => byte === 0)) {
    last -= WINDOW;
    window = await file.read(Math.max(0, last - WINDOW), Math.min(last, WINDOW));
  }
  // The record may lie across two windows, and its comment is as long as one.
  const from = Math.max(0, last - 2 * WINDOW);
  const bytes = await file.read(from, Math.min(file.size, last + END_BYTES) - from);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ends: End[] = [];
  for (let at = bytes.length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue;
    const end = from + at + END_BYTES + view.getUint16(at + 20, true);
    if (end > file.size) continue;
    ends.push({ disk: diskOf(view, at), start: startOf(view, at, from), end });
  }
  return ends;
}

/** Number of the part that this is, from 0; the 64-bit form says how many there are. */
function diskOf(view: DataView, at: number): number {
  const disk = view.getUint16(at + 4, true);
  return disk === 0xffff ? 0 : disk;
}

/** Where the ZIP begins: its directory ends at the end record, and says how far it is from the beginning. */
function startOf(view: DataView, at: number, from: number): number {
  const [size, offset] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
  // The 64-bit form says it elsewhere.
  if (size === 0xffffffff || offset === 0xffffffff || view.getUint16(at + 10, true) === 0xffff) return 0;
  return from + at - size - offset;
}

function notZip(head: Uint8Array): ImagingError {
  const format = formatOf(head.subarray(0, FORMAT_BYTES));
  if (format === 'multipart')
    return new ImagingError(
      'MULTIPART',
      'El archivo es la respuesta multipart de un PACS (DICOMweb) sin desempaquetar: guarde cada imagen como un archivo ' +
        'DICOM, comprima la carpeta en formato ZIP y súbala.',
    );
  const named = format === null ? undefined : OTHER_FORMATS[format];
  if (named !== undefined)
    return new ImagingError(
      'ZIP_OTHER_FORMAT',
      `El archivo ${named}: ponga los cortes DICOM en una carpeta, comprímala en formato ZIP y súbala de nuevo.`,
    );
  if (hasZipEntry(head)) return split();
  return new ImagingError(
    'ZIP_NOT_A_ZIP',
    'El archivo no es un ZIP: comprima la carpeta del estudio en formato ZIP y súbala de nuevo.',
  );
}

/** Whether an entry of a ZIP begins somewhere in the bytes. */
function hasZipEntry(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 30 <= bytes.length; at++) {
    if (bytes[at] !== 0x50 || bytes[at + 1] !== 0x4b) continue;
    const signature = view.getUint32(at, true);
    const method = signature === LOCAL_FILE ? at + 8 : at + 10;
    if ((signature === LOCAL_FILE || signature === DIRECTORY_ENTRY) && [0, 8].includes(view.getUint16(method, true)))
      return true;
  }
  return false;
}

function split(): ImagingError {
  return new ImagingError(
    'ZIP_SPLIT',
    'El archivo es solo una parte de un ZIP dividido en varios: junte todas las partes en un ZIP y súbalo entero.',
  );
}

export function truncated(cause?: unknown): ImagingError {
  return new ImagingError(
    'ZIP_TRUNCATED',
    'El ZIP está incompleto o dañado (una subida interrumpida, o solo una parte de un ZIP dividido): vuelva a crearlo y ' +
      'a subirlo entero.',
    { cause },
  );
}
