import path from 'node:path';
import { readFile, writeFile } from 'node:fs/promises';
import { encodeFile, type Element } from '@som3d/client/sample';
import { Scan, type ScanContents } from '@som3d/visor/scan';
import { BlobReader, BlobWriter, Uint8ArrayReader, ZipReader, ZipWriter } from '@zip.js/zip.js';
import { describe, expect, test } from 'vitest';
import { compress } from '../support/phantom/codec-encoder.ts';
import { enhancedFile } from '../support/phantom/encapsulate.ts';
import { convertZip, RAW, temporaryDirectory, type Converted } from '../support/phantom/convert.ts';
import { evenHeights, smallScan } from '../support/phantom/slices.ts';
import { longElement, text, withElements } from '../support/phantom/variants.ts';
import { dicomFiles, type NamedFile } from '../support/phantom/zip.ts';

const note = { name: 'notas.txt', bytes: Buffer.from('sin imagen') };

function dropped(files: readonly NamedFile[]): { path: string; file: File }[] {
  return files.map(({ name, bytes }) => ({ path: name, file: new File([new Uint8Array(bytes)], path.basename(name)) }));
}

async function zipOf(files: readonly NamedFile[], password?: string): Promise<{ path: string; file: File }[]> {
  const writer = new ZipWriter(new BlobWriter(), { password });
  for (const { name, bytes } of files) await writer.add(name, new Uint8ArrayReader(bytes));
  return [{ path: 'estudio.zip', file: new File([await writer.close()], 'estudio.zip') }];
}

async function membersOf(zip: Blob): Promise<NamedFile[]> {
  const entries = await new ZipReader(new BlobReader(zip)).getEntries();
  return await Promise.all(
    entries.flatMap((entry) =>
      entry.directory
        ? []
        : [entry.arrayBuffer().then((bytes) => ({ name: entry.filename, bytes: new Uint8Array(bytes) }))],
    ),
  );
}

async function opened(files: { path: string; file: File }[]): Promise<{ scan: Scan; contents: ScanContents }> {
  const scan = new Scan(files);
  return { scan, contents: await scan.read(() => {}) };
}

const thick = { seriesUid: '2.25.7', seriesNumber: 7, heights: evenHeights(8, 5), columns: 40, rows: 40 };

describe('the scan that a person drops', () => {
  test.each([
    ['loose files', dropped],
    ['a ZIP', zipOf],
  ])('shows its series, the one to take first, from %s', async (_name, wrap) => {
    const fine = dicomFiles(smallScan(), {}, 'fina').toReversed();
    const { contents } = await opened(await wrap([note, ...dicomFiles(smallScan(thick), {}, 'gruesa'), ...fine]));
    expect(contents.series).toMatchObject([
      { number: '1', modality: 'CT', columns: 48, rows: 44, burnedIn: false },
      { number: '7', modality: 'CT', columns: 40, rows: 40 },
    ]);
    expect(contents.series.map(({ slices }) => slices.length)).toEqual([30, 8]);
    expect(contents.series[0]?.spacing).toEqual([1, 1, expect.closeTo(1.5)]);
    expect(contents.series[1]?.spacing).toEqual([1, 1, expect.closeTo(5)]);
    const heights = contents.series[0]?.slices.map(({ header }) => header.position?.[2] ?? 0) ?? [];
    expect(heights).toEqual(heights.toSorted((a, b) => a - b));
    expect(contents.leftOut).toEqual([{ path: 'notas.txt', reason: 'not-dicom' }]);
    expect(contents.patients).toBe(1);
  });

  test('says why a file stays behind', async () => {
    const [slice] = smallScan();
    const whole = encodeFile([], '2.25.1');
    const cut = dicomFiles(slice ? [slice] : [])[0]?.bytes.subarray(0, 300) ?? whole;
    const locked = await zipOf([{ name: 'I1', bytes: whole }], 'clave');
    const { contents } = await opened([...locked, ...dropped([note, { name: 'cortado.dcm', bytes: cut }])]);
    expect(contents.leftOut).toEqual([
      { path: 'I1', reason: 'encrypted' },
      { path: 'notas.txt', reason: 'not-dicom' },
      { path: 'cortado.dcm', reason: 'damaged' },
    ]);
    expect(contents.series).toEqual([]);
  });

  test('shows the middle slice in HU', async () => {
    const slices = smallScan();
    const { scan } = await opened(dropped(dicomFiles(slices)));
    const picture = await scan.middle(0);
    expect(picture).toMatchObject({ columns: 48, rows: 44, spacing: [1, 1] });
    expect([...(picture?.hounsfield ?? [])]).toEqual([...(slices[15]?.pixels ?? [])]);
  });

  test('shows a slice that JPEG compresses without loss', async () => {
    const stored = smallScan().map((slice) => ({
      ...slice,
      intercept: -2000,
      pixels: Uint16Array.from(slice.pixels, (value) => value + 2000),
    }));
    const files = await Promise.all(
      stored.map(async (slice, at) => {
        const { rows, columns, pixels } = slice;
        const frame = await compress('EncodeJpeg', { rows, columns, bitsStored: 16, signed: false, values: pixels });
        const [file] = dicomFiles(
          [slice],
          { compressed: { transferSyntax: '1.2.840.10008.1.2.4.70', frame } },
          `c${at}`,
        );
        return file ?? note;
      }),
    );
    const { scan } = await opened(dropped(files));
    expect([...((await scan.middle(0))?.hounsfield ?? [])]).toEqual([...(smallScan()[15]?.pixels ?? [])]);
  });

  test('has no picture of a format that only the service decodes', async () => {
    const compressed = { transferSyntax: '1.2.840.10008.1.2.4.90', frame: Buffer.alloc(64) };
    const { scan, contents } = await opened(dropped(dicomFiles(smallScan(), { compressed })));
    expect(contents.series).toHaveLength(1);
    expect(await scan.middle(0)).toBeUndefined();
  });

  test('counts the frames of a file that holds the whole series', async () => {
    const file = enhancedFile(smallScan());
    const { contents } = await opened(dropped([{ name: 'todo.dcm', bytes: file }]));
    expect(contents.series[0]?.slices[0]?.header.frames).toBe(30);
  });
});

describe('the ZIP that is sent', () => {
  test('is the one that was dropped when all of it goes', async () => {
    const files = await zipOf(dicomFiles(smallScan()));
    const { scan } = await opened(files);
    expect(await scan.archive(0, false, () => {})).toBe(files[0]?.file);
  });

  test('holds the chosen series alone, under names that say nothing', async () => {
    const chosen = dicomFiles(smallScan(thick), {}, 'PEREZ^ANA');
    const { scan } = await opened(dropped([note, ...dicomFiles(smallScan()), ...chosen]));
    const steps: number[] = [];
    const members = await membersOf(await scan.archive(1, false, (done) => steps.push(done)));
    expect(members.map(({ name }) => name)).toEqual(chosen.map((_, at) => `${String(at + 1).padStart(5, '0')}.dcm`));
    expect(members.map(({ bytes }) => Buffer.from(bytes))).toEqual(chosen.map(({ bytes }) => Buffer.from(bytes)));
    expect(steps).toEqual(chosen.map((_, at) => at + 1));
  });
});

const ENCODINGS = ['implicit-little', 'explicit-little', 'explicit-big'] as const;

describe('patient data that stays here', () => {
  const secrets = (): Element[] => [
    text(0x00080080, 'LO', 'CLINICA LUNA'),
    text(0x00080090, 'PN', 'MEDICO^LUIS'),
    text(0x00100010, 'PN', 'PEREZ^ANA MARIA'),
    text(0x00100020, 'LO', 'CC52000111'),
    text(0x00100030, 'DA', '19700102'),
    text(0x00290010, 'LO', 'FABRICANTE'),
    text(0x00291010, 'LO', 'PEREZ ANA EN PRIVADO'),
    { tag: 0x00101002, vr: 'SQ', value: [[text(0x00100020, 'LO', 'OTRO52000111')]] },
  ];
  const words = ['LUNA', 'LUIS', 'PEREZ', 'ANA', '52000111', '19700102'];

  test.each(ENCODINGS)('is blank in the ZIP, and the model is the same: %s', async (encoding) => {
    const plain = dicomFiles(withElements(smallScan(), secrets), { encoding });
    const { scan } = await opened(dropped(plain));
    const zip = await scan.archive(0, true, () => {});
    const members = await membersOf(zip);
    for (const word of words) {
      expect(Buffer.concat(plain.map(({ bytes }) => bytes)).includes(word)).toBe(true);
      expect(Buffer.concat(members.map(({ bytes }) => bytes)).includes(word)).toBe(false);
    }
    const folder = await temporaryDirectory();
    const sent = path.join(folder, 'enviado.zip');
    await writeFile(sent, zip.stream());
    const before = path.join(folder, 'antes.zip');
    await writeFile(before, (await scan.archive(0, false, () => {})).stream());
    const [a, b] = [await convertZip(sent, RAW), await convertZip(before, RAW)];
    const stl = ({ directory, manifest }: Converted): Promise<Buffer> =>
      readFile(path.join(directory, manifest.meshes[0]?.filename ?? ''));
    expect((await stl(a)).equals(await stl(b))).toBe(true);
  });

  test('is not sent when a file cannot be read to its end', async () => {
    const [slice] = dicomFiles(withElements(smallScan().slice(0, 6), secrets));
    const bytes = Buffer.concat([slice?.bytes ?? Buffer.alloc(0), longElement(0x7fe10010, 'OV', Buffer.alloc(8))]);
    const { scan } = await opened(dropped([{ name: 'a.dcm', bytes }]));
    await expect(scan.archive(0, true, () => {})).rejects.toMatchObject({
      name: 'NotAnonymousError',
      message: 'a.dcm',
    });
  });
});
