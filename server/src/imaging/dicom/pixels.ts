import { ImagingError } from '../errors.ts';
import { frameDecoder, type FrameLayout } from './decoders.ts';
import type { FrameHeader, ImageHeader } from './header.ts';
import { EXPLICIT_BIG, isEncapsulated } from './transfer-syntax.ts';

/** What padding and the unmeasured become. */
export const AIR_HU = -1024;

const ITEM = 0xe000fffe;
const SEQUENCE_END = 0xe0ddfffe;

/** @throws ImagingError UNSUPPORTED_PIXELS for what is neither 8 nor 16 bits. */
export function layoutOf(header: ImageHeader): FrameLayout {
  const { bitsAllocated, bitsStored, highBit, rows, columns, signed } = header;
  const allocatedFits = bitsAllocated === 8 || bitsAllocated === 16;
  if (
    !allocatedFits ||
    bitsStored < 1 ||
    bitsStored > bitsAllocated ||
    highBit >= bitsAllocated ||
    highBit + 1 < bitsStored
  )
    throw new ImagingError(
      'UNSUPPORTED_PIXELS',
      `Las imágenes usan un formato de píxel que no se admite (${bitsAllocated} bits).`,
    );
  return { rows, columns, bitsAllocated, bitsStored, signed };
}

/**
 * Reads one frame's stored values as an uncompressed little-endian file would have them.
 * @param dataset the data set's bytes, whole
 */
export async function readFrameBytes(
  dataset: Uint8Array,
  header: ImageHeader,
  frame: FrameHeader,
): Promise<Uint8Array> {
  const layout = layoutOf(header);
  const frameLength = (layout.rows * layout.columns * layout.bitsAllocated) / 8;
  const { transferSyntax } = header.location;
  if (isEncapsulated(transferSyntax)) {
    const fragments = frameFragments(dataset, header, frame.index);
    const decoded = await frameDecoder(transferSyntax)(fragments, layout);
    if (decoded.length < frameLength) throw corruptPixels();
    return decoded;
  }
  const start = header.pixelOffset + frame.index * frameLength;
  const bytes = dataset.subarray(start, start + frameLength);
  if (bytes.length < frameLength) throw corruptPixels();
  return transferSyntax === EXPLICIT_BIG && layout.bitsAllocated === 16 ? Buffer.from(bytes).swap16() : bytes;
}

function corruptPixels(): ImagingError {
  return new ImagingError('CORRUPT_PIXELS', 'A una imagen le faltan píxeles: el estudio está incompleto o dañado.');
}

/** Joins the fragments of a frame (DICOM PS3.5 A.4): by the offset table, or one fragment for each frame. */
function frameFragments(dataset: Uint8Array, header: ImageHeader, frameIndex: number): Uint8Array {
  const view = new DataView(dataset.buffer, dataset.byteOffset, dataset.byteLength);
  const items = readItems(view, header.pixelOffset);
  const [table, ...fragments] = items;
  if (table === undefined || fragments.length === 0) throw corruptPixels();
  if (header.frames.length === 1) return join(dataset, fragments);
  const base = fragments[0]?.start ?? 0;
  const starts = Array.from({ length: table.length / 4 }, (_, i) => view.getUint32(table.start + 4 * i, true));
  if (starts.length === 0 && fragments.length === header.frames.length)
    return join(dataset, fragments.slice(frameIndex, frameIndex + 1));
  const [from, to] = [starts[frameIndex], starts[frameIndex + 1] ?? Infinity];
  if (from === undefined) throw corruptPixels();
  return join(
    dataset,
    fragments.filter((item) => item.start - base >= from && item.start - base < to),
  );
}

function readItems(view: DataView, from: number): { start: number; length: number }[] {
  const items: { start: number; length: number }[] = [];
  for (let at = from; at + 8 <= view.byteLength;) {
    const tag = view.getUint32(at, true);
    const length = view.getUint32(at + 4, true);
    if (tag === SEQUENCE_END) break;
    if (tag !== ITEM || at + 8 + length > view.byteLength) throw corruptPixels();
    items.push({ start: at + 8, length });
    at += 8 + length;
  }
  return items;
}

function join(dataset: Uint8Array, items: { start: number; length: number }[]): Uint8Array {
  const parts = items.map((item) => dataset.subarray(item.start, item.start + item.length));
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

/**
 * Writes a frame's stored values as HU: slope * value + intercept, rounded and clamped to 16 bits; padding becomes air.
 * @param out rows * columns values
 */
export function toHounsfield(bytes: Uint8Array, header: ImageHeader, frame: FrameHeader, out: Int16Array): void {
  const { bitsStored, highBit, signed, padding } = header;
  const stored = storedValues(bytes, header.bitsAllocated, out.length);
  const up = 31 - highBit;
  const down = 32 - bitsStored;
  const [low, high] = padding === null ? [1, 0] : [padding.low, padding.high];
  const { slope, intercept } = frame;
  const integral = Number.isInteger(slope) && Number.isInteger(intercept);
  for (let i = 0; i < out.length; i++) {
    const shifted = (stored[i] ?? 0) << up;
    const value = signed ? shifted >> down : shifted >>> down;
    if (value >= low && value <= high) {
      out[i] = AIR_HU;
      continue;
    }
    const hu = integral ? value * slope + intercept : Math.round(value * slope + intercept);
    out[i] = hu < -32_768 ? -32_768 : hu > 32_767 ? 32_767 : hu;
  }
}

function storedValues(bytes: Uint8Array, bitsAllocated: number, count: number): Uint8Array | Uint16Array {
  if (bitsAllocated === 8) return bytes;
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, count);
}
