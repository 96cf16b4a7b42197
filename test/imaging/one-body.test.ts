// @module-tag heavy
import type { CtSlice, Element } from '@som3d/client/sample';
import { describe, expect, test } from 'vitest';
import { convertFiles, RAW, refusal } from '../support/phantom/convert.ts';
import { enhancedFile } from '../support/phantom/encapsulate.ts';
import { evenHeights, smallScan } from '../support/phantom/slices.ts';
import {
  changedFiles,
  shiftedScan,
  shuffled,
  text,
  withElements,
  withoutElement,
} from '../support/phantom/variants.ts';
import { dicomFiles, type NamedFile } from '../support/phantom/zip.ts';

const THRESHOLD = { umbralMin: 300, ...RAW };
const SHIFT_MM = 7;

/** Converts and asserts that the model is the ball at one of its places and not two of them in one. */
async function oneBall(files: NamedFile[], parameters = {}) {
  const converted = await convertFiles(files, { ...THRESHOLD, ...parameters });
  const box = converted.manifest.meshes[0]?.boundingBoxMm ?? { min: [0, 0, 0], max: [0, 0, 0] };
  for (const axis of [0, 1, 2] as const) expect(box.max[axis] - box.min[axis]).toBeCloseTo(30, 0);
  const centre = (box.max[0] + box.min[0]) / 2;
  expect(Math.min(Math.abs(centre), Math.abs(centre - SHIFT_MM))).toBeLessThan(0.5);
  expect(converted.manifest.series.slices).toBe(30);
  return { ...converted, centre };
}

/** Two scans of one series in one place, their files mixed. */
function twice(first: (i: number) => Element[], second: (i: number) => Element[], offset = 0): NamedFile[] {
  const heights = evenHeights(30, 1.5);
  const still = withElements(smallScan({ thickness: 1.5 }), first);
  const moved = withElements(
    shiftedScan(SHIFT_MM, { heights: heights.map((z) => z + offset), thickness: 1.5 }),
    (i) => [text(0x00080018, 'UI', `2.25.9.${i}`), ...second(i)],
  );
  return shuffled([...dicomFiles(still, {}, 'a'), ...dicomFiles(moved, {}, 'b')], 5);
}

/** A time of day: seconds go on with the slices. */
function clock(minutes: number, i: number): string {
  return `10${String(minutes).padStart(2, '0')}${(10 + i * 0.4).toFixed(3)}`;
}

describe('two times in one series are two bodies', () => {
  test.each<[string, (time: 0 | 1, i: number) => Element]>([
    ['TemporalPositionIdentifier', (time) => text(0x00200100, 'IS', String(time + 1))],
    ['a temporal position that counts all images', (time, i) => text(0x00200100, 'IS', String(30 * time + i))],
    ['NominalPercentageOfCardiacPhase', (time) => ({ tag: 0x00209241, vr: 'FD', value: 30 + 45 * time })],
    ['TriggerTime', (time) => text(0x00181060, 'DS', String(300 + 450 * time))],
    ['a TriggerTime that is not even', (time, i) => text(0x00181060, 'DS', String(300 + 450 * time + (i % 5)))],
    ['AcquisitionNumber', (time) => text(0x00200012, 'IS', String(time + 1))],
    ['AcquisitionTime', (time, i) => text(0x00080032, 'TM', clock(15 + 4 * time, i))],
    ['AcquisitionDateTime', (time, i) => text(0x0008002a, 'DT', `20260101${clock(15 + 4 * time, i)}`)],
    ['ContentTime', (time, i) => text(0x00080033, 'TM', clock(15 + 4 * time, i))],
    [
      'ContentTime without a pause',
      (time, i) => text(0x00080033, 'TM', `1015${(10 + 0.5 * (30 * time + i)).toFixed(1)}`),
    ],
    ['InstanceNumber alone', (time, i) => text(0x00200013, 'IS', String(30 * time + i + 1))],
    ['KVP', (time) => text(0x00180060, 'DS', String(80 + 60 * time))],
  ])('told by %s', async (_name, element) => {
    const number = (i: number): Element => text(0x00200013, 'IS', String(i + 1));
    const { manifest } = await oneBall(
      twice(
        (i) => [number(i), element(0, i)],
        (i) => [number(i), element(1, i)],
      ),
    );
    expect(manifest.warnings.join()).toMatch(/Cortes de la serie elegida que quedan fuera: 30, /);
    expect(manifest.otherSeries).toMatchObject([{ slices: 30 }]);
  });

  test('told by the index of the frames of an enhanced object, in no order', async () => {
    const frames = twiceAsFrames((time) => [{ tag: 0x00209128, vr: 'UL', value: time + 1 }]);
    const { manifest } = await oneBall([{ name: 'enhanced', bytes: frames }]);
    expect(manifest.warnings.join()).toContain('30, otra posición temporal');
  });

  test.each([
    ['half a step', 0.75, true],
    ['a third of a step', 0.5, false],
  ])('in lattices %s apart', async (_name, offset, timed) => {
    const time =
      (minutes: number) =>
      (i: number): Element[] =>
        timed ? [text(0x00080032, 'TM', clock(minutes, i))] : [];
    const { manifest } = await oneBall(twice(time(15), time(19), offset));
    expect(manifest.warnings.join()).toMatch(/quedan fuera: 30, otra pasada/);
  });

  test('is refused where nothing says which slices belong together', async () => {
    const number = (i: number): Element[] => [text(0x00200013, 'IS', String((i * 7) % 31))];
    const error = await refusal(
      convertFiles(
        twice(number, (i) => [text(0x00200013, 'IS', String((i * 11) % 31))]),
        THRESHOLD,
      ),
    );
    expect(error.code).toBe('SLICES_AMBIGUOUS');
    expect(error.message).toContain('30 posiciones');
  });

  test.each<[string, (i: number) => Element[]]>([
    ['frame of reference', (i) => [text(0x00200052, 'UI', i < 18 ? '2.25.1' : '2.25.2')]],
    ['kernel', (i) => [text(0x00181210, 'SH', i < 18 ? 'B30f' : 'B70f')]],
    ['study', (i) => [text(0x0020000d, 'UI', i < 18 ? '2.25.1' : '2.25.2')]],
  ])('slices of another %s do not go into one volume, whatever the series says', async (what, elements) => {
    const files = dicomFiles(withElements(smallScan(), elements));
    const { manifest } = await convertFiles(files, THRESHOLD);
    expect(manifest.series.slices).toBe(18);
    expect(manifest.warnings.join()).toMatch(what === 'study' ? /2 estudios del paciente/ : /quedan fuera: 12, /);
  });
});

describe('small differences tear no series apart', () => {
  test.each<[string, (slice: CtSlice, i: number) => CtSlice]>([
    [
      'DERIVED on some slices',
      (slice, i) => ({ ...slice, imageType: i < 9 ? 'DERIVED\\SECONDARY\\AXIAL' : 'ORIGINAL\\PRIMARY\\AXIAL' }),
    ],
    [
      'a pixel size with other digits',
      (slice, i) => ({ ...slice, spacing: i % 2 === 0 ? slice.spacing : { x: 1.0002, y: 1.0002 } }),
    ],
    [
      'AcquisitionNumber that alternates',
      (slice, i) => ({ ...slice, extra: [text(0x00200012, 'IS', String(1 + (i % 2)))] }),
    ],
    ['a time of its own in each slice', (slice, i) => ({ ...slice, extra: [text(0x00080032, 'TM', clock(15, i))] })],
    [
      'a temporal position that counts slices',
      (slice, i) => ({ ...slice, extra: [text(0x00200100, 'IS', String(i + 1))] }),
    ],
    [
      'a trigger time of its own in each step',
      (slice, i) => ({ ...slice, extra: [text(0x00181060, 'DS', String(400 + 90 * Math.floor(i / 10)))] }),
    ],
    [
      'a kernel or frame of reference that some leave out',
      (slice, i) => ({
        ...slice,
        extra: i % 3 === 0 ? [] : [text(0x00181210, 'SH', 'B30f'), text(0x00200052, 'UI', '2.25.3')],
      }),
    ],
    [
      'a name that some leave out',
      (slice, i) => ({ ...slice, extra: [text(0x00100010, 'PN', i % 2 === 0 ? '' : 'phantom^SOM3D ')] }),
    ],
    ['a series of its own for each slice', (slice, i) => ({ ...slice, studyUid: '2.25.1', seriesUid: `2.25.4.${i}` })],
  ])('%s', async (_name, change) => {
    const { manifest } = await oneBall(dicomFiles(smallScan({ thickness: 1.5 }).map(change)));
    expect(manifest.otherSeries).toEqual([]);
    expect(manifest.warnings).toEqual([]);
  });
});

describe('the best series', () => {
  const study = { studyUid: '2.25.50' };
  const series = (
    seriesUid: string,
    changes: Partial<CtSlice>,
    scan: Parameters<typeof smallScan>[0] = {},
  ): CtSlice[] => smallScan({ seriesUid, ...scan }).map((slice) => ({ ...slice, ...study, ...changes }));

  test('is a volume before it is original or axial', async () => {
    const monitoring = series('2.25.51', {}, { heights: [0, 3] });
    const derived = series('2.25.52', { imageType: 'DERIVED\\SECONDARY\\AXIAL' });
    const { manifest } = await oneBall([...dicomFiles(monitoring, {}, 'a'), ...dicomFiles(derived, {}, 'b')]);
    expect(manifest.series.seriesInstanceUid).toBe('2.25.52');
  });

  test('is of the newest study of a patient, and that is said', async () => {
    const old = series(
      '2.25.53',
      { studyUid: '2.25.8', extra: [text(0x00080020, 'DA', '20200301')] },
      { heights: evenHeights(40, 1) },
    );
    const { manifest } = await oneBall([...dicomFiles(old, {}, 'a'), ...dicomFiles(series('2.25.54', {}), {}, 'b')]);
    expect(manifest.warnings).toEqual([
      'El ZIP contiene 2 estudios del paciente: se convierte la mejor serie del más reciente, del 01/01/2026.',
    ]);
    expect(manifest.otherSeries).toMatchObject([{ studyDate: '2020-03-01', reason: 'otro estudio' }]);
  });

  test('does not depend on the order in the ZIP, nor on UIDs', async () => {
    const chosen = new Set<string | undefined>();
    for (const seed of [1, 2, 3, 4]) {
      const soft = series(`2.25.6${seed}`, { extra: [text(0x00181210, 'SH', 'B30f')] });
      const sharp = series(`2.25.6${9 - seed}`, {
        extra: [text(0x00181210, 'SH', 'B70f')],
        seriesDescription: 'SHARP',
      });
      const { manifest } = await convertFiles(
        shuffled([...dicomFiles(soft, {}, 'a'), ...dicomFiles(sharp, {}, 'b')], seed),
        THRESHOLD,
      );
      chosen.add(manifest.series.description);
    }
    expect(chosen).toEqual(new Set(['PHANTOM']));
  });

  test('is of single frames, not their copy in a multi-frame object', async () => {
    const singles = series('2.25.55', {});
    const copy = enhancedFile(series('2.25.56', { spacing: { x: 0.5, y: 0.5 } }, { heights: evenHeights(30, 1) }), {
      elements: [text(0x0020000d, 'UI', study.studyUid), ...patientElements()],
    });
    const { manifest } = await oneBall([{ name: 'copia', bytes: copy }, ...dicomFiles(singles)]);
    expect(manifest.series.seriesInstanceUid).toBe('2.25.55');
  });

  test('is told apart from the others so that `serie` can choose each', async () => {
    const files = twice(
      () => [text(0x00200100, 'IS', '1')],
      () => [text(0x00200100, 'IS', '2')],
    );
    const first = await oneBall(files);
    const [other] = first.manifest.otherSeries;
    expect(other).toMatchObject({
      seriesInstanceUid: first.manifest.series.seriesInstanceUid,
      studyDate: '2026-01-01',
      slices: 30,
      spacingMm: { x: 1, y: 1, slice: 1.5 },
      reason: 'otra posición temporal',
    });
    const second = await oneBall(files, { serie: other?.serie });
    expect(second.manifest.series.serie).toBe(other?.serie);
    expect(Math.abs(second.centre - first.centre)).toBeCloseTo(SHIFT_MM, 0);
  });
});

describe('several patients in one ZIP', () => {
  const mine = smallScan({ seriesUid: '2.25.31', seriesNumber: 3 });
  const theirs = smallScan({ seriesUid: '2.25.32', seriesNumber: 3, heights: evenHeights(20, 2) }).map((slice) => ({
    ...slice,
    extra: [text(0x00100020, 'LO', 'OTRO'), text(0x00100010, 'PN', 'ZUTANO')],
  }));
  const files = [...dicomFiles(theirs, {}, 'b'), ...dicomFiles(mine, {}, 'a')];

  test.each([undefined, '3'])('are not chosen from without a word (serie %s)', async (serie) => {
    const error = await refusal(convertFiles(files, { ...THRESHOLD, ...(serie === undefined ? {} : { serie }) }));
    expect(error).toMatchObject({ code: 'SEVERAL_PATIENTS', retryable: false });
    expect(error.message).toMatch(/2 pacientes.*«serie».*SeriesInstanceUID/);
    expect(error.message).not.toContain('ZUTANO');
  });

  test('are chosen from by SeriesInstanceUID', async () => {
    const { manifest } = await convertFiles(files, { ...THRESHOLD, serie: '2.25.32' });
    expect(manifest.series.slices).toBe(20);
  });

  test('that share a series UID are two', async () => {
    const shared = theirs.map((slice) => ({ ...slice, seriesUid: '2.25.31', studyUid: '2.25.31.0' }));
    const error = await refusal(convertFiles([...dicomFiles(mine, {}, 'a'), ...dicomFiles(shared, {}, 'b')]));
    expect(error.code).toBe('SEVERAL_PATIENTS');
  });
});

describe('what is left out is said', () => {
  test('slices without a place', async () => {
    const files = changedFiles(smallScan(), (file, i) => (i < 4 ? withoutElement(file, 0x00200032) : file));
    const { manifest } = await convertFiles(files, THRESHOLD);
    expect(manifest.series.slices).toBe(26);
    expect(manifest.warnings).toContain(
      'Cortes de la serie elegida que quedan fuera: 4, imágenes sin posición en el espacio.',
    );
  });
});

function patientElements(): Element[] {
  return [
    text(0x00100010, 'PN', 'PHANTOM^SOM3D'),
    text(0x00100020, 'LO', 'PHANTOM'),
    text(0x00080020, 'DA', '20260101'),
  ];
}

/** Both scans as frames of one object. */
function twiceAsFrames(content: (time: number) => Element[]): Uint8Array {
  const frames = shuffled(
    [smallScan(), shiftedScan(SHIFT_MM)].flatMap((slices, time) => slices.map((slice) => ({ slice, time }))),
    3,
  );
  return enhancedFile(
    frames.map(({ slice }) => slice),
    { frameContent: (i) => content(frames[i]?.time ?? 0) },
  );
}
