import { ImagingError } from '../errors.ts';
import { decodeRle } from './rle.ts';
import { compressionName, RLE_LOSSLESS } from './transfer-syntax.ts';

/** What a decoder needs to know of the image. */
export interface FrameLayout {
  rows: number;
  columns: number;
  bitsAllocated: 8 | 16;
  bitsStored: number;
  signed: boolean;
}

/**
 * Turns one compressed frame (its fragments joined) into rows * columns stored values:
 * little-endian bytes of bitsAllocated each, as an uncompressed file would have them.
 */
export type FrameDecoder = (frame: Uint8Array, layout: FrameLayout) => Uint8Array | Promise<Uint8Array>;

/** The one place where compressions are added: transfer syntax -> decoder. */
export const FRAME_DECODERS: Readonly<Record<string, FrameDecoder>> = {
  [RLE_LOSSLESS]: decodeRle,
};

export function isDecodable(transferSyntax: string): boolean {
  return transferSyntax in FRAME_DECODERS;
}

/** @throws ImagingError UNSUPPORTED_COMPRESSION naming the compression. */
export function frameDecoder(transferSyntax: string): FrameDecoder {
  const decoder = FRAME_DECODERS[transferSyntax];
  if (decoder === undefined) throw unsupportedCompression(transferSyntax);
  return decoder;
}

export function unsupportedCompression(transferSyntax: string): ImagingError {
  return new ImagingError(
    'UNSUPPORTED_COMPRESSION',
    `Las imágenes usan una compresión que no se admite: ${compressionName(transferSyntax)}. Expórtelas sin comprimir.`,
  );
}
