import { ImagingError } from '../errors.ts';
import { findJ2kStream, isHighThroughput } from './codecs/j2k-header.ts';
import { decodeRle, isRle } from './codecs/rle.ts';
import { readJpegHeader, readJpegLsHeader } from './codecs/stream-header.ts';
import type { FrameDecoder } from './frame.ts';
import {
  compressionName,
  HTJ2K,
  isCompressed,
  isPrivate,
  JPEG_2000,
  JPEG_LOSSLESS,
  JPEG_LS,
  privateOwner,
  RLE_LOSSLESS,
} from './transfer-syntax.ts';

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
  [JPEG_LOSSLESS, lazily('decodeJpeg')],
  [JPEG_LS, lazily('decodeJpegLs')],
  ['1.2.840.10008.1.2.4.81', lazily('decodeJpegLs')],
  ['1.2.840.10008.1.2.4.90', lazily('decodeJpeg2000')],
  [JPEG_2000, lazily('decodeJpeg2000')],
  ['1.2.840.10008.1.2.4.201', lazily('decodeHighThroughput')],
  ['1.2.840.10008.1.2.4.202', lazily('decodeHighThroughput')],
  [HTJ2K, lazily('decodeHighThroughput')],
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

/**
 * The decoder of a stream: what it is itself, whatever the file says that it is. Null where neither says it.
 * @throws ImagingError UNSUPPORTED_COMPRESSION
 */
export function decoderOf(stream: Uint8Array, transferSyntax: string): FrameDecoder | null {
  const syntax = syntaxOfStream(stream) ?? transferSyntax;
  return isCompressed(syntax) ? frameDecoder(syntax) : null;
}

function syntaxOfStream(stream: Uint8Array): string | null {
  if (readJpegHeader(stream) !== null) return JPEG_LOSSLESS;
  if (readJpegLsHeader(stream) !== null) return JPEG_LS;
  const j2k = findJ2kStream(stream);
  if (j2k !== null) return isHighThroughput(j2k) ? HTJ2K : JPEG_2000;
  return isRle(stream) ? RLE_LOSSLESS : null;
}

export function unsupportedCompression(transferSyntax: string): ImagingError {
  if (isPrivate(transferSyntax))
    return new ImagingError(
      'PRIVATE_SYNTAX',
      `Las imágenes están en un formato privado de ${privateOwner(transferSyntax)} (${transferSyntax}) que no está ` +
        'documentado: expórtelas desde el equipo o el PACS en DICOM normal, sin comprimir.',
    );
  return new ImagingError(
    'UNSUPPORTED_COMPRESSION',
    `Las imágenes usan una compresión que no se admite: ${compressionName(transferSyntax)}. Expórtelas sin comprimir.`,
  );
}
