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
