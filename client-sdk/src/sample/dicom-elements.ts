/** How a data set is encoded (DICOM PS3.5, chapter 10). */
export type Encoding = 'explicit-little' | 'implicit-little' | 'explicit-big';

/** One data element. Strings are encoded in Latin-1; numbers as US, SS, UL or FD. */
export interface Element {
  /** Group and element: 0x00280010. */
  tag: number;
  vr: string;
  value: string | number | Uint8Array | Element[][];
  /** Encoded with undefined length, as encapsulated pixel data is. */
  undefinedLength?: boolean;
}

const LONG_FORM_VRS = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const ITEM_TAG = 0xfffee000;
const UNDEFINED_LENGTH = 0xffffffff;

/** Writes elements in ascending order of their tags. */
export function encodeElements(elements: Element[], encoding: Encoding): Uint8Array {
  const ordered = elements.toSorted((a, b) => a.tag - b.tag);
  return concatenate(ordered.flatMap((element) => encodeElement(element, encoding)));
}

export function concatenate(parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function encodeElement(element: Element, encoding: Encoding): Uint8Array[] {
  const little = encoding !== 'explicit-big';
  const value = evenLength(encodeValue(element, encoding), element.vr);
  const length = element.undefinedLength === true ? UNDEFINED_LENGTH : value.length;
  const long = LONG_FORM_VRS.has(element.vr);
  const head = new DataView(new ArrayBuffer(encoding !== 'implicit-little' && long ? 12 : 8));
  writeTag(head, element.tag, little);
  if (encoding === 'implicit-little') {
    head.setUint32(4, length, true);
    return [new Uint8Array(head.buffer), value];
  }
  head.setUint8(4, element.vr.charCodeAt(0));
  head.setUint8(5, element.vr.charCodeAt(1));
  if (long) head.setUint32(8, length, little);
  else head.setUint16(6, length, little);
  return [new Uint8Array(head.buffer), value];
}

function writeTag(view: DataView, tag: number, little: boolean): void {
  view.setUint16(0, tag >>> 16, little);
  view.setUint16(2, tag & 0xffff, little);
}

function encodeValue({ vr, value }: Element, encoding: Encoding): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return latin1(value);
  if (typeof value === 'number') return encodeNumber(vr, value, encoding !== 'explicit-big');
  return concatenate(value.map((item) => encodeItem(encodeElements(item, encoding), encoding !== 'explicit-big')));
}

/** An item of a sequence, or a fragment of encapsulated pixel data. */
export function encodeItem(content: Uint8Array, little: boolean): Uint8Array {
  const head = new DataView(new ArrayBuffer(8));
  writeTag(head, ITEM_TAG, little);
  head.setUint32(4, content.length, little);
  return concatenate([new Uint8Array(head.buffer), content]);
}

function encodeNumber(vr: string, value: number, little: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(vr === 'FD' ? 8 : vr === 'UL' ? 4 : 2));
  if (vr === 'FD') view.setFloat64(0, value, little);
  else if (vr === 'UL') view.setUint32(0, value, little);
  else view.setUint16(0, value & 0xffff, little);
  return new Uint8Array(view.buffer);
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}

/** UIDs and bytes are padded with a zero, text with a space. */
function evenLength(bytes: Uint8Array, vr: string): Uint8Array {
  if (bytes.length % 2 === 0) return bytes;
  const padding = ['UI', 'OB', 'UN', 'OW'].includes(vr) ? 0 : 0x20;
  return concatenate([bytes, Uint8Array.of(padding)]);
}
