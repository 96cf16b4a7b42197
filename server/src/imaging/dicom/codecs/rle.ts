import { ImagingError } from '../../errors.ts';
import type { FrameLayout } from '../frame.ts';

const HEADER_BYTES = 64;
const MAX_SEGMENTS = 15;

function corruptRle(): ImagingError {
  return new ImagingError('CORRUPT_PIXELS', 'Una imagen comprimida con RLE está dañada.');
}

/** Whether a stream begins as an RLE frame: the number of its segments, and the first one behind the header. */
export function isRle(stream: Uint8Array): boolean {
  if (stream.length < HEADER_BYTES) return false;
  const header = new DataView(stream.buffer, stream.byteOffset, HEADER_BYTES);
  const segments = header.getUint32(0, true);
  return segments >= 1 && segments <= MAX_SEGMENTS && header.getUint32(4, true) === HEADER_BYTES;
}

/** Decodes one RLE frame (DICOM PS3.5 annex G): a PackBits segment for each byte plane, the most significant first. */
export function decodeRle(frame: Uint8Array, layout: FrameLayout): Uint8Array {
  const pixels = layout.rows * layout.columns;
  const bytesPerPixel = layout.bitsAllocated / 8;
  if (frame.length < HEADER_BYTES) throw corruptRle();
  const header = new DataView(frame.buffer, frame.byteOffset, HEADER_BYTES);
  if (header.getUint32(0, true) !== bytesPerPixel) throw corruptRle();
  const out = new Uint8Array(pixels * bytesPerPixel);
  for (let plane = 0; plane < bytesPerPixel; plane++) {
    const start = header.getUint32(4 + 4 * plane, true);
    const end = plane + 1 < bytesPerPixel ? header.getUint32(8 + 4 * plane, true) : frame.length;
    if (start < HEADER_BYTES || end > frame.length || start > end) throw corruptRle();
    unpackPlane(frame.subarray(start, end), out, bytesPerPixel - 1 - plane, bytesPerPixel);
  }
  return out;
}

/** PackBits into every `stride`-th byte of `out` from `offset`. */
function unpackPlane(packed: Uint8Array, out: Uint8Array, offset: number, stride: number): void {
  let read = 0;
  let write = offset;
  while (write < out.length) {
    if (read >= packed.length) throw corruptRle();
    const control = packed[read++] ?? 0;
    if (control === 128) continue;
    const literal = control < 128;
    const count = literal ? control + 1 : 257 - control;
    if (read + (literal ? count : 1) > packed.length) throw corruptRle();
    for (let i = 0; i < count && write < out.length; i++, write += stride)
      out[write] = packed[literal ? read + i : read] ?? 0;
    read += literal ? count : 1;
  }
}
