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

export function decodeJpegLs(frame: Uint8Array, layout: FrameLayout): Promise<Uint8Array> {
  // CharLS never comes back from data that end without a marker.
  const ended = Buffer.concat([frame, END_OF_IMAGE]);
  return decode('DecodeJpegLs', ended, readJpegLsHeader(frame), layout);
}

/** Values near the greatest one may be taken beyond the stored bits by the allowed error: they stay the greatest. */
export async function decodeJpegLsNear(frame: Uint8Array, layout: FrameLayout): Promise<Uint8Array> {
  const bytes = await decodeJpegLs(frame, layout);
  if (layout.signed || layout.bitsStored === layout.bitsAllocated) return bytes;
  const greatest = 2 ** layout.bitsStored - 1;
  const values = layout.bitsAllocated === 8 ? bytes : new Uint16Array(bytes.buffer);
  for (let i = 0; i < values.length; i++) if ((values[i] ?? 0) > greatest) values[i] = greatest;
  return bytes;
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
    return fit(values, valueBytes(decoder, header), header.signed, layout);
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
