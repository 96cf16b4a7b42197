import { createRequire } from 'node:module';

/** Decoders that are not the ones the server uses: other builds, other versions, or other code altogether. */
export type SecondDecoder = (stream: Uint8Array) => Promise<Uint8Array>;

interface EmscriptenDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  delete(): void;
}

type Factory = (settings: { print: () => void }) => Promise<Record<string, new () => EmscriptenDecoder>>;

const load = createRequire(import.meta.url);

function emscripten(module: string, name: string): SecondDecoder {
  return async (stream) => {
    const library = await (load(module) as Factory)({ print: () => {} });
    const Decoder = library[name];
    if (Decoder === undefined) throw new Error(`${module} has no ${name}`);
    const decoder = new Decoder();
    decoder.getEncodedBuffer(stream.length).set(stream);
    decoder.decode();
    const decoded = Uint8Array.from(decoder.getDecodedBuffer());
    decoder.delete();
    return decoded;
  };
}

/** CharLS, another version compiled to JavaScript. */
export const secondJpegLs = emscripten('@cornerstonejs/codec-charls', 'JpegLSDecoder');
/** OpenJPEG, another version; of HTJ2K it has a decoder of its own, unlike OpenJPH's. */
export const secondJpeg2000 = emscripten('@cornerstonejs/codec-openjpeg', 'J2KDecoder');
/** libjpeg-turbo. */
export const secondJpegBaseline = emscripten('@cornerstonejs/codec-libjpeg-turbo-8bit', 'JPEGDecoder');

/** Written in JavaScript from the standard. */
export const secondJpegLossless: SecondDecoder = async (stream) => {
  const { Decoder } = load('jpeg-lossless-decoder-js') as {
    Decoder: new () => { decompress(stream: ArrayBuffer): ArrayBuffer };
  };
  const decoder = new Decoder();
  return new Uint8Array(decoder.decompress(stream.slice().buffer));
};
