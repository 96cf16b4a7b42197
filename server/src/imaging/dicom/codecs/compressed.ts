import { ImagingError } from '../../errors.ts';
import type { FrameLayout } from '../frame.ts';
import { findJ2kStream, readJ2kHeader } from './j2k-header.ts';
import { decodeNative, valueBytes, type NativeDecoder } from './native.ts';
import { readJpegHeader, readJpegLsHeader, type StreamHeader } from './stream-header.ts';

const END_OF_IMAGE = Uint8Array.of(0xff, 0xd9);

/** JPEG baseline, extended of 8 and 12 bits, and lossless: the stream itself says which. */
export function decodeJpeg(frame: Uint8Array, layout: FrameLayout): Promise<Uint8Array> {
  return decode('DecodeJpeg', frame, readJpegHeader(frame), layout);
}

export async function decodeJpegLs(frame: Uint8Array, layout: FrameLayout): Promise<Uint8Array> {
  const header = readJpegLsHeader(frame);
  try {
    // CharLS never comes back from data that end without a marker.
    return await decode('DecodeJpegLs', Buffer.concat([frame, END_OF_IMAGE]), header, layout);
  } catch (error) {
    const repaired = withoutZerosBeforeEnd(frame);
    if (repaired === null) throw error;
    return decode('DecodeJpegLs', repaired, header, layout);
  }
}

/** Some writers fill a stream up to an even length before its end marker, where CharLS takes the zeros for damage. */
function withoutZerosBeforeEnd(frame: Uint8Array): Uint8Array | null {
  const end = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).lastIndexOf(END_OF_IMAGE);
  let last = end;
  while (last > 0 && frame[last - 1] === 0) last--;
  return end <= 0 || last === end ? null : Buffer.concat([frame.subarray(0, last), END_OF_IMAGE]);
}

export function decodeJpeg2000(frame: Uint8Array, layout: FrameLayout): Promise<Uint8Array> {
  const stream = findJ2kStream(frame) ?? new Uint8Array(0);
  return decode('DecodeJpeg2000', stream, readJ2kHeader(stream), layout);
}

export function decodeHighThroughput(frame: Uint8Array, layout: FrameLayout): Promise<Uint8Array> {
  const stream = findJ2kStream(frame) ?? new Uint8Array(0);
  return decode('DecodeHtJpeg2000', stream, readJ2kHeader(stream), layout);
}

/**
 * Decodes only what agrees with the data set: the decoders trust the stream and would otherwise read or write
 * beside the image.
 */
async function decode(
  decoder: NativeDecoder,
  stream: Uint8Array,
  header: StreamHeader | null,
  layout: FrameLayout,
): Promise<Uint8Array> {
  if (header === null || !agrees(header, layout))
    throw damaged(new Error('The stream does not agree with the data set'));
  try {
    const values = await decodeNative(decoder, stream, header);
    const fitted = fit(values, valueBytes(decoder, header), header.signed, layout);
    if (header.lossy) clamp(fitted, header.signed, layout);
    return fitted;
  } catch (error) {
    throw damaged(error);
  }
}

function agrees(header: StreamHeader, layout: FrameLayout): boolean {
  return (
    header.rows === layout.rows &&
    header.columns === layout.columns &&
    header.components === 1 &&
    header.precision >= 2 &&
    header.precision <= layout.bitsAllocated
  );
}

function damaged(cause: unknown): ImagingError {
  return new ImagingError(
    'CORRUPT_PIXELS',
    'Una imagen comprimida está dañada o incompleta: vuelva a exportar el estudio.',
    { cause },
  );
}

/** Makes the decoder's bytes for each value the data set's. */
function fit(values: Uint8Array, bytes: 1 | 2, signed: boolean, layout: FrameLayout): Uint8Array {
  if (8 * bytes === layout.bitsAllocated) return values;
  if (bytes === 2) return values.filter((_, i) => i % 2 === 0);
  const wide = signed ? Int16Array.from(new Int8Array(values.buffer)) : Uint16Array.from(values);
  return new Uint8Array(wide.buffer);
}

/** Loss takes values near the greatest or least one beyond the stored bits: they stay the greatest or least. */
function clamp(bytes: Uint8Array, signed: boolean, { bitsAllocated, bitsStored, ...layout }: FrameLayout): void {
  if (bitsStored === bitsAllocated || signed !== layout.signed) return;
  const range = 2 ** bitsStored;
  const [least, greatest] = signed ? [-range / 2, range / 2 - 1] : [0, range - 1];
  const { buffer, byteOffset, length } = bytes;
  const wide = signed
    ? new Int16Array(buffer, byteOffset, length >> 1)
    : new Uint16Array(buffer, byteOffset, length >> 1);
  const narrow = signed ? new Int8Array(buffer, byteOffset, length) : bytes;
  const values = bitsAllocated === 8 ? narrow : wide;
  for (let i = 0; i < values.length; i++) values[i] = Math.min(greatest, Math.max(least, values[i]!));
}
