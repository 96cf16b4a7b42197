// @module-tag heavy
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FRAME_DECODERS, frameDecoder, type FrameLayout, Watchdog } from '@som3d/server/testing/imaging';
import { describe, expect, test } from 'vitest';
import {
  compress,
  testPlane,
  type Encoder,
  type EncoderOptions,
  type Plane,
} from '../support/phantom/codec-encoder.ts';
import { refusal } from '../support/phantom/convert.ts';
import {
  secondJpeg2000,
  secondJpegBaseline,
  secondJpegLossless,
  secondJpegLs,
  type SecondDecoder,
} from '../support/phantom/second-decoders.ts';

interface Codec {
  name: string;
  syntax: string;
  encoder: Encoder;
  options: EncoderOptions;
  second: SecondDecoder;
  /** Greatest difference from the image, in shares of the range and in values; 0 is lossless. */
  loss: number;
  /** Decoders with other arithmetic may round otherwise. */
  rounding: number;
  /** Stored bits, negative where signed. */
  bits: number[];
}

const JPEG_2000 = '1.2.840.10008.1.2.4';
const ALL_BITS = [8, 10, 12, -12, 16, -16];

function codec(name: string, syntax: string, encoder: Encoder, second: SecondDecoder, rest: Partial<Codec>): Codec {
  const defaults = { options: {}, loss: 0, rounding: 0, bits: ALL_BITS };
  return { ...defaults, name, syntax: `${JPEG_2000}.${syntax}`, encoder, second, ...rest };
}

const lossy = { lossy: true };
const CODECS: Codec[] = [
  codec('JPEG baseline', '50', 'EncodeJpeg', secondJpegBaseline, { options: lossy, loss: 0.05, bits: [8] }),
  codec('JPEG extended of 8 bits', '51', 'EncodeJpeg', secondJpegBaseline, { options: lossy, loss: 0.05, bits: [8] }),
  codec('JPEG lossless', '70', 'EncodeJpeg', secondJpegLossless, { bits: [8, -8, 10, 12, -12, 16, -16] }),
  ...[2, 3, 4, 5, 6].map((predictor) =>
    codec(`JPEG lossless, predictor ${predictor}`, '57', 'EncodeJpeg', secondJpegLossless, { options: { predictor } }),
  ),
  // the second decoder overflows in this predictor with signed values of 16 bits
  codec('JPEG lossless, predictor 7', '57', 'EncodeJpeg', secondJpegLossless, {
    options: { predictor: 7 },
    bits: [8, 10, 12, -12, 16],
  }),
  codec('JPEG-LS', '80', 'EncodeJpegLs', secondJpegLs, { bits: [8, -8, 10, 12, -12, 16, -16] }),
  codec('JPEG-LS near-lossless', '81', 'EncodeJpegLs', secondJpegLs, {
    options: { ...lossy, allowedError: 3 },
    loss: 3,
    bits: [8, 10, 16],
  }),
  codec('JPEG 2000 lossless', '90', 'EncodeJpeg2000', secondJpeg2000, {}),
  ...([1, 2, 3, 4] as const).map((progression) =>
    codec(`JPEG 2000 lossless, progression ${progression}`, '90', 'EncodeJpeg2000', secondJpeg2000, {
      options: { progression },
      bits: [12],
    }),
  ),
  codec('JPEG 2000', '91', 'EncodeJpeg2000', secondJpeg2000, { options: { ...lossy, rate: 5 }, loss: 0.15 }),
  codec('HTJ2K lossless', '201', 'EncodeHtJpeg2000', secondJpeg2000, {}),
  codec('HTJ2K lossless RPCL', '202', 'EncodeHtJpeg2000', secondJpeg2000, { options: { progression: 2 } }),
  codec('HTJ2K', '203', 'EncodeHtJpeg2000', secondJpeg2000, { options: lossy, loss: 2, rounding: 2 }),
];

function layoutFor({ rows, columns, bitsStored, signed, values }: Plane): FrameLayout {
  return { rows, columns, bitsStored, signed, bitsAllocated: values.BYTES_PER_ELEMENT === 1 ? 8 : 16 };
}

/** Stored values with their sign. */
function valuesOf(bytes: Uint8Array, { bitsStored, signed, values }: Plane): number[] {
  const words =
    values.BYTES_PER_ELEMENT === 1 ? bytes : new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const unused = 32 - bitsStored;
  return Array.from(words, (word) => (signed ? (word << unused) >> unused : (word << unused) >>> unused));
}

function greatestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a, (value, i) => Math.abs(value - (b[i] ?? 0))).reduce((most, each) => Math.max(most, each), 0);
}

const CASES = CODECS.flatMap((each) =>
  each.bits.map((bits) => ({
    ...each,
    bits,
    title: `${each.name}, ${bits < 0 ? 'signed' : 'unsigned'} ${Math.abs(bits)} bits`,
  })),
);

describe('compressed frames', () => {
  test.each(CASES)('of $title are what they were and what a second decoder says', async (each) => {
    const plane = testPlane({ rows: 61, columns: 67, bitsStored: Math.abs(each.bits), signed: each.bits < 0 });
    const stream = await compress(each.encoder, plane, each.options);
    const decoded = await frameDecoder(each.syntax)(stream, layoutFor(plane));
    const values = valuesOf(decoded, plane);
    const range = 2 ** plane.bitsStored;
    expect(greatestDifference(values, plane.values)).toBeLessThanOrEqual(each.loss < 1 ? each.loss * range : each.loss);
    const second = valuesOf(await each.second(stream), plane);
    expect(greatestDifference(values, second)).toBeLessThanOrEqual(each.rounding);
  });

  test.each(CODECS.filter(({ loss }) => loss === 0))(
    'of $name are right to the last value in 140 slices',
    async (each) => {
      for (let seed = 1; seed <= 140; seed++) {
        const plane = testPlane(
          { rows: 9 + (seed % 5), columns: 17 + (seed % 7), bitsStored: 12, signed: false },
          seed,
        );
        const stream = await compress(each.encoder, plane, each.options);
        const decoded = await frameDecoder(each.syntax)(stream, layoutFor(plane));
        expect(valuesOf(decoded, plane), `slice ${seed}`).toEqual([...plane.values]);
      }
    },
  );

  test('have a decoder for every transfer syntax that is tested here, and RLE', () => {
    expect([...FRAME_DECODERS.keys()].toSorted()).toEqual(
      [...new Set([...CODECS.map(({ syntax }) => syntax), '1.2.840.10008.1.2.5'])].toSorted(),
    );
  });

  test.each([
    ['JPEG lossless', '70', 'EncodeJpeg'],
    ['JPEG-LS', '80', 'EncodeJpegLs'],
    ['JPEG 2000', '90', 'EncodeJpeg2000'],
    ['HTJ2K', '201', 'EncodeHtJpeg2000'],
  ] as const)('of 8 bits that the data set keeps in 16 are widened: %s', async (_name, syntax, encoder) => {
    const plane = testPlane({ rows: 20, columns: 31, bitsStored: 8, signed: false });
    const stream = await compress(encoder, plane);
    const decoded = await frameDecoder(`${JPEG_2000}.${syntax}`)(stream, { ...layoutFor(plane), bitsAllocated: 16 });
    expect([...new Uint16Array(decoded.buffer)]).toEqual([...plane.values]);
  });

  test('of JPEG-LS near-lossless stay within the stored bits', async () => {
    const plane = testPlane({ rows: 61, columns: 67, bitsStored: 12, signed: false });
    const stream = await compress('EncodeJpegLs', plane, { lossy: true, allowedError: 3 });
    const decoded = await frameDecoder(`${JPEG_2000}.81`)(stream, layoutFor(plane));
    expect(greatestDifference([...new Uint16Array(decoded.buffer)], plane.values)).toBeLessThanOrEqual(3);
  });

  test('of a JPEG 2000 file are found in it', async () => {
    const plane = testPlane({ rows: 20, columns: 31, bitsStored: 12, signed: false });
    const stream = await compress('EncodeJpeg2000', plane);
    const boxes = Buffer.from(
      '0000000c6a5020200d0a870a00000014667479706a703220000000006a703220000000006a703263',
      'hex',
    );
    const decoded = await frameDecoder(`${JPEG_2000}.90`)(Buffer.concat([boxes, stream]), layoutFor(plane));
    expect(valuesOf(decoded, plane)).toEqual([...plane.values]);
  });
});

describe('streams of other encoders', () => {
  test.each([
    ['extended12.jpg', '51', 'extended12.raw', 1],
    ['near12.jls', '81', 'near12.raw', 0],
    ['tiles12.j2k', '90', 'tiles12.raw', 0],
  ])('%s is what another decoder made of it', async (name, syntax, raw, rounding) => {
    const [stream, expected] = await Promise.all(
      [name, raw].map((file) => readFile(join(import.meta.dirname, 'fixtures', file))),
    );
    const layout: FrameLayout = { rows: 40, columns: 56, bitsAllocated: 16, bitsStored: 12, signed: false };
    const decoded = await frameDecoder(`${JPEG_2000}.${syntax}`)(stream ?? Buffer.alloc(0), layout);
    const values = new Uint16Array(Uint8Array.from(expected ?? []).buffer);
    expect(greatestDifference(new Uint16Array(decoded.buffer), values)).toBeLessThanOrEqual(rounding);
  });
});

describe('damaged streams', () => {
  const damaged = CODECS.filter(({ name }) => !/predictor|progression/.test(name));

  test.each(damaged)('of $name are refused wherever they are cut, and leave the next frame alone', async (each) => {
    const plane = testPlane({ rows: 33, columns: 35, bitsStored: each.bits[0] ?? 8, signed: false });
    const stream = await compress(each.encoder, plane, each.options);
    const decode = frameDecoder(each.syntax);
    const whole = await decode(stream, layoutFor(plane));
    for (let share = 0; share < 0.95; share += 0.1) {
      const cut = stream.subarray(0, Math.floor(share * stream.length));
      const error = await refusal(Promise.resolve(decode(cut, layoutFor(plane))));
      expect(error).toMatchObject({ code: 'CORRUPT_PIXELS', retryable: false });
      expect(error.message).toMatch(/^Una imagen comprimida está dañada/);
    }
    expect(await decode(stream, layoutFor(plane))).toEqual(whole);
  });

  test.each(damaged)('of $name with a size unlike the data set’s are refused', async (each) => {
    const plane = testPlane({ rows: 33, columns: 35, bitsStored: each.bits[0] ?? 8, signed: false });
    const stream = await compress(each.encoder, plane, each.options);
    const layout = layoutFor(plane);
    for (const other of [{ rows: 34 }, { columns: 34 }, { rows: 35, columns: 33 }, { rows: 66_000 }]) {
      const error = await refusal(Promise.resolve(frameDecoder(each.syntax)(stream, { ...layout, ...other })));
      expect(error.code).toBe('CORRUPT_PIXELS');
    }
  });

  test.each([
    ['tiles that begin behind the image', 32, 500],
    ['tiles without width', 24, 0],
    ['tiles without end', 28, 1],
    ['an image without height', 12, 0],
  ])('of HTJ2K with %s are refused', async (_how, offset, value) => {
    const plane = testPlane({ rows: 5000, columns: 3, bitsStored: 12, signed: false });
    const stream = Buffer.from(await compress('EncodeHtJpeg2000', plane));
    stream.writeUInt32BE(value, offset);
    const error = await refusal(Promise.resolve(frameDecoder(`${JPEG_2000}.201`)(stream, layoutFor(plane))));
    expect(error.code).toBe('CORRUPT_PIXELS');
  });
});

describe('the watchdog', () => {
  test('gives up a decoding without any sign of life', async () => {
    const watchdog = new Watchdog(1);
    expect((await refusal(watchdog.stalled)).code).toBe('CORRUPT_PIXELS');
  });

  test('says nothing once it is stopped', async () => {
    const [stopped, other] = [new Watchdog(1), new Watchdog(50)];
    stopped.sign();
    stopped.stop();
    const first = Promise.race([stopped.stalled.catch(() => 'stopped'), other.stalled.catch(() => 'other')]);
    expect(await first).toBe('other');
  });
});
