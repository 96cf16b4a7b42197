// @module-tag heavy
import { encodeCtSlice, encodeFile, type CtSlice, type Element, type FileForm } from '@som3d/client/sample';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compress } from '../support/phantom/codec-encoder.ts';
import { convertFiles, RAW, refusal } from '../support/phantom/convert.ts';
import { encapsulate, enhancedFile } from '../support/phantom/encapsulate.ts';
import { deflated, rleFrame } from '../support/phantom/encodings.ts';
import { rawZip } from '../support/phantom/raw-zip.ts';
import { smallScan } from '../support/phantom/slices.ts';
import {
  changedFiles,
  implicitItems,
  longElement,
  replaceElement,
  shortElement,
  text,
  withElements,
  withoutElement,
} from '../support/phantom/variants.ts';
import { dicomFiles, type NamedFile } from '../support/phantom/zip.ts';

const THRESHOLD = { umbralMin: 300, ...RAW };
/** Of the surface at 226 HU: the ball's HU fall by 400 a mm and are 300 at 15 mm. */
const BALL_CM3 = ((4 / 3) * Math.PI * (15 + 74 / 400) ** 3) / 1000;

/** By how much the ball's volume is off, percent; bone from 226 HU on, so that the values must be right. */
async function ballError(files: NamedFile[]): Promise<number> {
  const { manifest } = await convertFiles(files, RAW);
  return Math.abs(100 * ((manifest.meshes[0]?.volumeCm3 ?? 0) / BALL_CM3 - 1));
}

function latin(value: string): Uint8Array {
  return Buffer.from(value, 'latin1');
}

function changed(change: (file: Uint8Array, slice: CtSlice) => Uint8Array): NamedFile[] {
  const slices = smallScan();
  return changedFiles(slices, (file, i) => change(file, slices[i]!));
}

describe('lengths that are odd', () => {
  test.each<[string, (file: Uint8Array) => Uint8Array]>([
    ['of a description', (file) => replaceElement(file, 0x0008103e, shortElement(0x0008103e, 'LO', latin('torax')))],
    [
      'of a private value before the pixels',
      (file) =>
        replaceElement(
          file,
          0x00281053,
          Buffer.concat([shortElement(0x00281053, 'DS', latin('1')), longElement(0x00291010, 'UN', Buffer.alloc(3))]),
        ),
    ],
    [
      'of a UID of the file meta information',
      (file) => replaceElement(file, 0x00020012, shortElement(0x00020012, 'UI', latin('2.25.123'))),
    ],
    ['of a pixel size', (file) => replaceElement(file, 0x00280030, shortElement(0x00280030, 'DS', latin('1.0\\1')))],
    [
      'of an element in a sequence',
      (file) =>
        replaceElement(
          file,
          0x00281053,
          Buffer.concat([
            shortElement(0x00281053, 'DS', latin('1')),
            longElement(
              0x00400275,
              'SQ',
              implicitItems([Buffer.concat([shortElement(0x00080100, 'SH', latin('abc'))])]),
            ),
          ]),
        ),
    ],
  ])('%s are read, packed and not', async (_name, change) => {
    const files = changed(change);
    expect(await ballError(files)).toBeLessThan(1);
  });

  test('of the pixels are read', async () => {
    const slices = smallScan({ columns: 47, rows: 45 }).map((slice) => ({
      ...slice,
      pixels: Uint8Array.from(slice.pixels, (hu) => Math.round((hu + 1024) / 12)),
      slope: 12,
      intercept: -1024,
    }));
    const files = changedFiles(slices, (file, i) =>
      replaceElement(file, 0x7fe00010, longElement(0x7fe00010, 'OB', slices[i]!.pixels)),
    );
    expect(await ballError(files)).toBeLessThan(1);
  });
});

describe('values written in another way', () => {
  const doubles = (values: readonly number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer);
  const floats = (values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

  test.each<[string, (file: Uint8Array, slice: CtSlice) => Uint8Array]>([
    [
      'a position of doubles',
      (file, { position }) => replaceElement(file, 0x00200032, shortElement(0x00200032, 'FD', doubles(position))),
    ],
    [
      'a position of floats',
      (file, { position }) => replaceElement(file, 0x00200032, shortElement(0x00200032, 'FL', floats(position))),
    ],
    [
      'a position of unknown kind',
      (file, { position }) =>
        replaceElement(file, 0x00200032, longElement(0x00200032, 'UN', latin(position.join('\\')))),
    ],
    [
      'a position with commas',
      (file, { position }) =>
        replaceElement(
          file,
          0x00200032,
          shortElement(0x00200032, 'DS', latin(position.join('\\').replaceAll('.', ','))),
        ),
    ],
    [
      'a pixel size with commas',
      (file) => replaceElement(file, 0x00280030, shortElement(0x00280030, 'DS', latin('1,0000\\1,00'))),
    ],
    [
      'rows of unknown kind',
      (file, { rows }) => replaceElement(file, 0x00280010, longElement(0x00280010, 'UN', Uint8Array.of(rows, 0))),
    ],
    [
      'rows as text',
      (file, { rows }) => replaceElement(file, 0x00280010, shortElement(0x00280010, 'IS', latin(String(rows)))),
    ],
    [
      'rows as a long number',
      (file, { rows }) =>
        replaceElement(file, 0x00280010, shortElement(0x00280010, 'UL', Uint8Array.of(rows, 0, 0, 0))),
    ],
    [
      'pixels of unknown kind',
      (file, { pixels }) =>
        replaceElement(file, 0x7fe00010, longElement(0x7fe00010, 'UN', new Uint8Array(pixels.buffer))),
    ],
    [
      'a value representation of 2019',
      (file) =>
        replaceElement(
          file,
          0x00281053,
          Buffer.concat([
            shortElement(0x00281053, 'DS', latin('1 ')),
            longElement(0x00291010, 'OV', Buffer.alloc(70_000)),
          ]),
        ),
    ],
    [
      'an element without a representation',
      (file) =>
        replaceElement(file, 0x0008103e, Buffer.concat([Buffer.from('08003e1004000000', 'hex'), latin('abcd')])),
    ],
    ['no modality', (file) => withoutElement(file, 0x00080060)],
    [
      'a modality in small letters',
      (file) => replaceElement(file, 0x00080060, shortElement(0x00080060, 'CS', latin('ct'))),
    ],
    ['no photometric interpretation', (file) => withoutElement(file, 0x00280004)],
    ['no bits stored, nor highest bit', (file) => withoutElement(withoutElement(file, 0x00280101), 0x00280102)],
  ])('%s: read', async (_name, change) => {
    expect(await ballError(changed(change))).toBeLessThan(1);
  });
});

describe('a transfer syntax that is not the one said', () => {
  const forms: [string, FileForm, string][] = [
    ['explicit, but implicit', { encoding: 'implicit-little' }, '1.2.840.10008.1.2.1'],
    ['implicit, but explicit', {}, '1.2.840.10008.1.2\0'],
    ['little-endian, but big-endian', { encoding: 'explicit-big' }, '1.2.840.10008.1.2.1'],
    ['big-endian, but little-endian', {}, '1.2.840.10008.1.2.2'],
    ['deflated, but not', {}, '1.2.840.10008.1.2.1.99'],
    ['JPEG, but not compressed', {}, '1.2.840.10008.1.2.4.70'],
  ];
  test.each(forms)('says %s: read', async (_name, form, said) => {
    const files = smallScan().map((slice, i) => ({
      name: `s/${i}`,
      bytes: replaceElement(encodeCtSlice(slice, form), 0x00020010, shortElement(0x00020010, 'UI', latin(said))),
    }));
    expect(await ballError(files)).toBeLessThan(1);
  });

  test('says explicit, but deflated: read', async () => {
    const files = changed((file) =>
      replaceElement(deflated(file), 0x00020010, shortElement(0x00020010, 'UI', latin('1.2.840.10008.1.2.1'))),
    );
    expect(await ballError(files)).toBeLessThan(1);
  });

  test.each<[string, string, (slice: CtSlice) => Promise<Uint8Array> | Uint8Array]>([
    ['JPEG, but JPEG-LS', '1.2.840.10008.1.2.4.70', jpegLs],
    ['nothing of compression, but JPEG-LS', '1.2.840.10008.1.2.1', jpegLs],
    ['JPEG-LS, but RLE', '1.2.840.10008.1.2.4.80', ({ pixels }) => rleFrame(pixels)],
    ['JPEG 2000, but HTJ2K', '1.2.840.10008.1.2.4.90', (slice) => compress('EncodeHtJpeg2000', planeOf(slice))],
  ])('says %s: read', async (_name, transferSyntax, frameOf) => {
    const files = await Promise.all(
      smallScan().map(async (slice, i) => ({
        name: `c/${i}`,
        bytes: encodeCtSlice(
          { ...slice, extra: [encapsulate([await frameOf(slice)])] },
          { compressed: { transferSyntax, frame: new Uint8Array(0) } },
        ),
      })),
    );
    expect(await ballError(files)).toBeLessThan(1);
  });

  test('is private: refused by its owner', async () => {
    const files = changed((file) =>
      replaceElement(file, 0x00020010, shortElement(0x00020010, 'UI', latin('1.2.840.113619.5.2'))),
    );
    const error = await refusal(convertFiles(files));
    expect(error.code).toBe('PRIVATE_SYNTAX');
    expect(error.message).toContain('formato privado de GE');
  });
});

test('zeros before the end marker of JPEG-LS are left out', async () => {
  const files = await Promise.all(
    smallScan().map(async (slice, i) => {
      const stream = Buffer.from(await jpegLs(slice));
      const end = stream.lastIndexOf(Buffer.from('ffd9', 'hex'));
      const filled = Buffer.concat([stream.subarray(0, end), Buffer.alloc(1 + (i % 3)), stream.subarray(end)]);
      const form = { compressed: { transferSyntax: '1.2.840.10008.1.2.4.80', frame: new Uint8Array(0) } };
      return { name: `z/${i}`, bytes: encodeCtSlice({ ...slice, extra: [encapsulate([filled])] }, form) };
    }),
  );
  expect(await ballError(files)).toBeLessThan(1);
});

describe('multi-frame objects', () => {
  const flat = (slices: CtSlice[], extra: Element[]): Uint8Array => {
    const pixels = Buffer.concat(slices.map((slice) => Buffer.from(slice.pixels.buffer)));
    const [first] = slices;
    return encodeCtSlice({
      ...first!,
      extra: [text(0x00280008, 'IS', String(slices.length)), { tag: 0x7fe00010, vr: 'OW', value: pixels }, ...extra],
    });
  };
  const spacing = text(0x00180088, 'DS', '1.5');

  test.each<[string, number]>([
    ['one object', 1],
    ['three objects', 3],
  ])('without functional groups are a volume by their spacing: %s', async (_name, parts) => {
    const slices = smallScan();
    const size = Math.ceil(slices.length / parts);
    const files = Array.from({ length: parts }, (_, i) => ({
      name: `m/${i}`,
      bytes: flat(slices.slice(i * size, (i + 1) * size), [spacing, text(0x00200013, 'IS', String(i + 1))]),
    }));
    const { manifest } = await convertFiles(files, RAW);
    expect(manifest.series.slices).toBe(30);
    expect(manifest.meshes[0]?.volumeCm3).toBeCloseTo(BALL_CM3, 0);
    expect(manifest.warnings.join()).toContain('no está reflejado');
  });

  test('against the normal where the spacing is negative', async () => {
    const bytes = flat(smallScan().toReversed(), [text(0x00180088, 'DS', '-1.5')]);
    const { manifest } = await convertFiles([{ name: 'm', bytes }], THRESHOLD);
    expect(manifest.meshes[0]?.boundingBoxMm.min[2]).toBeCloseTo(-15, 0);
  });

  test('without a spacing are refused by name', async () => {
    const error = await refusal(convertFiles([{ name: 'm', bytes: flat(smallScan(), []) }]));
    expect(error.code).toBe('MULTIFRAME_GEOMETRY');
    expect(error.message).toContain('multi-frame');
  });

  test.each(['implicit', 'explicit'] as const)('whose groups are UN of %s elements are read', async (kind) => {
    const bytes = groupsAsUnknown(enhancedFile(smallScan()), kind);
    expect(await ballError([{ name: 'e', bytes }])).toBeLessThan(1);
  });
});

describe('what can not be read is named', () => {
  const files = (elements: Element[]): NamedFile[] => dicomFiles(withElements(smallScan(), () => elements));

  test.each<[string, NamedFile[], string, RegExp]>([
    ['no position', changed((file) => withoutElement(file, 0x00200032)), 'POSITION_MISSING', /ImagePositionPatient/],
    ['an empty position', files([text(0x00200032, 'DS', '')]), 'POSITION_MISSING', /posición/],
    [
      'one position for all',
      files([text(0x00200032, 'DS', '0\\0\\0')]),
      'POSITION_CONSTANT',
      /30 imágenes.*misma posición/,
    ],
    [
      'no orientation',
      changed((file) => withoutElement(file, 0x00200037)),
      'ORIENTATION_MISSING',
      /ImageOrientationPatient/,
    ],
    ['no pixel size', changed((file) => withoutElement(file, 0x00280030)), 'SPACING_MISSING', /PixelSpacing/],
    [
      'nothing of a modality',
      changed((file) => withoutElement(withoutElement(withoutElement(file, 0x00080060), 0x00080016), 0x00020002)),
      'MODALITY_MISSING',
      /Modality/,
    ],
    [
      'a frame of reference for each slice',
      dicomFiles(withElements(smallScan(), (i) => [text(0x00200052, 'UI', `2.25.${i + 1}`)])),
      'SLICES_DO_NOT_FIT',
      /marco de referencia/,
    ],
    [
      'reports alone',
      [{ name: 'sr', bytes: encodeFile([text(0x00080060, 'CS', 'SR')], '2.25.5') }],
      'DICOM_WITHOUT_IMAGES',
      /ninguna imagen/,
    ],
    [
      'slices of .gz',
      dicomFiles(smallScan()).map(({ name, bytes }) => ({ name: `${name}.gz`, bytes: gzipSync(bytes) })),
      'FILES_COMPRESSED',
      /\.gz/,
    ],
    [
      'a RAR beside a text',
      [
        { name: 'a.rar', bytes: Buffer.from('Rar!\x1a\x07\x01\x00 etc', 'latin1') },
        { name: 'LEEME.txt', bytes: Buffer.from('hola') },
      ],
      'FILES_COMPRESSED',
      /RAR/,
    ],
    [
      'a ZIP beside a text',
      [
        { name: 'a.zip', bytes: rawZip([{ name: 'b', bytes: Buffer.from('b') }]) },
        { name: 'LEEME.txt', bytes: Buffer.from('hola') },
      ],
      'ZIP_NESTED',
      /otros ZIP/,
    ],
    [
      'the multipart answer of a PACS',
      [
        {
          name: 'studies',
          bytes: Buffer.concat([
            Buffer.from('--b0undary\r\nContent-Type: application/dicom\r\n\r\n'),
            encodeCtSlice(smallScan()[0]!),
          ]),
        },
      ],
      'MULTIPART',
      /multipart/,
    ],
    [
      'a NIfTI volume',
      [{ name: 'v.nii', bytes: Buffer.concat([Buffer.alloc(344), Buffer.from('n+1\0')]) }],
      'NOT_DICOM',
      /NIfTI/,
    ],
    ['damaged files alone', changed((file) => file.subarray(0, 500)), 'DICOM_DAMAGED', /dañados/],
  ])('%s', async (_name, input, code, sentence) => {
    const error = await refusal(convertFiles(input));
    expect(error).toMatchObject({ code, retryable: false });
    expect(error.message).toMatch(sentence);
  });
});

function planeOf({ rows, columns, pixels }: CtSlice) {
  return { rows, columns, bitsStored: 16, signed: true, values: pixels };
}

async function jpegLs(slice: CtSlice): Promise<Uint8Array> {
  return compress('EncodeJpegLs', planeOf(slice));
}

/** Writes both functional groups of an explicit file as UN; their elements without representations, or with them. */
function groupsAsUnknown(file: Uint8Array, kind: 'implicit' | 'explicit'): Uint8Array {
  return [0x52009229, 0x52009230].reduce((bytes, tag) => {
    const value = valueOf(bytes, tag);
    return replaceElement(bytes, tag, longElement(tag, 'UN', kind === 'explicit' ? value : implicitSequence(value)));
  }, file);
}

function valueOf(file: Uint8Array, tag: number): Uint8Array {
  const head = longElement(tag, 'SQ', new Uint8Array(0)).subarray(0, 8);
  const at = Buffer.from(file).indexOf(head);
  return file.subarray(at + 12, at + 12 + Buffer.from(file).readUInt32LE(at + 8));
}

/** Items of explicit elements as items of implicit ones. */
function implicitSequence(value: Uint8Array): Uint8Array {
  const bytes = Buffer.from(value);
  const items: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at + 4);
    items.push(implicitElements(bytes.subarray(at + 8, at + 8 + length)));
    at += 8 + length;
  }
  return implicitItems(items);
}

function implicitElements(bytes: Buffer): Uint8Array {
  const elements: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const sequence = bytes.toString('latin1', at + 4, at + 6) === 'SQ';
    const length = sequence ? bytes.readUInt32LE(at + 8) : bytes.readUInt16LE(at + 6);
    const from = at + (sequence ? 12 : 8);
    const value = bytes.subarray(from, from + length);
    const content = sequence ? implicitSequence(value) : value;
    const head = Buffer.alloc(8);
    bytes.copy(head, 0, at, at + 4);
    head.writeUInt32LE(content.length, 4);
    elements.push(head, content);
    at = from + length;
  }
  return Buffer.concat(elements);
}
