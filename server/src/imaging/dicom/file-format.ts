import { constants, inflateRawSync } from 'node:zlib';
import { inflateBeginning } from '../inflate.ts';
import { isLongForm, vrAt, type Encoding } from './elements.ts';
import { DEFLATED_LITTLE, EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE } from './transfer-syntax.ts';

/** Where a file's data set is and how it is written, found from its first bytes. */
export interface DatasetLocation {
  /** As the file says it; where it says nothing, what its data set looks like. */
  transferSyntax: string;
  /** Offset of the data set in the file; in a deflated file, of its deflated bytes. */
  start: number;
  /** As the data set is really written, whatever the transfer syntax says. */
  encoding: Encoding;
  deflated: boolean;
  /** File meta information: what kind of object it says it is. */
  mediaStorageClass: string;
}

const PREAMBLE = 128;
const DICM = 0x4d434944;
/** Deflated bytes that are enough to see the first element. */
const DEFLATED_PEEK = 1024;
const MAX_FIRST_ELEMENT = 0x1200;
const LAST_GROUP = 0x7fe0;
/** First elements are short texts. */
const MAX_FIRST_LENGTH = 65_536;

/**
 * Looks at content, never at names: with a preamble, without one but with file meta information, or a bare
 * data set in any of the uncompressed syntaxes. Null where it is no DICOM (or `bytes` end too soon to say).
 */
export function locateDataset(bytes: Uint8Array): DatasetLocation | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length > PREAMBLE + 4 && view.getUint32(PREAMBLE, true) === DICM) return readMeta(bytes, PREAMBLE + 4);
  if (bytes.length < 16) return null;
  if (view.getUint16(0, true) === 0x0002 && vrAt(view, 4) !== null) return readMeta(bytes, 0);
  const encoding = encodingAt(view, 0);
  const group = encoding === null ? 0 : view.getUint16(0, encoding.little);
  // Almost anything looks like an implicit element: a file without a word of DICOM must begin as images do.
  const bare = encoding !== null && group === 0x0008 && view.getUint16(2, encoding.little) < MAX_FIRST_ELEMENT;
  return bare
    ? { transferSyntax: syntaxOf(encoding), start: 0, encoding, deflated: false, mediaStorageClass: '' }
    : null;
}

function syntaxOf({ explicit, little }: Encoding): string {
  if (!explicit) return IMPLICIT_LITTLE;
  return little ? EXPLICIT_LITTLE : EXPLICIT_BIG;
}

/** How the element at an offset is written; null where there is none. */
function encodingAt(view: DataView, at: number): Encoding | null {
  if (at + 8 > view.byteLength) return null;
  const [asLittle, asBig] = [view.getUint16(at, true), view.getUint16(at, false)];
  const little = asLittle <= asBig;
  if ((little ? asLittle : asBig) > LAST_GROUP) return null;
  if (vrAt(view, at + 4) !== null) return { explicit: true, little };
  return little && view.getUint32(at + 4, true) < MAX_FIRST_LENGTH ? { explicit: false, little } : null;
}

/** Reads group 0002, which is explicit little-endian whatever follows it. */
function readMeta(bytes: Uint8Array, from: number): DatasetLocation | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = from;
  let declared = '';
  let mediaStorageClass = '';
  while (at + 12 <= view.byteLength && view.getUint16(at, true) === 0x0002) {
    const element = view.getUint16(at + 2, true);
    const vr = vrAt(view, at + 4);
    const long = vr !== null && isLongForm(vr);
    const length =
      vr === null ? view.getUint32(at + 4, true) : long ? view.getUint32(at + 8, true) : view.getUint16(at + 6, true);
    const value = at + (long ? 12 : 8);
    if (value + length > view.byteLength) return null;
    if (element === 0x0010) declared = readUid(bytes, value, length);
    if (element === 0x0002) mediaStorageClass = readUid(bytes, value, length);
    at = value + length;
  }
  const form = formOf(bytes, at, declared);
  if (form === null) return null;
  return { transferSyntax: declared || syntaxOf(form.encoding), start: at, ...form, mediaStorageClass };
}

/** What is declared is right only most of the time: the first element shows how the data set is written. */
function formOf(
  bytes: Uint8Array,
  at: number,
  declared: string,
): Pick<DatasetLocation, 'encoding' | 'deflated'> | null {
  const plain = encodingAt(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at);
  const inflated = declared === DEFLATED_LITTLE || plain === null ? encodingOfDeflated(bytes.subarray(at)) : null;
  if (inflated !== null) return { encoding: inflated, deflated: true };
  return plain === null ? null : { encoding: plain, deflated: false };
}

function encodingOfDeflated(packed: Uint8Array): Encoding | null {
  try {
    const beginning = inflateRawSync(packed.subarray(0, DEFLATED_PEEK), { finishFlush: constants.Z_SYNC_FLUSH });
    return encodingAt(new DataView(beginning.buffer, beginning.byteOffset, beginning.byteLength), 0);
  } catch {
    return null;
  }
}

function readUid(bytes: Uint8Array, offset: number, length: number): string {
  return new TextDecoder('latin1')
    .decode(bytes.subarray(offset, offset + length))
    .replace(/[\0 ]+$/, '')
    .trim();
}

/**
 * The bytes of the data set, unpacked where it is deflated, and then only until there are `limit` bytes.
 * `file` may be only the beginning of one.
 */
export async function datasetBytes(file: Uint8Array, location: DatasetLocation, limit: number): Promise<Uint8Array> {
  const rest = file.subarray(location.start);
  return location.deflated ? inflateBeginning(rest, limit) : rest;
}
