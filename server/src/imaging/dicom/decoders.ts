import { ImagingError } from '../errors.ts';
import { decodeRle } from './codecs/rle.ts';
import type { FrameDecoder } from './frame.ts';
import { compressionName, RLE_LOSSLESS } from './transfer-syntax.ts';

type CompressedDecoder = keyof typeof import('./codecs/compressed.ts');

/** Loads what decodes the compressions of the JPEG family only when there is a frame to decode. */
function lazily(name: CompressedDecoder): FrameDecoder {
  return async (frame, layout) => (await import('./codecs/compressed.ts'))[name](frame, layout);
}

/** The one place where compressions are added: transfer syntax -> decoder. */
export const FRAME_DECODERS: ReadonlyMap<string, FrameDecoder> = new Map([
  [RLE_LOSSLESS, decodeRle],
  ['1.2.840.10008.1.2.4.50', lazily('decodeJpeg')],
  ['1.2.840.10008.1.2.4.51', lazily('decodeJpeg')],
  ['1.2.840.10008.1.2.4.57', lazily('decodeJpeg')],
  ['1.2.840.10008.1.2.4.70', lazily('decodeJpeg')],
  ['1.2.840.10008.1.2.4.80', lazily('decodeJpegLs')],
  ['1.2.840.10008.1.2.4.81', lazily('decodeJpegLsNear')],
  ['1.2.840.10008.1.2.4.90', lazily('decodeJpeg2000')],
  ['1.2.840.10008.1.2.4.91', lazily('decodeJpeg2000')],
  ['1.2.840.10008.1.2.4.201', lazily('decodeHighThroughput')],
  ['1.2.840.10008.1.2.4.202', lazily('decodeHighThroughput')],
  ['1.2.840.10008.1.2.4.203', lazily('decodeHighThroughput')],
]);

export function isDecodable(transferSyntax: string): boolean {
  return FRAME_DECODERS.has(transferSyntax);
}

/** @throws ImagingError UNSUPPORTED_COMPRESSION naming the compression. */
export function frameDecoder(transferSyntax: string): FrameDecoder {
  const decoder = FRAME_DECODERS.get(transferSyntax);
  if (decoder === undefined) throw unsupportedCompression(transferSyntax);
  return decoder;
}

export function unsupportedCompression(transferSyntax: string): ImagingError {
  return new ImagingError(
    'UNSUPPORTED_COMPRESSION',
    `Las imágenes usan una compresión que no se admite: ${compressionName(transferSyntax)}. Expórtelas sin comprimir.`,
  );
}
