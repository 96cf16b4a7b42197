/** The package has no types. */
declare module 'jpeg-lossless-decoder-js' {
  export class Decoder {
    /** @returns the values of the image, little-endian */
    decompress(buffer: ArrayBufferLike, offset: number, length: number): ArrayBuffer;
  }
}
