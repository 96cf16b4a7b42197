import { ImagingError } from '../errors.ts';
import { ITEM, SEQUENCE_END } from './elements.ts';
import type { ImageHeader } from './header.ts';

const JPEG_START = 0xffd8;
const J2K_START = 0xff4f;

/** Where a fragment's bytes are in the data set. */
interface Item {
  start: number;
  end: number;
}

export function corruptPixels(): ImagingError {
  return new ImagingError('CORRUPT_PIXELS', 'A una imagen le faltan píxeles: el estudio está incompleto o dañado.');
}

/**
 * Sorts the fragments of encapsulated pixel data (DICOM PS3.5 A.4) by frame. In this order: all belong to the one
 * frame; the basic offset table tells; one for each frame; a frame begins where a compressed stream begins.
 * @param dataset the data set's bytes, whole
 * @returns the stream of each frame, its fragments joined
 * @throws ImagingError CORRUPT_PIXELS where the items are damaged or the frames cannot be told apart
 */
export function splitFrames(dataset: Uint8Array, header: ImageHeader): (frameIndex: number) => Uint8Array {
  const view = new DataView(dataset.buffer, dataset.byteOffset, dataset.byteLength);
  const [table, ...fragments] = readItems(view, header.pixelOffset);
  if (table === undefined || fragments.length === 0) throw corruptPixels();
  const count = header.frames.length;
  const groups =
    count === 1
      ? [fragments]
      : (byTable(view, table, fragments, count) ?? onePerFrame(fragments, count) ?? byStart(view, fragments, count));
  if (groups === null) throw corruptPixels();
  return (frameIndex) => {
    const parts = (groups[frameIndex] ?? []).map(({ start, end }) => dataset.subarray(start, end));
    if (parts.length === 0) throw corruptPixels();
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  };
}

function readItems(view: DataView, from: number): Item[] {
  const items: Item[] = [];
  for (let at = from; at + 8 <= view.byteLength;) {
    const tag = tagAt(view, at);
    if (tag === SEQUENCE_END) break;
    const start = at + 8;
    const end = start + view.getUint32(at + 4, true);
    if (tag !== ITEM || end > view.byteLength) throw corruptPixels();
    items.push({ start, end });
    at = isPadded(view, end) ? end + 1 : end;
  }
  return items;
}

function tagAt(view: DataView, at: number): number {
  return view.getUint16(at, true) * 0x10000 + view.getUint16(at + 2, true);
}

/** Whether one byte fills up a fragment of odd length and is not counted in it. */
function isPadded(view: DataView, end: number): boolean {
  const isItem = (at: number): boolean => at + 8 <= view.byteLength && [ITEM, SEQUENCE_END].includes(tagAt(view, at));
  return !isItem(end) && isItem(end + 1);
}

/** By the basic offset table: each entry is where the first item of a frame begins, counted from the first fragment's. */
function byTable(view: DataView, table: Item, fragments: Item[], count: number): Item[][] | null {
  if (table.end - table.start !== 4 * count) return null;
  const base = (fragments[0]?.start ?? 0) - 8;
  const frameOf = new Map<number, number>();
  for (let frame = 0; frame < count; frame++) frameOf.set(base + view.getUint32(table.start + 4 * frame, true), frame);
  const groups: Item[][] = Array.from({ length: count }, () => []);
  let current = -1;
  for (const fragment of fragments) {
    current = frameOf.get(fragment.start - 8) ?? current;
    groups[current]?.push(fragment);
  }
  return groups.every((group) => group.length > 0) ? groups : null;
}

function onePerFrame(fragments: Item[], count: number): Item[][] | null {
  return fragments.length === count ? fragments.map((fragment) => [fragment]) : null;
}

function byStart(view: DataView, fragments: Item[], count: number): Item[][] | null {
  const groups: Item[][] = [];
  for (const fragment of fragments) {
    const mark = fragment.end - fragment.start < 2 ? 0 : view.getUint16(fragment.start);
    if (mark === JPEG_START || mark === J2K_START) groups.push([fragment]);
    else groups.at(-1)?.push(fragment);
  }
  return groups.length === count ? groups : null;
}
