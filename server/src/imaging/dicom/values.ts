import type { DataSet } from './elements.ts';

/** Of what is read; descriptions may be long, but not this long. */
const MAX_VALUE_BYTES = 1024;
/** A decimal string (PS3.5 6.2), also with the comma that some writers take from the language of the machine. */
const DECIMAL = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?$/;

type NumberReader = (view: DataView, offset: number, little: boolean) => number;

const BINARY: Readonly<Record<string, { bytes: number; read: NumberReader }>> = {
  FD: { bytes: 8, read: (view, offset, little) => view.getFloat64(offset, little) },
  OD: { bytes: 8, read: (view, offset, little) => view.getFloat64(offset, little) },
  FL: { bytes: 4, read: (view, offset, little) => view.getFloat32(offset, little) },
  OF: { bytes: 4, read: (view, offset, little) => view.getFloat32(offset, little) },
  UL: { bytes: 4, read: (view, offset, little) => view.getUint32(offset, little) },
  SL: { bytes: 4, read: (view, offset, little) => view.getInt32(offset, little) },
  US: { bytes: 2, read: (view, offset, little) => view.getUint16(offset, little) },
  SS: { bytes: 2, read: (view, offset, little) => view.getInt16(offset, little) },
};
/** Value representations that say nothing of the value: its length decides. */
const UNTOLD = new Set(['', 'UN', 'OB', 'OW']);

/** The bytes of a short value; none where it is cut off, too long or not there. */
export function valueBytes({ bytes, elements }: DataSet, tag: number): Uint8Array {
  const element = elements.get(tag);
  if (element === undefined || element.length > MAX_VALUE_BYTES) return new Uint8Array(0);
  return bytes.subarray(element.offset, element.offset + element.length);
}

/** Text in Latin-1 or, where it is valid, UTF-8; without control characters. */
export function text(dataSet: DataSet, tag: number): string {
  return decodeText(valueBytes(dataSet, tag))
    .replace(/\p{Cc}/gu, '')
    .trim();
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}

/** The numbers of a value, of text as of any binary representation; not a number where one can not be read. */
export function numbers(dataSet: DataSet, tag: number): number[] {
  const bytes = valueBytes(dataSet, tag);
  if (bytes.length === 0) return [];
  const vr = dataSet.elements.get(tag)?.vr ?? '';
  const binary = BINARY[vr];
  if (binary !== undefined) return binaryNumbers(bytes, dataSet.little, binary);
  const values = text(dataSet, tag).split('\\').map(decimal);
  // Positions as doubles are also found where no representation is written.
  if (UNTOLD.has(vr) && values.some(Number.isNaN) && bytes.length % 8 === 0)
    return binaryNumbers(bytes, dataSet.little, {
      bytes: 8,
      read: (view, offset, little) => view.getFloat64(offset, little),
    });
  return values;
}

function binaryNumbers(bytes: Uint8Array, little: boolean, kind: { bytes: number; read: NumberReader }): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / kind.bytes) }, (_, i) =>
    kind.read(view, i * kind.bytes, little),
  );
}

function decimal(part: string): number {
  const trimmed = part.trim();
  return DECIMAL.test(trimmed) ? Number(trimmed.replace(',', '.')) : Number.NaN;
}

/** The first finite number of a value, or null. */
export function number(dataSet: DataSet, tag: number): number | null {
  const [value] = numbers(dataSet, tag);
  return value !== undefined && Number.isFinite(value) ? value : null;
}

export function integer(dataSet: DataSet, tag: number): number | null {
  const value = number(dataSet, tag);
  return value === null || !Number.isSafeInteger(Math.trunc(value)) ? null : Math.trunc(value);
}

/** An unsigned number of 16 bits, as `US` or in the words of another representation; of several the first. */
export function word(dataSet: DataSet, tag: number): number | undefined {
  const vr = dataSet.elements.get(tag)?.vr ?? '';
  const bytes = valueBytes(dataSet, tag);
  if (bytes.length < 2) return undefined;
  if (UNTOLD.has(vr) || vr === 'US' || vr === 'SS')
    return new DataView(bytes.buffer, bytes.byteOffset).getUint16(0, dataSet.little);
  const value = integer(dataSet, tag);
  return value === null || value < -0x8000 || value > 0xffff ? undefined : value & 0xffff;
}
