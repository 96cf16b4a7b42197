import { ImagingError } from '../errors.ts';
import { frameDecoder } from './decoders.ts';
import type { FrameLayout } from './frame.ts';
import { corruptPixels, splitFrames } from './fragments.ts';
import type { FrameHeader, ImageHeader } from './header.ts';
import { EXPLICIT_BIG, isEncapsulated } from './transfer-syntax.ts';

/** What padding and the unmeasured become. */
export const AIR_HU = -1024;

const UNDEFINED_LENGTH = 0xffffffff;

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
 * Prepares to read frames' stored values as an uncompressed little-endian file would have them.
 * @param dataset the data set's bytes, whole
 */
export function frameReader(
  dataset: Uint8Array,
  header: ImageHeader,
): (frame: FrameHeader) => Uint8Array | Promise<Uint8Array> {
  const layout = layoutOf(header);
  const { transferSyntax } = header.location;
  if (!isEncapsulated(transferSyntax)) return (frame) => nativeFrame(dataset, header, frame.index);
  const streamOf = splitFrames(dataset, header);
  const decode = frameDecoder(transferSyntax);
  return (frame) => decode(streamOf(frame.index), layout);
}

function nativeFrame(dataset: Uint8Array, header: ImageHeader, index: number): Uint8Array {
  const length = (header.rows * header.columns * header.bitsAllocated) / 8;
  const start = header.pixelOffset + index * length;
  const bytes = dataset.subarray(start, start + length);
  if (bytes.length < length || (index + 1) * length > header.pixelLength || header.pixelLength === UNDEFINED_LENGTH)
    throw corruptPixels();
  const swapped = header.location.transferSyntax === EXPLICIT_BIG && header.bitsAllocated === 16;
  return swapped ? Buffer.from(bytes).swap16() : bytes;
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
