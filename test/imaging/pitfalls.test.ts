// @module-tag heavy
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeCtSlice, encodeFile, type CtSlice, type Element } from '@som3d/client/sample';
import { describe, expect, test } from 'vitest';
import { compress } from '../support/phantom/codec-encoder.ts';
import { convertFiles, convertZip, RAW, refusal, temporaryDirectory } from '../support/phantom/convert.ts';
import { encapsulate, enhancedFile, type Encapsulation } from '../support/phantom/encapsulate.ts';
import { deflated, SIGNED } from '../support/phantom/encodings.ts';
import { rawZip, zip64 } from '../support/phantom/raw-zip.ts';
import { evenHeights, smallScan } from '../support/phantom/slices.ts';
import { dicomFiles, type NamedFile } from '../support/phantom/zip.ts';

const THRESHOLD = { umbralMin: 300, ...RAW };
const BALL_CM3 = ((4 / 3) * Math.PI * 15 ** 3) / 1000;
const JPEG_LS = '1.2.840.10008.1.2.4.80';

/** By how much the ball's volume is off, percent. */
async function ballError(files: NamedFile[]): Promise<number> {
  const { manifest } = await convertFiles(files, THRESHOLD);
  return Math.abs(100 * ((manifest.meshes[0]?.volumeCm3 ?? 0) / BALL_CM3 - 1));
}

function text(tag: number, vr: string, value: string): Element {
  return { tag, vr, value };
}

/** A DICOM object that is no slice. */
function object(name: string, elements: Element[]): NamedFile {
  return { name, bytes: encodeFile(elements, '2.25.5') };
}

function rgb(name: string): NamedFile {
  const [slice] = smallScan({ heights: [0] });
  if (slice === undefined) throw new Error('no slice');
  const samples: Element = { tag: 0x00280002, vr: 'US', value: 3 };
  return { name, bytes: encodeCtSlice({ ...slice, photometric: 'RGB', modality: 'OT', extra: [samples] }) };
}

/** A slice without one of its elements: an empty value is as good as none. */
function without(slices: CtSlice[], tag: number, vr: string): NamedFile[] {
  return dicomFiles(slices.map((slice) => ({ ...slice, extra: [{ tag, vr, value: '' }] })));
}

describe('beside the slices', () => {
  test('reports, screenshots, indexes, thumbnails, text and ZIPs are left out and counted', async () => {
    const files = [
      ...dicomFiles(smallScan()),
      object('dosis', [text(0x00080060, 'CS', 'SR'), text(0x0008103e, 'LO', 'Dose Report')]),
      rgb('captura'),
      { name: 'DIRFILE', bytes: Buffer.from('DIRFILE of an old console\n') },
      { name: 'miniatura.jpg', bytes: Buffer.from('ffd8ffe000104a46494600', 'hex') },
      { name: '__MACOSX/serie/._I0', bytes: Buffer.from('Mac OS X') },
      { name: 'Thumbs.db', bytes: Buffer.from('d0cf11e0', 'hex') },
      { name: 'otro.zip', bytes: rawZip([{ name: 'a', bytes: Buffer.from('a') }]) },
      { name: 'vacio.dcm', bytes: new Uint8Array(0) },
    ];
    const { manifest, log } = await convertFiles(files, THRESHOLD);
    expect(manifest.series.slices).toBe(30);
    expect(Object.fromEntries(manifest.skipped.map(({ reason, files: count }) => [reason, count]))).toEqual({
      'objetos DICOM sin imagen': 1,
      'capturas de pantalla o imágenes en color': 1,
      'archivos que no son DICOM': 2,
      'archivos del sistema (__MACOSX y similares)': 2,
      'archivos ZIP dentro del ZIP': 1,
      'archivos vacíos': 1,
    });
    expect(log).toContain('Archivos omitidos, archivos ZIP dentro del ZIP: 1.');
  });

  test('a DICOMDIR is known by its class', async () => {
    const [slice] = smallScan({ heights: [0] });
    const bytes = Buffer.from(encodeCtSlice(slice ?? never()));
    const kind = Buffer.from('1.2.840.10008.5.1.4.1.1.2\0');
    Buffer.from('1.2.840.10008.1.3.10\0\0\0\0\0\0').copy(bytes, bytes.indexOf(kind));
    const { manifest } = await convertFiles([...dicomFiles(smallScan()), { name: 'DICOMDIR', bytes }], THRESHOLD);
    expect(manifest.skipped).toEqual([{ reason: 'índices DICOMDIR', files: 1 }]);
  });

  test('damaged objects are left out: lengths that lie, sequences without end', async () => {
    const opening = Buffer.from('0800401153510000fffffffffeff00e0ffffffff', 'hex');
    const start = encodeFile([text(0x00080008, 'CS', 'ORIGINAL')], '2.25.1');
    const files = [
      ...dicomFiles(smallScan()),
      { name: 'largo', bytes: Buffer.concat([start, Buffer.from('08001200554e0000feffffff', 'hex')]) },
      { name: 'hondo', bytes: Buffer.concat([start, ...Array.from({ length: 50_000 }, () => opening)]) },
    ];
    const { manifest } = await convertFiles(files, THRESHOLD);
    expect(manifest.series.slices).toBe(30);
    expect(manifest.skipped).toEqual([{ reason: 'archivos DICOM dañados', files: 2 }]);
  });
});

describe('several studies in one ZIP', () => {
  const mine = smallScan({ seriesUid: '2.25.31', seriesNumber: 3 });
  const older = smallScan({ seriesUid: '2.25.32', seriesNumber: 3, heights: evenHeights(20, 2) }).map((slice) => ({
    ...slice,
    studyUid: '2.25.320',
  }));
  const files = [...dicomFiles(older, {}, 'b'), ...dicomFiles(mine, {}, 'a')];

  test('stay apart, whatever their series numbers', async () => {
    const { manifest } = await convertFiles(files, THRESHOLD);
    expect(manifest.series).toMatchObject({ number: 3, slices: 30 });
    expect(manifest.otherSeries).toMatchObject([{ number: 3, slices: 20 }]);
  });

  test('are chosen from by SeriesInstanceUID; a number of several is warned of', async () => {
    const chosen = await convertFiles(files, { ...THRESHOLD, serie: '2.25.32' });
    expect(chosen.manifest.series.slices).toBe(20);
    expect(chosen.manifest.warnings).toEqual([]);
    const numbered = await convertFiles(files, { ...THRESHOLD, serie: '3' });
    expect(numbered.manifest.series.slices).toBe(30);
    expect(numbered.manifest.warnings).toEqual([
      'Varias series tienen el número indicado: se convierte la mejor de ellas.',
    ]);
  });
});

describe('acquisitions', () => {
  const acquisition = (number: number): Element => text(0x00200012, 'IS', String(number));
  const of = (slices: CtSlice[], number: number): CtSlice[] =>
    slices.map((slice) => ({ ...slice, extra: [acquisition(number)] }));
  const blank = (slices: CtSlice[]): CtSlice[] =>
    slices.map((slice) => ({ ...slice, pixels: slice.pixels.map(() => -1000) }));

  test('over the same place in one series are not mixed', async () => {
    const shifted = blank(smallScan({ heights: evenHeights(30, 1.5).map((z) => z + 0.7) }));
    const mixed = [of(smallScan(), 1), of(shifted, 2)].flatMap((slices, a) =>
      slices.map((slice, k) => ({ slice, order: 2 * k + a })),
    );
    const slices = mixed.toSorted((a, b) => a.order - b.order).map(({ slice }) => slice);
    const { manifest } = await convertFiles(dicomFiles(slices), THRESHOLD);
    expect(manifest.series).toMatchObject({ slices: 30, duplicatesDropped: 0 });
    expect(manifest.otherSeries).toMatchObject([{ slices: 30, reason: 'otra adquisición de la misma serie' }]);
    expect(manifest.meshes[0]?.volumeCm3).toBeCloseTo(BALL_CM3, 0);
  });

  test('at the very same places with other pixels are not mixed', async () => {
    const files = [...dicomFiles(of(blank(smallScan()), 2), {}, 'b'), ...dicomFiles(of(smallScan(), 1), {}, 'a')];
    expect(await ballError(files)).toBeLessThan(1);
  });

  test('one behind the other are one scan', async () => {
    const slices = smallScan().map((slice, k) => ({ ...slice, extra: [acquisition(1 + Math.floor(k / 10))] }));
    const { manifest } = await convertFiles(dicomFiles(slices), THRESHOLD);
    expect(manifest.series.slices).toBe(30);
    expect(manifest.otherSeries).toEqual([]);
  });

  test('of one slice each are one scan', async () => {
    const slices = smallScan().map((slice, k) => ({ ...slice, extra: [acquisition(k + 1)] }));
    expect(await ballError(dicomFiles(slices))).toBeLessThan(1);
  });
});

describe('geometry', () => {
  const s = Math.SQRT1_2;
  const turned = (slice: CtSlice, rowDirection: CtSlice['position'], columnDirection: CtSlice['position']): CtSlice => {
    const [x, y, z] = slice.position;
    const normal = cross(rowDirection, columnDirection);
    const at = (i: 0 | 1 | 2): number => x * rowDirection[i] + y * columnDirection[i] + z * (normal[i] ?? 0);
    return { ...slice, rowDirection, columnDirection, position: [at(0), at(1), at(2)] };
  };

  test.each<[string, CtSlice['position'], CtSlice['position']]>([
    ['sagittal', [0, 1, 0], [0, 0, -1]],
    ['coronal', [1, 0, 0], [0, 0, -1]],
    ['oblique', [s, s, 0], [0, 0, -1]],
    ['head first, face down', [-1, 0, 0], [0, -1, 0]],
  ])('%s slices are a ball all the same', async (_plane, row, column) => {
    const slices = smallScan().map((slice) => turned(slice, row, column));
    const { manifest } = await convertFiles(dicomFiles(slices), THRESHOLD);
    const [mesh] = manifest.meshes;
    expect(mesh?.watertight).toBe(true);
    expect(mesh?.volumeCm3).toBeCloseTo(BALL_CM3, 0);
    for (const coordinate of [...(mesh?.boundingBoxMm.min ?? []), ...(mesh?.boundingBoxMm.max ?? [])])
      expect(Math.abs(coordinate)).toBeCloseTo(15, 0);
  });

  test('slices without a position are left out', async () => {
    const [lost, ...rest] = smallScan();
    const files = [
      ...dicomFiles(rest),
      ...without([lost ?? never()], 0x00200032, 'DS').map((f) => ({ ...f, name: 'x' })),
    ];
    const { manifest } = await convertFiles(files, THRESHOLD);
    expect(manifest.series.slices).toBe(29);
    expect(manifest.skipped).toEqual([{ reason: 'imágenes sin posición en el espacio', files: 1 }]);
  });

  test('instance numbers are not needed', async () => {
    expect(await ballError(without(smallScan(), 0x00200013, 'IS'))).toBeLessThan(1);
  });

  test.each(['1e300\\0\\0', 'nan\\0\\0', '1\\2', '', '\\\\'])('a position of “%s” is none', async (position) => {
    const [lost, ...rest] = smallScan();
    const odd = { ...(lost ?? never()), extra: [text(0x00200032, 'DS', position)] };
    const { manifest } = await convertFiles([...dicomFiles(rest), ...dicomFiles([odd], {}, 'x')], THRESHOLD);
    expect(manifest.series.slices).toBe(29);
  });
});

describe('values', () => {
  const withPixels = (
    kind: 'Int8Array' | 'Uint16Array',
    convert: (hu: number) => number,
    rest: Partial<CtSlice>,
  ): CtSlice[] =>
    smallScan().map((slice) => {
      const pixels = kind === 'Int8Array' ? new Int8Array(slice.pixels.length) : new Uint16Array(slice.pixels.length);
      for (const [i, hu] of slice.pixels.entries()) pixels[i] = convert(hu);
      return { ...slice, ...rest, pixels };
    });

  test('of signed 8 bits are read', async () => {
    const slices = withPixels('Int8Array', (hu) => Math.round(hu / 14), { slope: 14 });
    expect(await ballError(dicomFiles(slices))).toBeLessThan(2);
  });

  test('of unsigned 16 bits above 32767 are read', async () => {
    const slices = withPixels('Uint16Array', (hu) => hu + 40_000, { intercept: -40_000 });
    expect(await ballError(dicomFiles(slices))).toBeLessThan(1);
  });

  test('of signed 10 bits in 16 are read', async () => {
    const slices = withPixels('Uint16Array', (hu) => Math.round(hu / 4) & 0x3ff, {
      slope: 4,
      bitsStored: 10,
      extra: [SIGNED],
    });
    expect(await ballError(dicomFiles(slices))).toBeLessThan(2);
  });

  test('in the range of padding are air', async () => {
    const slices = smallScan().map((slice) => {
      const pixels = Int16Array.from(slice.pixels);
      for (let j = 0; j < slice.rows; j++) pixels[j * slice.columns] = 2990 + (j % 11);
      return { ...slice, pixels, padding: 3000, extra: [{ tag: 0x00280121, vr: 'SS', value: 2990 }] };
    });
    expect(await ballError(dicomFiles(slices))).toBeLessThan(1);
  });

  test('of 32 bits are refused by name', async () => {
    const slices = smallScan().map((slice) => ({ ...slice, extra: [{ tag: 0x00280100, vr: 'US', value: 32 }] }));
    const error = await refusal(convertFiles(dicomFiles(slices)));
    expect(error).toMatchObject({ code: 'UNSUPPORTED_PIXELS', retryable: false });
    expect(error.message).toContain('32 bits');
  });
});

describe('other modalities', () => {
  test.each([
    ['PT', 'tomografía por emisión de positrones (PET) (PT)'],
    ['US', 'ecografía (US)'],
    ['CR', 'radiografía (CR)'],
  ])('%s is refused by its name, whatever the threshold', async (modality, name) => {
    const files = dicomFiles(smallScan().map((slice) => ({ ...slice, modality })));
    for (const parameters of [{}, THRESHOLD]) {
      const error = await refusal(convertFiles(files, parameters));
      expect(error).toMatchObject({ code: 'NOT_CT', retryable: false });
      expect(error.message).toContain(name);
    }
  });
});

describe('private and odd elements', () => {
  test('of undefined length and deep sequences before the pixels are passed over', async () => {
    let nested: Element[] = [text(0x00080100, 'SH', 'FONDO')];
    for (let depth = 0; depth < 60; depth++) nested = [{ tag: 0x00081140, vr: 'SQ', value: [nested] }];
    const extra: Element[] = [
      ...nested,
      text(0x00090010, 'LO', 'ACME'),
      { tag: 0x00091001, vr: 'UN', value: Buffer.alloc(5000, 7) },
      { tag: 0x00091002, vr: 'UN', value: Buffer.from('feffdde000000000', 'hex'), undefinedLength: true },
    ];
    expect(await ballError(dicomFiles(smallScan().map((slice) => ({ ...slice, extra }))))).toBeLessThan(1);
  });

  test.each([
    ['Latin-1', 'T\u00f3rax', Buffer.from('T\u00f3rax ', 'latin1')],
    ['UTF-8', 'T\u00f3rax', Buffer.from('T\u00f3rax')],
  ])('descriptions in %s are told right', async (_name, expected, value) => {
    const extra: Element[] = [{ tag: 0x0008103e, vr: 'LO', value }];
    const { manifest } = await convertFiles(dicomFiles(smallScan().map((slice) => ({ ...slice, extra }))), THRESHOLD);
    expect(manifest.series.description).toBe(expected);
  });
});

describe('ZIPs', () => {
  const entries = (): { name: string | Buffer; bytes: Buffer }[] =>
    dicomFiles(smallScan()).map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes) }));

  test.each([
    ['UTF-8', (i: number) => Buffer.from(`Peñón ${i}/imagen.dcm`)],
    ['Latin-1', (i: number) => Buffer.from(`Pe\u00f1\u00f3n ${i}/imagen.dcm`, 'latin1')],
    ['no order at all', (i: number) => Buffer.from([0xff, 0xfe, 0x80 + i, 0x01])],
  ])('with names in %s are read', async (_name, nameOf) => {
    const path = join(await temporaryDirectory(), 'names.zip');
    await writeFile(path, rawZip(entries().map((entry, i) => ({ ...entry, name: nameOf(i) }))));
    const { manifest } = await convertZip(path, THRESHOLD);
    expect(manifest.series.slices).toBe(30);
  });

  test('of the 64-bit kind are read', async () => {
    const path = join(await temporaryDirectory(), 'zip64.zip');
    await writeFile(path, zip64(rawZip(entries())));
    expect((await convertZip(path, THRESHOLD)).manifest.series.slices).toBe(30);
  });

  test('of the 64-bit kind that lie about their places are refused', async () => {
    const path = join(await temporaryDirectory(), 'zip64.zip');
    const bytes = zip64(rawZip(entries()));
    bytes.writeBigUInt64LE(2n ** 52n, bytes.length - 22 - 20 - 56 + 48);
    await writeFile(path, bytes);
    expect((await refusal(convertZip(path))).code).toBe('ZIP_TRUNCATED');
  });

  test('whose one deflated data set expands without end are read no further than needed', async () => {
    const [slice] = smallScan({ heights: [0] });
    const trailing: Element = { tag: 0x7ff10010, vr: 'UN', value: Buffer.alloc(60_000_000) };
    const bytes = deflated(encodeCtSlice({ ...(slice ?? never()), seriesUid: '2.25.77', extra: [trailing] }));
    expect(bytes.length).toBeLessThan(100_000);
    const { manifest } = await convertFiles([...dicomFiles(smallScan()), { name: 'bomba', bytes }], THRESHOLD);
    expect(manifest.series.slices).toBe(30);
  });
});

describe('encapsulated pixels', () => {
  const slices = smallScan().map((slice) => ({ ...slice, pixels: Int16Array.from(slice.pixels) }));
  const streams = (): Promise<Uint8Array[]> =>
    Promise.all(
      slices.map(({ rows, columns, pixels }) =>
        compress('EncodeJpegLs', { rows, columns, bitsStored: 16, signed: true, values: pixels }),
      ),
    );

  test.each<[string, Encapsulation]>([
    ['a fragment each', {}],
    ['a table', { table: true }],
    ['a table and three fragments each', { table: true, fragments: 3 }],
    ['three fragments each and no table', { fragments: 3 }],
    ['no end of the sequence', { open: true }],
  ])('of many frames with %s are read', async (_how, encapsulation) => {
    const pixels = encapsulate(await streams(), encapsulation);
    const bytes = enhancedFile(slices, { compressed: { transferSyntax: JPEG_LS, pixels } });
    expect(await ballError([{ name: 'enhanced', bytes }])).toBeLessThan(1);
  });

  test('of one frame in fragments, some of odd streams, are read', async () => {
    const frames = await streams();
    expect(frames.some((frame) => frame.length % 2 === 1)).toBe(true);
    const files = slices.map((slice, i) => ({
      name: `f/${i}`,
      bytes: encodeCtSlice(
        { ...slice, extra: [encapsulate(frames.slice(i, i + 1), { fragments: 4, table: i % 2 === 0 })] },
        { compressed: { transferSyntax: JPEG_LS, frame: new Uint8Array(0) } },
      ),
    }));
    expect(await ballError(files)).toBeLessThan(1);
  });

  test.each([
    ['frames that are not there', (frames: Uint8Array[]) => frames.slice(0, 20)],
    ['more frames than said', (frames: Uint8Array[]) => [...frames, ...frames.slice(0, 3)]],
    ['no frame', () => []],
  ])('with %s are refused', async (_how, change) => {
    const pixels = encapsulate(change(await streams()), { table: true });
    const bytes = enhancedFile(slices, { compressed: { transferSyntax: JPEG_LS, pixels } });
    expect((await refusal(convertFiles([{ name: 'enhanced', bytes }]))).code).toBe('CORRUPT_PIXELS');
  });

  test('in a file that says it is not compressed are refused, not shown as noise', async () => {
    const frames = slices.map(({ pixels }) => new Uint8Array(pixels.buffer));
    const files = slices.map((slice, i) => ({
      name: `f/${i}`,
      bytes: encodeCtSlice({ ...slice, extra: [encapsulate(frames.slice(i, i + 1))] }),
    }));
    expect((await refusal(convertFiles(files))).code).toBe('CORRUPT_PIXELS');
  });
});

function cross(u: CtSlice['position'], v: CtSlice['position']): number[] {
  return [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
}

function never(): never {
  throw new Error('the phantom has no slice');
}
