import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { randomSource } from './slices.ts';

/** An image to be compressed: stored values, one component. */
export interface Plane {
  rows: number;
  columns: number;
  bitsStored: number;
  signed: boolean;
  values: Int16Array | Uint16Array | Uint8Array | Int8Array;
}

/** A wave with noise through the whole range of the stored values, its extremes and a last value unlike its neighbours. */
export function testPlane(form: Omit<Plane, 'values'>, seed = 1): Plane {
  const { rows, columns, bitsStored, signed } = form;
  const random = randomSource(seed);
  const count = 2 ** bitsStored;
  const lowest = signed ? -count / 2 : 0;
  const values = new (kindOf(bitsStored, signed))(rows * columns);
  for (let i = 0; i < values.length; i++) {
    const wave = 0.5 + 0.4 * Math.sin((i % columns) / 9 + seed) * Math.cos(Math.floor(i / columns) / 13);
    const share = Math.min(0.999_99, Math.max(0, wave + (random() - 0.5) / 10));
    values[i] = lowest + Math.floor(share * count);
  }
  values[5] = lowest;
  values[6] = lowest + count - 1;
  values[values.length - 1] = lowest + Math.floor(random() * count);
  return { ...form, values };
}

function kindOf(bits: number, signed: boolean): new (length: number) => Plane['values'] {
  if (bits <= 8) return signed ? Int8Array : Uint8Array;
  return signed ? Int16Array : Uint16Array;
}

export interface EncoderOptions {
  lossy?: boolean;
  /** JPEG: 1..100. */
  quality?: number;
  /** JPEG lossless: selection value 1..7. */
  predictor?: number;
  /** JPEG-LS near-lossless: greatest difference of a value. */
  allowedError?: number;
  /** JPEG 2000 and HTJ2K lossy: compression ratio. */
  rate?: number;
  /** JPEG 2000 and HTJ2K: LRCP, RLCP, RPCL, PCRL, CPRL. */
  progression?: 0 | 1 | 2 | 3 | 4;
}

export type Encoder = 'EncodeJpeg' | 'EncodeJpegLs' | 'EncodeJpeg2000' | 'EncodeHtJpeg2000';

interface EncoderExports extends Record<Encoder, (context: number, parameters: number) => void> {
  memory: WebAssembly.Memory;
  _initialize(this: void): void;
  [name: `Set${string}`]: (target: number, value: number) => void;
  [name: `Create${string}` | `Get${string}BufferSize` | `Get${string}Buffer`]: (context?: number) => number;
}

const WASM_FILE = 'dcmjs-codecs/build/dcmjs-native-codecs.wasm';
const MONOCHROME2 = 1;
let exports: Promise<EncoderExports> | null = null;

/** Compresses a plane with the encoders that npm has: libijg, CharLS, OpenJPEG, OpenJPH. */
export async function compress(encoder: Encoder, plane: Plane, options: EncoderOptions = {}): Promise<Uint8Array> {
  exports ??= instantiate();
  const native = await exports;
  const call = (name: string, target: number, value: number): void => native[`Set${name}`]?.(target, value);
  const context = native['CreateCodecsContext']?.() ?? 0;
  const parameters = native['CreateEncoderParameters']?.() ?? 0;
  call('Columns', context, plane.columns);
  call('Rows', context, plane.rows);
  call('BitsAllocated', context, 8 * plane.values.BYTES_PER_ELEMENT);
  call('BitsStored', context, plane.bitsStored);
  call('SamplesPerPixel', context, 1);
  call('PixelRepresentation', context, plane.signed ? 1 : 0);
  call('PlanarConfiguration', context, 0);
  call('PhotometricInterpretation', context, MONOCHROME2);
  call('Lossy', parameters, options.lossy === true ? 1 : 0);
  call('Quality', parameters, options.quality ?? 95);
  call('SmoothingFactor', parameters, 0);
  call('SampleFactor', parameters, 0);
  call('Predictor', parameters, options.predictor ?? 1);
  call('PointTransform', parameters, 0);
  call('AllowedLossyError', parameters, options.allowedError ?? 3);
  call('ProgressionOrder', parameters, options.progression ?? 0);
  call('Rate', parameters, options.rate ?? 10);
  call('AllowMct', parameters, 0);
  const bytes = storedBytes(encoder, plane);
  call('DecodedBufferSize', context, bytes.length);
  new Uint8Array(native.memory.buffer).set(bytes, native.GetDecodedBuffer?.(context) ?? 0);
  native[encoder](context, parameters);
  const start = native.GetEncodedBuffer?.(context) ?? 0;
  return new Uint8Array(native.memory.buffer, start, native.GetEncodedBufferSize?.(context) ?? 0).slice();
}

/** The encoders of JPEG and JPEG-LS take values without their sign's extension, those of JPEG 2000 with it. */
function storedBytes(encoder: Encoder, { values, bitsStored }: Plane): Uint8Array {
  const extended = encoder === 'EncodeJpeg2000' || encoder === 'EncodeHtJpeg2000';
  const stored = extended ? values : values.map((value) => value & (2 ** bitsStored - 1));
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

async function instantiate(): Promise<EncoderExports> {
  const module = await WebAssembly.compile(await readFile(createRequire(import.meta.url).resolve(WASM_FILE)));
  const instance: WebAssembly.Instance = new WebAssembly.Instance(module, {
    env: {
      onCodecsException: (address: number, length: number) => {
        const { memory } = instance.exports as unknown as EncoderExports;
        throw new Error(Buffer.from(memory.buffer, address, length).toString('latin1'));
      },
      onCodecsInfo: () => {},
      onCodecsTrace: () => {},
      emscripten_notify_memory_growth: () => {},
    },
    wasi_snapshot_preview1: {
      proc_exit: () => {},
      clock_time_get: () => 0,
      fd_write: () => 0,
      fd_seek: () => 0,
      fd_close: () => 0,
      environ_get: () => 0,
      environ_sizes_get: () => 0,
    },
  });
  const native = instance.exports as unknown as EncoderExports;
  const { _initialize: initialize } = native;
  initialize();
  return native;
}
