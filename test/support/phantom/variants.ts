import { encodeCtSlice, type CtSlice, type Element } from '@som3d/client/sample';
import { smallScan } from './slices.ts';
import type { NamedFile } from './zip.ts';

/** A small scan of the ball of 15 mm about x = `shift`: what a second scan of a body that moved looks like. */
export function shiftedScan(shift: number, changes: Parameters<typeof smallScan>[0] = {}): CtSlice[] {
  return smallScan(changes).map((slice) => ({ ...slice, pixels: moved(slice, shift) }));
}

function moved({ pixels, columns }: CtSlice, shift: number): CtSlice['pixels'] {
  return pixels.map((_value, i) => {
    const column = (i % columns) - shift;
    return column < 0 || column >= columns ? -1000 : (pixels[i - shift] ?? -1000);
  });
}

/** Slices with further elements each; the place in the list tells them apart. */
export function withElements(slices: CtSlice[], elementsOf: (index: number, slice: CtSlice) => Element[]): CtSlice[] {
  return slices.map((slice, index) => ({ ...slice, extra: [...(slice.extra ?? []), ...elementsOf(index, slice)] }));
}

export function text(tag: number, vr: string, value: string): Element {
  return { tag, vr, value };
}

/** One order of things that has no order. */
export function shuffled<T>(list: readonly T[], seed: number): T[] {
  return list
    .map((each, i) => ({ each, key: Math.imul(i + 1, 2_654_435_761) ^ Math.imul(seed, 40_503) }))
    .toSorted((a, b) => (a.key >>> 0) - (b.key >>> 0))
    .map(({ each }) => each);
}

/** An explicit little-endian file without one of its elements. */
export function withoutElement(file: Uint8Array, tag: number): Uint8Array {
  const found = findElement(file, tag);
  return found === null ? file : Buffer.concat([file.subarray(0, found.start), file.subarray(found.end)]);
}

/** An explicit little-endian file with other bytes in the place of an element. */
export function replaceElement(file: Uint8Array, tag: number, element: Uint8Array): Uint8Array {
  const found = findElement(file, tag);
  if (found === null) throw new Error('The file has no such element');
  return Buffer.concat([file.subarray(0, found.start), element, file.subarray(found.end)]);
}

/** An element of a short form as it is, without filling up its length. */
export function shortElement(tag: number, vr: string, value: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, 'latin1');
  head.writeUInt16LE(value.length, 6);
  return Buffer.concat([head, value]);
}

/** The same for a long form. */
export function longElement(tag: number, vr: string, value: Uint8Array): Uint8Array {
  const head = Buffer.alloc(12);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, 'latin1');
  head.writeUInt32LE(value.length, 8);
  return Buffer.concat([head, value]);
}

const LONG_FORMS = new Set(['OB', 'OW', 'SQ', 'UN']);

function findElement(file: Uint8Array, tag: number): { start: number; end: number } | null {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 132; at + 8 <= file.length;) {
    const here = view.getUint16(at, true) * 0x10000 + view.getUint16(at + 2, true);
    const vr = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5));
    const long = LONG_FORMS.has(vr);
    const end = at + (long ? 12 + view.getUint32(at + 8, true) : 8 + view.getUint16(at + 6, true));
    if (here === tag) return { start: at, end };
    at = end;
  }
  return null;
}

/** Slices as files, changed one by one. */
export function changedFiles(slices: CtSlice[], change: (file: Uint8Array, index: number) => Uint8Array): NamedFile[] {
  return slices.map((slice, i) => ({ name: `serie/I${i}`, bytes: change(encodeCtSlice(slice), i) }));
}

/** Sequence items of defined length, implicit: what `UN` holds by the standard. */
export function implicitItems(items: Uint8Array[]): Uint8Array {
  return Buffer.concat(
    items.map((item) => {
      const head = Buffer.from('feff00e000000000', 'hex');
      head.writeUInt32LE(item.length, 4);
      return Buffer.concat([head, item]);
    }),
  );
}
