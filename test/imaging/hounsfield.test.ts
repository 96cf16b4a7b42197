// @module-tag heavy
import { encodeCtSlice, type CtSlice, type Element } from '@som3d/client/sample';
import { describe, expect, test } from 'vitest';
import { compress, type Encoder } from '../support/phantom/codec-encoder.ts';
import { convertFiles, RAW, refusal } from '../support/phantom/convert.ts';
import { encapsulate } from '../support/phantom/encapsulate.ts';
import { SIGNED } from '../support/phantom/encodings.ts';
import { evenHeights, smallScan } from '../support/phantom/slices.ts';
import { changedFiles, text, withElements, withoutElement } from '../support/phantom/variants.ts';
import { dicomFiles, type NamedFile } from '../support/phantom/zip.ts';

/** Of the surface at 226 HU: the ball's HU fall by 400 a mm and are 300 at 15 mm. */
const BALL_CM3 = ((4 / 3) * Math.PI * (15 + 74 / 400) ** 3) / 1000;

/** By how much the ball's volume is off, percent, and what was warned of; bone from 226 HU on unless told otherwise. */
async function ballError(files: NamedFile[], parameters = {}) {
  const { manifest } = await convertFiles(files, { ...RAW, ...parameters });
  const error = Math.abs(100 * ((manifest.meshes[0]?.volumeCm3 ?? 0) / BALL_CM3 - 1));
  return { error, warnings: manifest.warnings };
}

/** The scan with its HU stored in another way. */
function stored(
  convert: (hu: number, i: number) => number,
  changes: Partial<CtSlice> = {},
  kind: 16 | 8 = 16,
): CtSlice[] {
  return smallScan().map((slice) => {
    const pixels = kind === 16 ? new Uint16Array(slice.pixels.length) : new Uint8Array(slice.pixels.length);
    for (const [i, hu] of slice.pixels.entries()) pixels[i] = convert(hu, i);
    return { ...slice, ...changes, pixels };
  });
}

function isCorner(i: number): boolean {
  return i % 48 < 5;
}

function above(hu: number): number {
  return Math.max(0, hu + 1024);
}

function word(tag: number, value: number): Element {
  return { tag, vr: 'US', value };
}

describe('values that are not HU', () => {
  const without = (...tags: number[]): NamedFile[] =>
    changedFiles(stored(above, { intercept: -1024 }), (file) => tags.reduce(withoutElement, file));
  const of = (elements: Element[], changes: Partial<CtSlice> = {}): NamedFile[] =>
    dicomFiles(withElements(stored(above, { intercept: -1024, ...changes }), () => elements));

  test.each<[string, NamedFile[], string]>([
    ['without slope and intercept', without(0x00281052, 0x00281053), 'RescaleSlope'],
    ['without an intercept', without(0x00281052), 'RescaleIntercept'],
    ['with an empty intercept', of([text(0x00281052, 'DS', '')]), 'RescaleIntercept'],
    [
      'of 8 bits without a scale',
      changedFiles(
        stored((hu) => above(hu) / 12, {}, 8),
        (file) => withoutElement(withoutElement(file, 0x00281052), 0x00281053),
      ),
      'RescaleSlope',
    ],
    ['of atomic numbers', of([text(0x00281054, 'LO', 'Z_EFF')]), 'Z_EFF'],
    ['of electron densities', of([text(0x00281054, 'LO', 'EDW')]), 'EDW'],
    [
      'called a map of atomic numbers',
      of([text(0x00080008, 'CS', 'DERIVED\\PRIMARY\\AXIAL\\EFF_ATOMIC_NUM')]),
      'EFF_ATOMIC_NUM',
    ],
    [
      'that no scan measures',
      dicomFiles(stored((hu, i) => (isCorner(i) ? 63_536 : above(hu)), { intercept: -1024 })),
      '32767',
    ],
  ])('%s are refused, and go on with own thresholds and a warning', async (_name, files, cause) => {
    const error = await refusal(convertFiles(files));
    expect(error).toMatchObject({ code: 'NOT_HOUNSFIELD', retryable: false });
    expect(error.message).toContain(cause);
    expect(error.message).toMatch(/unidades Hounsfield.*umbral_min/);
    const { manifest } = await convertFiles(files, { ...RAW, umbralMin: 100 });
    expect(manifest.warnings.join()).toMatch(/no está en unidades HU|ninguna tomografía mide/);
  });

  test('give way to a series in HU, were they more', async () => {
    const map = smallScan({ seriesUid: '2.25.71', heights: evenHeights(60, 0.75) }).map((slice) => ({
      ...slice,
      studyUid: '2.25.70',
      extra: [text(0x00281054, 'LO', 'Z_EFF')],
    }));
    const hu = smallScan({ seriesUid: '2.25.72' }).map((slice) => ({ ...slice, studyUid: '2.25.70' }));
    const { manifest } = await convertFiles([...dicomFiles(map, {}, 'a'), ...dicomFiles(hu, {}, 'b')], RAW);
    expect(manifest.series.slices).toBe(30);
    expect(manifest.otherSeries).toMatchObject([{ slices: 60, reason: 'no está en HU (Z_EFF)' }]);
  });

  test('give way where only the pixels show it', async () => {
    const padded = stored((hu, i) => (isCorner(i) ? 63_536 : above(hu)), { intercept: -1024 }).map((slice) => ({
      ...slice,
      studyUid: '2.25.70',
    }));
    const hu = smallScan({ seriesUid: '2.25.72', heights: evenHeights(20, 2) }).map((slice) => ({
      ...slice,
      studyUid: '2.25.70',
    }));
    const { manifest } = await convertFiles([...dicomFiles(padded, {}, 'a'), ...dicomFiles(hu, {}, 'b')], RAW);
    expect(manifest.series.slices).toBe(20);
    expect(manifest.warnings.join()).toContain('no se usa');
  });
});

describe('values that are HU', () => {
  test.each<[string, Element[]]>([
    ['of a slope and intercept with commas', [text(0x00281052, 'DS', '-1024,0'), text(0x00281053, 'DS', '1,000')]],
    ['of a slope and intercept with exponents', [text(0x00281052, 'DS', '-1.024E3'), text(0x00281053, 'DS', '1e0')]],
    ['of a unit in small letters', [text(0x00281054, 'LO', 'hu ')]],
    [
      'of doubles',
      [
        { tag: 0x00281052, vr: 'FD', value: -1024 },
        { tag: 0x00281053, vr: 'FD', value: 1 },
      ],
    ],
  ])('%s are read', async (_name, elements) => {
    const slices = withElements(stored(above, { intercept: -1024 }), () => elements);
    expect(await ballError(dicomFiles(slices))).toEqual({ error: expect.closeTo(0, 0), warnings: [] });
  });

  test.each<[string, number, 'US' | 'SS', (hu: number) => number]>([
    ['to HU, signed', 0, 'SS', (hu) => hu],
    ['from above zero', 24, 'US', (hu) => hu],
  ])('of a table (%s) instead of slope and intercept are read', async (_name, first, vr, value) => {
    const table = Int16Array.from({ length: 3000 }, (_, i) => value(i + first - 1024));
    const item: Element[] = [
      { tag: 0x00283002, vr, value: new Uint8Array(Uint16Array.of(table.length, first, 16).buffer) },
      text(0x00283004, 'LO', 'HU'),
      { tag: 0x00283006, vr: 'OW', value: new Uint8Array(table.buffer) },
    ];
    const slices = withElements(stored(above), () => [{ tag: 0x00283000, vr: 'SQ', value: [item] }]);
    const files = changedFiles(slices, (file) => withoutElement(withoutElement(file, 0x00281052), 0x00281053));
    expect((await ballError(files)).error).toBeLessThan(1);
  });

  test('without air are warned of', async () => {
    const slices = smallScan().map((slice) => ({ ...slice, pixels: slice.pixels.map((hu) => Math.max(0, hu)) }));
    expect((await ballError(dicomFiles(slices))).warnings.join()).toContain('no parecen unidades Hounsfield');
  });
});

describe('padding and stored bits', () => {
  const twelve = (convert: (hu: number, i: number) => number, changes: Partial<CtSlice> = {}): CtSlice[] =>
    stored(convert, { intercept: -1024, bitsStored: 12, ...changes });
  const corner = (padding: number) => (hu: number, i: number) => (isCorner(i) ? padding : above(hu) & 0xfff);

  test.each<[string, CtSlice[]]>([
    ['beyond the stored bits', twelve(corner(63_536), { padding: 63_536 })],
    [
      'beyond the stored bits, signed',
      twelve((hu, i) => (isCorner(i) ? 0x8000 : hu & 0xfff), { padding: 0x8000, intercept: 0, extra: [SIGNED] }),
    ],
    ['beyond the stored bits, a negative number without a tag', twelve(corner(63_536))],
    ['within the stored bits', twelve(corner(4095), { padding: 4095 })],
  ])('%s is air', async (_name, slices) => {
    expect((await ballError(dicomFiles(slices))).error).toBeLessThan(1);
  });

  test.each<[string, (hu: number) => number, number]>([
    ['in the low bits, though the highest is said to be 15', above, 15],
    ['in the upper bits, as the highest bit of 15 says', (hu) => above(hu) << 4, 15],
    ['in the upper bits, though the highest is said to be 11', (hu) => above(hu) << 4, 11],
    ['in the low bits, though the highest is said to be 12', above, 12],
    ['in the low bits, though the highest is said to be 7', above, 7],
  ])('values %s are found', async (_name, convert, highBit) => {
    const slices = withElements(twelve(convert), () => [word(0x00280102, highBit)]);
    expect((await ballError(dicomFiles(slices))).error).toBeLessThan(1);
  });

  test.each<[string, Encoder, string]>([
    ['JPEG 2000', 'EncodeJpeg2000', '1.2.840.10008.1.2.4.91'],
    ['HTJ2K', 'EncodeHtJpeg2000', '1.2.840.10008.1.2.4.203'],
  ])('lossy values of %s beyond the stored bits stay the greatest', async (_name, encoder, transferSyntax) => {
    const slices = stored((hu) => Math.min(1023, above(hu) / 2), { slope: 2, intercept: -1024, bitsStored: 10 });
    const files = await Promise.all(
      slices.map(async (slice, i) => {
        const { rows, columns, pixels: values } = slice;
        const plane = { rows, columns, bitsStored: 12, signed: false, values };
        const pixels = encapsulate([await compress(encoder, plane, { lossy: true, rate: 6 })]);
        const form = { compressed: { transferSyntax, frame: new Uint8Array(0) } };
        return { name: `l/${i}`, bytes: encodeCtSlice({ ...slice, extra: [pixels] }, form) };
      }),
    );
    expect((await ballError(files)).error).toBeLessThan(2);
  });
});

describe('geometry that deserves a look', () => {
  test('a pixel size that contradicts the reconstructed field', async () => {
    const files = (diameter: string): NamedFile[] =>
      dicomFiles(withElements(smallScan(), () => [text(0x00181100, 'DS', diameter)]));
    expect((await ballError(files('48'))).warnings).toEqual([]);
    expect((await ballError(files('43.2'))).warnings.join()).toContain('contradice el campo reconstruido');
  });

  test('slices much thicker than pixels', async () => {
    const thick = smallScan({ heights: evenHeights(10, 4), thickness: 4 });
    expect((await ballError(dicomFiles(thick))).warnings.join()).toContain(
      'mucho más gruesos (4 mm) que los píxeles (1 mm)',
    );
  });
});
