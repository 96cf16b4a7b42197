/**
 * Reads the elements of a DICOM data set (PS3.5 chapter 7). It is more tolerant than the standard, as other readers are:
 * lengths may be odd, a value representation may be missing or wrong, and a sequence may be written as `UN`.
 */

/** How elements are written. */
export interface Encoding {
  /** With a value representation in each element. */
  explicit: boolean;
  little: boolean;
}

export interface Element {
  /** Two letters, or empty where none is written. */
  vr: string;
  /** Of the value in the bytes. */
  offset: number;
  /** Bytes of the value; `UNDEFINED_LENGTH` where a delimiter ends it. */
  length: number;
}

/** Elements by tag (0x00280010), and the bytes their values are in. */
export interface DataSet {
  bytes: Uint8Array;
  view: DataView;
  little: boolean;
  elements: ReadonlyMap<number, Element>;
}

/** The bytes end within an element, or what is there is no data set. */
export class UnreadableDataSet extends Error {}

export const UNDEFINED_LENGTH = 0xffffffff;
export const PIXEL_DATA = 0x7fe00010;
export const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
export const SEQUENCE_END = 0xfffee0dd;
/** Deeper nesting is damage. */
const MAX_DEPTH = 100;

const SHORT_FORM = ['AE', 'AS', 'AT', 'CS', 'DA', 'DS', 'DT', 'FD', 'FL', 'IS', 'LO', 'LT', 'PN', 'SH', 'SL', 'SS'];
const SHORT_FORM_VRS = new Set([...SHORT_FORM, 'ST', 'TM', 'UI', 'UL', 'US']);
const LONG_FORM_VRS = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

/** The known value representation at an offset, or null. */
export function vrAt(view: DataView, offset: number): string | null {
  if (offset + 2 > view.byteLength) return null;
  const vr = String.fromCharCode(view.getUint8(offset), view.getUint8(offset + 1));
  return SHORT_FORM_VRS.has(vr) || LONG_FORM_VRS.has(vr) ? vr : null;
}

export function isLongForm(vr: string): boolean {
  return !SHORT_FORM_VRS.has(vr);
}

/**
 * Reads the elements in a range of bytes; of a whole data set only those up to the pixel data.
 * @throws UnreadableDataSet
 */
export function readDataSet(
  bytes: Uint8Array,
  encoding: Encoding,
  { start = 0, end = bytes.length }: { start?: number; end?: number } = {},
): DataSet {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements = new Map<number, Element>();
  for (let at = start; at < end;) {
    const { tag, element } = readElement(view, at, end, encoding);
    if (tag === ITEM_END || tag === SEQUENCE_END) break;
    elements.set(tag, element);
    if (tag === PIXEL_DATA) break;
    at = endOf(view, element, end, encoding, 0);
  }
  return { bytes, view, little: encoding.little, elements };
}

function readElement(
  view: DataView,
  at: number,
  end: number,
  { explicit, little }: Encoding,
): { tag: number; element: Element } {
  if (at + 8 > end) throw new UnreadableDataSet('The bytes end within an element');
  const group = view.getUint16(at, little);
  const tag = group * 0x10000 + view.getUint16(at + 2, little);
  const letters = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5));
  // Some writers leave single elements of an explicit data set without a value representation.
  if (!explicit || group === 0xfffe || !/^[A-Z]{2}$/.test(letters))
    return { tag, element: { vr: '', offset: at + 8, length: view.getUint32(at + 4, little) } };
  if (!isLongForm(letters))
    return { tag, element: { vr: letters, offset: at + 8, length: view.getUint16(at + 6, little) } };
  if (at + 12 > end) throw new UnreadableDataSet('The bytes end within an element');
  return { tag, element: { vr: letters, offset: at + 12, length: view.getUint32(at + 8, little) } };
}

/** Where the element after this one begins. */
function endOf(view: DataView, element: Element, end: number, encoding: Encoding, depth: number): number {
  if (element.length !== UNDEFINED_LENGTH) {
    const next = element.offset + element.length;
    if (next > end) throw new UnreadableDataSet('A value is longer than the data set');
    return next;
  }
  if (depth > MAX_DEPTH) throw new UnreadableDataSet('Sequences are nested without end');
  for (let at = element.offset; ;) {
    const { tag, start, length } = readItem(view, at, end, encoding.little);
    if (tag === SEQUENCE_END) return start;
    at =
      length === UNDEFINED_LENGTH
        ? endOfItem(view, start, end, encodingOf(view, start, encoding), depth)
        : start + length;
  }
}

function endOfItem(view: DataView, from: number, end: number, encoding: Encoding, depth: number): number {
  for (let at = from; ;) {
    const { tag, element } = readElement(view, at, end, encoding);
    if (tag === ITEM_END) return element.offset;
    at = endOf(view, element, end, encoding, depth + 1);
  }
}

function readItem(
  view: DataView,
  at: number,
  end: number,
  little: boolean,
): { tag: number; start: number; length: number } {
  if (at + 8 > end) throw new UnreadableDataSet('The bytes end within a sequence');
  const tag = view.getUint16(at, little) * 0x10000 + view.getUint16(at + 2, little);
  if (tag !== ITEM && tag !== SEQUENCE_END) throw new UnreadableDataSet('A sequence holds something else than items');
  return { tag, start: at + 8, length: view.getUint32(at + 4, little) };
}

/** `UN` holds implicit elements by the standard and explicit ones in fact: the first of them shows which. */
function encodingOf(view: DataView, firstElement: number, outer: Encoding): Encoding {
  return { explicit: vrAt(view, firstElement + 4) !== null, little: outer.little };
}

/**
 * The items of a sequence, whatever value representation it is written with; none where it is no sequence.
 * @param limit more are not read
 */
export function readItems(dataSet: DataSet, tag: number, limit: number): DataSet[] {
  const element = dataSet.elements.get(tag);
  if (element === undefined) return [];
  const { bytes, view } = dataSet;
  const end = element.length === UNDEFINED_LENGTH ? bytes.length : element.offset + element.length;
  // What a big-endian data set does not know it passes on in little-endian order.
  const little = element.length === 0 || view.getUint16(Math.min(element.offset, bytes.length - 2), true) === 0xfffe;
  const items: DataSet[] = [];
  for (let at = element.offset; at + 8 <= end && items.length < limit;) {
    const item = itemAt(view, at, end, little);
    if (item === null) return [];
    if (item.tag === SEQUENCE_END) break;
    const encoding = encodingOf(view, item.start, { explicit: false, little });
    const itemEnd =
      item.length === UNDEFINED_LENGTH ? endOfItem(view, item.start, end, encoding, 0) : item.start + item.length;
    items.push(readDataSet(bytes, encoding, { start: item.start, end: itemEnd }));
    at = itemEnd;
  }
  return items;
}

function itemAt(view: DataView, at: number, end: number, little: boolean): ReturnType<typeof readItem> | null {
  try {
    return readItem(view, at, end, little);
  } catch {
    return null;
  }
}
