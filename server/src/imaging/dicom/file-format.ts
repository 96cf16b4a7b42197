import { inflateBeginning } from '../inflate.ts';
import { DEFLATED_LITTLE, EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE } from './transfer-syntax.ts';

/** Where a file's data set is and how it is written, found from its first bytes. */
export interface DatasetLocation {
  transferSyntax: string;
  /** Offset of the data set in the file; in a deflated file, of its deflated bytes. */
  start: number;
  /** File meta information: what kind of object it says it is. */
  mediaStorageClass: string;
}

const PREAMBLE = 128;
const DICM = 0x4d434944;
const LONG_FORM_VRS = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

/**
 * Looks at content, never at names: with a preamble, without one but with file meta information, or a bare
 * data set in any of the uncompressed syntaxes. Null where it is no DICOM (or `bytes` end too soon to say).
 */
export function locateDataset(bytes: Uint8Array): DatasetLocation | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length > PREAMBLE + 4 && view.getUint32(PREAMBLE, true) === DICM) return readMeta(view, PREAMBLE + 4);
  if (bytes.length < 16) return null;
  const little = view.getUint16(0, true);
  if (little === 0x0002 && vrAt(view, 4) !== null) return readMeta(view, 0);
  if (little === 0x0008 && view.getUint16(2, true) < 0x1200) return bare(view);
  if (view.getUint16(0, false) === 0x0008 && vrAt(view, 4) !== null)
    return { transferSyntax: EXPLICIT_BIG, start: 0, mediaStorageClass: '' };
  return null;
}

function bare(view: DataView): DatasetLocation | null {
  if (vrAt(view, 4) !== null) return { transferSyntax: EXPLICIT_LITTLE, start: 0, mediaStorageClass: '' };
  const plausibleLength = view.getUint32(4, true) < 1024;
  return plausibleLength ? { transferSyntax: IMPLICIT_LITTLE, start: 0, mediaStorageClass: '' } : null;
}

/** The two capital letters of a value representation, or null. */
function vrAt(view: DataView, offset: number): string | null {
  const vr = String.fromCharCode(view.getUint8(offset), view.getUint8(offset + 1));
  return /^[A-Z]{2}$/.test(vr) ? vr : null;
}

/** Reads group 0002, which is explicit little-endian whatever follows it. */
function readMeta(view: DataView, from: number): DatasetLocation | null {
  let at = from;
  let transferSyntax = '';
  let mediaStorageClass = '';
  while (at + 12 <= view.byteLength && view.getUint16(at, true) === 0x0002) {
    const element = view.getUint16(at + 2, true);
    const long = LONG_FORM_VRS.has(vrAt(view, at + 4) ?? '');
    const length = long ? view.getUint32(at + 8, true) : view.getUint16(at + 6, true);
    const value = at + (long ? 12 : 8);
    if (value + length > view.byteLength) return null;
    if (element === 0x0010) transferSyntax = readUid(view, value, length);
    if (element === 0x0002) mediaStorageClass = readUid(view, value, length);
    at = value + length;
  }
  // Without a transfer syntax, some old files: the data set itself tells.
  if (transferSyntax === '')
    transferSyntax = vrAt(view, Math.min(at + 4, view.byteLength - 2)) === null ? IMPLICIT_LITTLE : EXPLICIT_LITTLE;
  return { transferSyntax, start: at, mediaStorageClass };
}

function readUid(view: DataView, offset: number, length: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, length);
  return new TextDecoder('latin1').decode(bytes).replace(/[\0 ]+$/, '');
}

/**
 * The bytes of the data set, unpacked where the syntax is deflated, and then only until there are `limit` bytes.
 * `file` may be only the beginning of one.
 */
export async function datasetBytes(file: Uint8Array, location: DatasetLocation, limit: number): Promise<Uint8Array> {
  const rest = file.subarray(location.start);
  return location.transferSyntax === DEFLATED_LITTLE ? inflateBeginning(rest, limit) : rest;
}
