import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { StreamHeader } from './stream-header.ts';

/** The module's decoders: libijg (JPEG of 8, 12 and 16 bits), CharLS, OpenJPEG and OpenJPH. */
export type NativeDecoder = 'DecodeJpeg' | 'DecodeJpegLs' | 'DecodeJpeg2000' | 'DecodeHtJpeg2000';

/** What the module exports and is used here; addresses and sizes are bytes in its memory. */
interface Exports extends Record<NativeDecoder, (context: number, parameters: number) => void> {
  memory: WebAssembly.Memory;
  _initialize(this: void): void;
  CreateCodecsContext(): number;
  ReleaseCodecsContext(context: number): void;
  CreateDecoderParameters(): number;
  ReleaseDecoderParameters(parameters: number): void;
  SetColumns(context: number, columns: number): void;
  SetRows(context: number, rows: number): void;
  SetBitsAllocated(context: number, bits: number): void;
  SetBitsStored(context: number, bits: number): void;
  SetSamplesPerPixel(context: number, samples: number): void;
  SetPixelRepresentation(context: number, signed: number): void;
  SetEncodedBufferSize(context: number, bytes: number): void;
  GetEncodedBuffer(context: number): number;
  GetDecodedBuffer(context: number): number;
  GetDecodedBufferSize(context: number): number;
}

const WASM_FILE = 'dcmjs-codecs/build/dcmjs-native-codecs.wasm';
/** The module begins with 256 MiB of address space; decoders take up to 24 bytes for each pixel. */
const BASE_MEMORY_BYTES = 384 * 1024 ** 2;
const MEMORY_BYTES_PER_PIXEL = 48;
/** What libijg says, and goes on, where a stream is damaged or ends early: the image would be grey from there. */
const DAMAGE = /premature end|corrupt JPEG data: (?!\d+ extraneous)/i;

let compiled: Promise<WebAssembly.Module> | null = null;
let idle: Codecs | null = null;

/** Reads and compiles the module when it is first needed, once for each thread. */
function compile(): Promise<WebAssembly.Module> {
  compiled ??= readFile(createRequire(import.meta.url).resolve(WASM_FILE)).then((bytes) => WebAssembly.compile(bytes));
  return compiled;
}

/** Bytes of each decoded value: OpenJPH's are of two where they are signed, for it cuts negative bytes off at 0. */
export function valueBytes(decoder: NativeDecoder, header: StreamHeader): 1 | 2 {
  return header.precision > 8 || (header.signed && decoder === 'DecodeHtJpeg2000') ? 2 : 1;
}

/**
 * Decodes a stream whose header was checked.
 * @returns rows * columns values of the stream, `valueBytes` each, little-endian
 * @throws Error for a damaged stream; the instance that met it is given up, and the next call has a fresh one
 */
export async function decodeNative(
  decoder: NativeDecoder,
  stream: Uint8Array,
  header: StreamHeader,
): Promise<Uint8Array> {
  const codecs = idle ?? new Codecs(await compile());
  idle = null;
  const values = codecs.decode(decoder, stream, header);
  idle = codecs;
  return values;
}

/** One instance of the module. After an error it must not be used again: its memory is in an unknown state. */
class Codecs {
  readonly #exports: Exports;
  #memoryLimit = BASE_MEMORY_BYTES;
  #damage: string | null = null;

  constructor(module: WebAssembly.Module) {
    this.#exports = new WebAssembly.Instance(module, this.#imports()).exports as unknown as Exports;
    const { _initialize: initialize } = this.#exports;
    initialize();
  }

  decode(decoder: NativeDecoder, stream: Uint8Array, header: StreamHeader): Uint8Array {
    const { rows, columns } = header;
    const native = this.#exports;
    this.#damage = null;
    this.#memoryLimit = BASE_MEMORY_BYTES + rows * columns * MEMORY_BYTES_PER_PIXEL + 2 * stream.length;
    const bytes = valueBytes(decoder, header);
    const context = this.#createContext(stream, header, 8 * bytes);
    const parameters = native.CreateDecoderParameters();
    native[decoder](context, parameters);
    if (this.#damage !== null) throw new Error(this.#damage);
    const length = rows * columns * bytes;
    if (native.GetDecodedBufferSize(context) !== length) throw new Error('The decoder gave an image of another size');
    const values = new Uint8Array(native.memory.buffer, native.GetDecodedBuffer(context), length).slice();
    native.ReleaseDecoderParameters(parameters);
    native.ReleaseCodecsContext(context);
    return values;
  }

  #createContext(stream: Uint8Array, header: StreamHeader, bitsAllocated: number): number {
    const native = this.#exports;
    const context = native.CreateCodecsContext();
    native.SetColumns(context, header.columns);
    native.SetRows(context, header.rows);
    native.SetBitsAllocated(context, bitsAllocated);
    native.SetBitsStored(context, header.precision);
    native.SetSamplesPerPixel(context, 1);
    native.SetPixelRepresentation(context, header.signed ? 1 : 0);
    native.SetEncodedBufferSize(context, stream.length);
    new Uint8Array(native.memory.buffer).set(stream, native.GetEncodedBuffer(context));
    return context;
  }

  #imports(): WebAssembly.Imports {
    const text = (address: number, length: number): string =>
      Buffer.from(this.#exports.memory.buffer, address, length).toString('latin1');
    return {
      env: {
        onCodecsException: (address: number, length: number) => {
          throw new Error(text(address, length));
        },
        onCodecsInfo: (address: number, length: number) => {
          const message = text(address, length);
          if (DAMAGE.test(message)) this.#damage ??= message;
        },
        onCodecsTrace: () => {},
        emscripten_notify_memory_growth: () => {
          if (this.#exports.memory.buffer.byteLength > this.#memoryLimit)
            throw new Error('The decoder takes more memory than the image warrants');
        },
      },
      wasi_snapshot_preview1: {
        proc_exit: (code: number) => {
          throw new Error(`The decoder ended with code ${code}`);
        },
        // Decoders write to the standard streams only to complain.
        fd_write: (_descriptor: number, vectors: number, count: number, written: number) => {
          const view = new DataView(this.#exports.memory.buffer);
          let total = 0;
          for (let i = 0; i < count; i++) {
            const [address, length] = [
              view.getUint32(vectors + 8 * i, true),
              view.getUint32(vectors + 8 * i + 4, true),
            ];
            this.#damage ??= text(address, length);
            total += length;
          }
          view.setUint32(written, total, true);
          return 0;
        },
        fd_seek: () => 0,
        fd_close: () => 0,
        clock_time_get: (_clock: number, _precision: bigint, result: number) => {
          new DataView(this.#exports.memory.buffer).setBigUint64(result, 0n, true);
          return 0;
        },
        environ_get: () => 0,
        environ_sizes_get: (countAddress: number, sizeAddress: number) => {
          const view = new DataView(this.#exports.memory.buffer);
          view.setUint32(countAddress, 0, true);
          view.setUint32(sizeAddress, 0, true);
          return 0;
        },
      },
    };
  }
}
