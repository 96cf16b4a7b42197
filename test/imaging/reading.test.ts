// @module-tag heavy
import { encodeCtSlice, type CtSlice, type FileForm } from '@som3d/client/sample';
import { describe, expect, test } from 'vitest';
import { convertFiles, RAW, refusal } from '../support/phantom/convert.ts';
import { enhancedFile } from '../support/phantom/encapsulate.ts';
import { deflated, rleFrame, SIGNED } from '../support/phantom/encodings.ts';
import { evenHeights, smallScan } from '../support/phantom/slices.ts';
import { dicomFiles, type NamedFile } from '../support/phantom/zip.ts';

const THRESHOLD = { umbralMin: 300, ...RAW };
const BALL_CM3 = ((4 / 3) * Math.PI * 15 ** 3) / 1000;

/** By how much the ball's volume is off, percent: however it was written, it must come out the same. */
async function ballError(files: NamedFile[]): Promise<number> {
  const { manifest } = await convertFiles(files, THRESHOLD);
  return Math.abs(100 * ((manifest.meshes[0]?.volumeCm3 ?? 0) / BALL_CM3 - 1));
}

function withPixels(
  slice: CtSlice,
  convert: (hu: number) => number,
  kind: new (length: number) => CtSlice['pixels'],
  changes: Partial<CtSlice>,
): CtSlice {
  const pixels = new kind(slice.pixels.length);
  for (const [i, hu] of slice.pixels.entries()) pixels[i] = convert(hu);
  return { ...slice, ...changes, pixels };
}

describe('file forms', () => {
  const forms: [string, FileForm][] = [
    ['explicit little-endian', {}],
    ['implicit little-endian', { encoding: 'implicit-little' }],
    ['explicit big-endian', { encoding: 'explicit-big' }],
    ['explicit without preamble', { preamble: false }],
    ['implicit without preamble', { encoding: 'implicit-little', preamble: false }],
    ['a bare explicit data set', { preamble: false, meta: false }],
    ['a bare implicit data set', { encoding: 'implicit-little', preamble: false, meta: false }],
    ['a bare big-endian data set', { encoding: 'explicit-big', preamble: false, meta: false }],
  ];
  test.each(forms)('reads %s', async (_name, form) => {
    expect(await ballError(dicomFiles(smallScan(), form))).toBeLessThan(1);
  });

  test('reads deflated data sets', async () => {
    const files = smallScan().map((slice, i) => ({ name: `d/${i}`, bytes: deflated(encodeCtSlice(slice)) }));
    expect(await ballError(files)).toBeLessThan(1);
  });

  test('reads RLE', async () => {
    const files = smallScan().map((slice, i) => {
      const compressed = { transferSyntax: '1.2.840.10008.1.2.5', frame: rleFrame(slice.pixels) };
      return { name: `r/${i}`, bytes: encodeCtSlice(slice, { compressed }) };
    });
    expect(await ballError(files)).toBeLessThan(1);
  });

  test('reads an enhanced multi-frame object', async () => {
    expect(await ballError([{ name: 'enhanced', bytes: enhancedFile(smallScan()) }])).toBeLessThan(1);
  });

  test('names a compression it cannot read', async () => {
    const compressed = { transferSyntax: '1.2.840.10008.1.2.4.100', frame: new Uint8Array(64) };
    const error = await refusal(convertFiles(dicomFiles(smallScan(), { compressed })));
    expect(error).toMatchObject({ code: 'UNSUPPORTED_COMPRESSION', retryable: false });
    expect(error.message).toContain('MPEG-2');
  });

  test('refuses RLE data that is cut off', async () => {
    const compressed = { transferSyntax: '1.2.840.10008.1.2.5', frame: new Uint8Array(70).fill(2, 0, 1) };
    const error = await refusal(convertFiles(dicomFiles(smallScan(), { compressed })));
    expect(error).toMatchObject({ code: 'CORRUPT_PIXELS', retryable: false });
  });
});

describe('stored values', () => {
  test('scales with slope and intercept of each slice', async () => {
    const slices = smallScan().map((slice, i) => {
      const [slope, intercept] = [1 + (i % 3), -1024 - 10 * (i % 5)];
      return withPixels(slice, (hu) => Math.round((hu - intercept) / slope), Uint16Array, { slope, intercept });
    });
    expect(await ballError(dicomFiles(slices))).toBeLessThan(1);
  });

  test('reads 12 bits in 16 and takes no notice of what is above them', async () => {
    const slices = smallScan().map((slice) =>
      withPixels(slice, (hu) => (Math.max(0, hu + 1024) & 0xfff) | 0xa000, Uint16Array, {
        intercept: -1024,
        bitsStored: 12,
      }),
    );
    expect(await ballError(dicomFiles(slices))).toBeLessThan(1);
  });

  test('reads signed 12 bits', async () => {
    const slices = smallScan().map((slice) =>
      withPixels(slice, (hu) => hu & 0xfff, Uint16Array, { bitsStored: 12, extra: [SIGNED] }),
    );
    expect(await ballError(dicomFiles(slices))).toBeLessThan(1);
  });

  test('reads 8 bits', async () => {
    const slices = smallScan().map((slice) =>
      withPixels(slice, (hu) => Math.round((hu + 1024) / 12), Uint8Array, { slope: 12, intercept: -1024 }),
    );
    expect(await ballError(dicomFiles(slices))).toBeLessThan(2);
  });

  test('takes padding for air', async () => {
    const slices = smallScan().map((slice) => {
      const pixels = Int16Array.from(slice.pixels);
      for (let j = 0; j < slice.rows; j++) pixels[j * slice.columns] = 3000;
      return { ...slice, pixels, padding: 3000 };
    });
    expect(await ballError(dicomFiles(slices))).toBeLessThan(1);
  });
});

describe('slices', () => {
  test('drops those at the same place and says so', async () => {
    const slices = smallScan();
    const files = [...dicomFiles(slices), ...dicomFiles(slices.slice(5, 12), {}, 'otra-vez')];
    const { manifest } = await convertFiles(files, THRESHOLD);
    expect(manifest.series).toMatchObject({ slices: 30, duplicatesDropped: 7, gaps: [] });
    expect(manifest.warnings).toContain('Cortes repetidos en la misma posición, descartados: 7.');
    expect(manifest.meshes[0]?.volumeCm3).toBeCloseTo(BALL_CM3, 0);
  });

  test('keeps places over a gap and warns of it', async () => {
    const slices = smallScan().filter((_, k) => k !== 12 && k !== 13);
    const { manifest, log } = await convertFiles(dicomFiles(slices), THRESHOLD);
    expect(manifest.series.gaps).toEqual([{ afterSlice: 12, lengthMm: 4.5 }]);
    expect(log.join('\n')).toContain('Faltan cortes');
    expect(Math.abs((manifest.meshes[0]?.volumeCm3 ?? 0) / BALL_CM3 - 1)).toBeLessThan(0.02);
    const box = manifest.meshes[0]?.boundingBoxMm;
    expect((box?.max[2] ?? 0) - (box?.min[2] ?? 0)).toBeCloseTo(30, 0);
  });

  test('orders by place, whatever the order of files and instance numbers', async () => {
    const slices = smallScan().map((slice, i) => ({ ...slice, instanceNumber: (i * 7) % 31 }));
    expect(await ballError(dicomFiles(slices.toSorted((a, b) => a.instanceNumber - b.instanceNumber)))).toBeLessThan(1);
  });

  test('refuses a single image', async () => {
    const error = await refusal(convertFiles(dicomFiles(smallScan({ heights: [0] }))));
    expect(error.code).toBe('TOO_FEW_SLICES');
  });

  test('refuses a volume over the memory limit before it is read', async () => {
    const error = await refusal(
      convertFiles(dicomFiles(smallScan({ heights: evenHeights(40, 1) })), { limits: { memoryMb: 0.1 } }),
    );
    expect(error).toMatchObject({ code: 'VOLUME_TOO_LARGE', retryable: false });
    expect(error.message).toMatch(/^El volumen es demasiado grande: necesita \d+ MB y el máximo es 0\.1 MB/);
  });

  test('refuses pixel data that is cut off', async () => {
    const files = dicomFiles(smallScan()).map((file) => ({ ...file, bytes: file.bytes.subarray(0, -100) }));
    expect((await refusal(convertFiles(files))).code).toBe('CORRUPT_PIXELS');
  });
});
