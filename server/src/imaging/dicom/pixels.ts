import { ImagingError } from '../errors.ts';
import { decoderOf } from './decoders.ts';
import { UNDEFINED_LENGTH } from './elements.ts';
import type { FrameLayout } from './frame.ts';
import { corruptPixels, splitFrames } from './fragments.ts';
import type { FrameHeader, ImageHeader } from './header.ts';

/** @throws ImagingError UNSUPPORTED_PIXELS for what is neither 8 nor 16 bits. */
export function layoutOf(header: ImageHeader): FrameLayout {
  const { bitsAllocated, bitsStored, rows, columns, signed } = header;
  const allocatedFits = bitsAllocated === 8 || bitsAllocated === 16;
  if (!allocatedFits || bitsStored < 1 || bitsStored > bitsAllocated)
    throw new ImagingError(
      'UNSUPPORTED_PIXELS',
      `Las imágenes usan un formato de píxel que no se admite (${bitsStored} de ${bitsAllocated} bits): ` +
        'expórtelas con 8 o 16 bits por píxel.',
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
  if (!header.encapsulated) return (frame) => nativeFrame(dataset, header, frame.index);
  const streamOf = splitFrames(dataset, header);
  return (frame) => {
    const stream = streamOf(frame.index);
    const decode = decoderOf(stream, header.location.transferSyntax);
    if (decode === null) throw corruptPixels();
    return decode(stream, layout);
  };
}

function nativeFrame(dataset: Uint8Array, header: ImageHeader, index: number): Uint8Array {
  const length = (header.rows * header.columns * header.bitsAllocated) / 8;
  const start = header.pixelOffset + index * length;
  const bytes = dataset.subarray(start, start + length);
  if (bytes.length < length || (index + 1) * length > header.pixelLength || header.pixelLength === UNDEFINED_LENGTH)
    throw corruptPixels();
  const swapped = !header.location.encoding.little && header.bitsAllocated === 16;
  return swapped ? Buffer.from(bytes).swap16() : bytes;
}
