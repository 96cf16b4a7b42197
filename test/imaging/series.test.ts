// @module-tag heavy
import { encodeCtSlice } from '@som3d/client/sample';
import { describe, expect, test } from 'vitest';
import { convertFiles, RAW, refusal } from '../support/phantom/convert.ts';
import { evenHeights, smallScan } from '../support/phantom/slices.ts';
import { dicomFiles, type NamedFile } from '../support/phantom/zip.ts';

const FINE = '2.25.11';
const COARSE = '2.25.12';
const SAGITTAL = '2.25.13';

function textFile(name: string, content: string): NamedFile {
  return { name, bytes: new TextEncoder().encode(content) };
}

function study(): NamedFile[] {
  const coarse = smallScan({ heights: evenHeights(12, 4), seriesUid: COARSE, seriesNumber: 2 });
  const fine = smallScan({ seriesUid: FINE, seriesNumber: 3 });
  const sagittal = smallScan({ heights: evenHeights(45, 1), seriesUid: SAGITTAL, seriesNumber: 4 }).map((slice, k) => ({
    ...slice,
    position: [k - 22, -24, 22] as const,
    rowDirection: [0, 1, 0] as const,
    columnDirection: [0, 0, -1] as const,
  }));
  const localizer = smallScan({ heights: [0], seriesUid: '2.25.14' }).map((slice) => ({
    ...slice,
    imageType: 'ORIGINAL\\PRIMARY\\LOCALIZER',
  }));
  return [
    textFile('LEEME.txt', 'Estudio de ensayo'),
    textFile('__MACOSX/._I0', 'nothing'),
    textFile('vacio', ''),
    ...dicomFiles(localizer, {}, 'loc'),
    ...dicomFiles(coarse, {}, 'a'),
    ...dicomFiles(sagittal, {}, 'b'),
    ...dicomFiles(fine, {}, 'c'),
  ];
}

describe('a ZIP with several series', () => {
  test('takes the axial one with most slices, lists the others, says what it skipped', async () => {
    const { manifest, log } = await convertFiles(study(), { umbralMin: 300, ...RAW });
    expect(manifest.series).toMatchObject({
      number: 3,
      modality: 'CT',
      slices: 30,
      columns: 48,
      rows: 44,
      tiltDegrees: 0,
    });
    expect(manifest.otherSeries.map(({ number, slices, reason }) => ({ number, slices, reason }))).toEqual([
      { number: 2, slices: 12, reason: 'tiene menos cortes' },
      { number: 4, slices: 45, reason: 'no es axial' },
    ]);
    const skipped = new Map(manifest.skipped.map(({ reason, files }) => [reason, files]));
    expect(skipped).toEqual(
      new Map([
        ['archivos que no son DICOM', 1],
        ['archivos del sistema (__MACOSX y similares)', 1],
        ['archivos vacíos', 1],
        ['localizadores', 1],
      ]),
    );
    expect(log).toContain('Archivos omitidos, localizadores: 1.');
  });

  test.each([
    ['its number', '2'],
    ['its SeriesInstanceUID', COARSE],
  ])('takes another by %s', async (_how, serie) => {
    const { manifest } = await convertFiles(study(), { umbralMin: 300, serie, ...RAW });
    expect(manifest.series).toMatchObject({ number: 2, slices: 12 });
  });

  test('refuses a series that is not there and names those that are', async () => {
    const error = await refusal(convertFiles(study(), { serie: '99' }));
    expect(error).toMatchObject({ code: 'SERIES_NOT_FOUND', retryable: false });
    expect(error.message).toContain('3, 2, 4');
  });

  test('keeps slices of another size or spacing apart', async () => {
    const odd = smallScan({ heights: evenHeights(5, 1), columns: 50 });
    const { manifest } = await convertFiles([...dicomFiles(smallScan()), ...dicomFiles(odd, {}, 'otra')], {
      umbralMin: 300,
      ...RAW,
    });
    expect(manifest.series).toMatchObject({ slices: 30, columns: 48 });
    expect(manifest.otherSeries).toHaveLength(1);
  });
});

describe('what is no CT', () => {
  const magnetic = smallScan().map((slice) => ({ ...slice, modality: 'MR' }));

  test('is refused by its name', async () => {
    const error = await refusal(convertFiles(dicomFiles(magnetic)));
    expect(error).toMatchObject({ code: 'NOT_CT', retryable: false });
    expect(error.message).toContain('resonancia magnética (MR)');
  });

  test('is accepted with a threshold of its own if it is MR', async () => {
    const { manifest } = await convertFiles(dicomFiles(magnetic), { umbralMin: 300, ...RAW });
    expect(manifest.series.modality).toBe('MR');
    expect(manifest.meshes).toHaveLength(1);
  });

  test('is named even without a position in space', async () => {
    const [slice] = smallScan({ heights: [0] });
    if (slice === undefined) throw new Error('no slice');
    const extra = [{ tag: 0x00200032, vr: 'DS', value: '' }];
    const error = await refusal(
      convertFiles([{ name: 'torax', bytes: encodeCtSlice({ ...slice, modality: 'CR', extra }) }]),
    );
    expect(error.message).toContain('radiografía (CR)');
  });

  test('is refused where there are only localizers', async () => {
    const localizers = smallScan().map((slice) => ({ ...slice, imageType: 'ORIGINAL\\PRIMARY\\LOCALIZER' }));
    const error = await refusal(convertFiles(dicomFiles(localizers)));
    expect(error).toMatchObject({ code: 'NO_IMAGES' });
    expect(error.message).toContain('solo contiene localizadores');
  });
});
