// @module-tag heavy
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspectZip, type ZipBytes } from '@som3d/server/testing/imaging';
import { describe, expect, test } from 'vitest';
import { convertZip, refusal, temporaryDirectory } from '../support/phantom/convert.ts';
import { rawZip, type RawEntry } from '../support/phantom/raw-zip.ts';
import { smallScan } from '../support/phantom/slices.ts';
import { dicomFiles, writeZip } from '../support/phantom/zip.ts';

const text = Buffer.from('no image');
const zeros = Buffer.alloc(60_000_000);

const HOSTILE: { name: string; zip: () => Buffer; code: string; sentence: RegExp }[] = [
  {
    name: 'a text file',
    zip: () => Buffer.from('hola, esto no es un zip'),
    code: 'ZIP_NOT_A_ZIP',
    sentence: /no es un ZIP/,
  },
  { name: 'an empty file', zip: () => Buffer.alloc(0), code: 'ZIP_EMPTY', sentence: /vacío/ },
  { name: 'no files', zip: () => rawZip([]), code: 'ZIP_EMPTY', sentence: /no contiene ningún archivo/ },
  {
    name: 'folders alone',
    zip: () => rawZip([{ name: 'a/', bytes: Buffer.alloc(0), method: 0 }]),
    code: 'ZIP_EMPTY',
    sentence: /no contiene ningún archivo/,
  },
  {
    name: 'a cut off ZIP',
    zip: () => rawZip([{ name: 'a', bytes: text }]).subarray(0, -30),
    code: 'ZIP_TRUNCATED',
    sentence: /incompleto/,
  },
  {
    name: 'encryption',
    zip: () => rawZip([{ name: 'a', bytes: text, flags: 1 }]),
    code: 'ZIP_ENCRYPTED',
    sentence: /contraseña/,
  },
  {
    name: 'strong encryption',
    zip: () => rawZip([{ name: 'a', bytes: text, flags: 0x41 }]),
    code: 'ZIP_ENCRYPTED',
    sentence: /contraseña/,
  },
  {
    name: 'a path that climbs out',
    zip: () => rawZip([{ name: '../../a', bytes: text }]),
    code: 'ZIP_UNSAFE_PATH',
    sentence: /salen de su carpeta/,
  },
  {
    name: 'one that climbs with \\',
    zip: () => rawZip([{ name: '..\\a', bytes: text }]),
    code: 'ZIP_UNSAFE_PATH',
    sentence: /salen de su carpeta/,
  },
  {
    name: 'an absolute path',
    zip: () => rawZip([{ name: '/etc/passwd', bytes: text }]),
    code: 'ZIP_ABSOLUTE_PATH',
    sentence: /rutas absolutas/,
  },
  {
    name: 'a drive',
    zip: () => rawZip([{ name: 'C:\\a', bytes: text }]),
    code: 'ZIP_ABSOLUTE_PATH',
    sentence: /rutas absolutas/,
  },
  {
    name: 'a symbolic link',
    zip: () => rawZip([{ name: 'a', bytes: text, mode: 0o120777 }]),
    code: 'ZIP_SYMLINK',
    sentence: /enlaces simbólicos/,
  },
  {
    name: 'one name twice',
    zip: () =>
      rawZip([
        { name: 'a', bytes: text },
        { name: 'a', bytes: text },
      ]),
    code: 'ZIP_DUPLICATE_NAMES',
    sentence: /mismo nombre/,
  },
  {
    name: 'another method',
    zip: () => rawZip([{ name: 'a', bytes: text, method: 14 }]),
    code: 'ZIP_METHOD',
    sentence: /compresión/,
  },
  {
    name: 'ZIPs alone',
    zip: () => rawZip([{ name: 'a.zip', bytes: rawZip([{ name: 'b', bytes: text }]) }]),
    code: 'ZIP_NESTED',
    sentence: /otros ZIP/,
  },
  {
    name: 'a dense bomb',
    zip: () =>
      rawZip([
        { name: 'a', bytes: zeros },
        { name: 'b', bytes: zeros },
      ]),
    code: 'ZIP_BOMB',
    sentence: /bomba ZIP/,
  },
  {
    name: 'a bomb of shared data',
    zip: () =>
      rawZip([
        { name: 'a', bytes: Buffer.alloc(9000, 'ab', 'latin1'), method: 0 },
        { name: 'b', bytes: Buffer.alloc(9000, 'ab', 'latin1'), method: 0, sharesFirst: true },
      ]),
    code: 'ZIP_BOMB',
    sentence: /bomba ZIP/,
  },
  {
    name: 'a file that is too large',
    zip: () => rawZip([{ name: 'a', bytes: text, size: 2 ** 31 }]),
    code: 'ZIP_TOO_LARGE',
    sentence: /ocupa demasiado/,
  },
];

/** A ZIP that is not a local file. */
function bytesOf(bytes: Buffer): ZipBytes {
  return {
    size: bytes.length,
    read: async (position, length) => bytes.subarray(position, position + length),
  };
}

describe('a ZIP with', () => {
  test.each(HOSTILE)('$name is refused before it is queued, and by the conversion', async ({ zip, code, sentence }) => {
    const path = join(await temporaryDirectory(), 'hostile.zip');
    const bytes = zip();
    await writeFile(path, bytes);
    const elsewhere = await refusal(inspectZip(bytesOf(bytes)));
    for (const error of [await refusal(inspectZip(path)), elsewhere, await refusal(convertZip(path))]) {
      expect(error).toMatchObject({ code, retryable: false });
      expect(error.message).toMatch(sentence);
    }
  });

  test('too many files is refused', async () => {
    const path = join(await temporaryDirectory(), 'many.zip');
    await writeFile(path, rawZip(Array.from({ length: 11 }, (_, i) => ({ name: `f${i}`, bytes: text }))));
    expect((await refusal(inspectZip(path, { entries: 10 }))).code).toBe('ZIP_TOO_MANY_ENTRIES');
    expect(await inspectZip(path)).toMatchObject({ files: 11, totalBytes: 88 });
  });

  test('too much in all is refused', async () => {
    const path = join(await temporaryDirectory(), 'much.zip');
    await writeFile(
      path,
      rawZip([
        { name: 'a', bytes: text },
        { name: 'b', bytes: text },
      ]),
    );
    expect((await refusal(inspectZip(path, { totalBytes: 15 }))).code).toBe('ZIP_TOO_LARGE');
  });

  test('no image is refused by the conversion', async () => {
    const path = join(await temporaryDirectory(), 'text.zip');
    await writeFile(path, rawZip([{ name: 'a.txt', bytes: text }]));
    const error = await refusal(convertZip(path));
    expect(error).toMatchObject({ code: 'NO_IMAGES', message: 'No se encontró ninguna imagen DICOM en el ZIP.' });
  });

  test('ZIPs under other names is refused by the conversion', async () => {
    const path = join(await temporaryDirectory(), 'nested.zip');
    await writeFile(path, rawZip([{ name: 'estudio', bytes: rawZip([{ name: 'b', bytes: text }]) }]));
    expect((await refusal(convertZip(path))).code).toBe('ZIP_NESTED');
  });
});

async function lying(change: (entry: RawEntry) => Partial<RawEntry>): Promise<string> {
  const path = join(await temporaryDirectory(), 'lying.zip');
  const files: RawEntry[] = dicomFiles(smallScan()).map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes) }));
  await writeFile(path, rawZip(files.map((entry, i) => (i === 9 ? { ...entry, ...change(entry) } : entry))));
  return path;
}

describe('a ZIP whose files lie', () => {
  test.each<[string, (entry: RawEntry) => Partial<RawEntry>]>([
    ['about the checksum', () => ({ crc: 12_345 })],
    ['by giving less than there is', (entry) => ({ size: entry.bytes.length - 10 })],
    ['by giving more than there is', (entry) => ({ size: entry.bytes.length + 10 })],
  ])('%s is refused', async (_how, change) => {
    const error = await refusal(convertZip(await lying(change)));
    expect(error).toMatchObject({ code: 'ZIP_CORRUPT', retryable: false });
  });
});

describe('an honest ZIP', () => {
  test('is not blamed when its bytes can not be fetched', async () => {
    const path = await writeZip(join(await temporaryDirectory(), 'good.zip'), dicomFiles(smallScan()));
    const bytes = bytesOf(await readFile(path));
    for (const failing of [1, 2, 3]) {
      let reads = 0;
      const unreliable = async (position: number, length: number) => {
        reads += 1;
        if (reads === failing) throw new Error('the storage is away');
        return await bytes.read(position, length);
      };
      await expect(inspectZip({ size: bytes.size, read: unreliable })).rejects.toThrow('the storage is away');
    }
  });

  test('is summed up', async () => {
    const path = await writeZip(join(await temporaryDirectory(), 'good.zip'), dicomFiles(smallScan()));
    const summary = await inspectZip(path);
    expect(await inspectZip(bytesOf(await readFile(path)))).toEqual(summary);
    expect(summary.files).toBe(30);
    expect(summary.totalBytes).toBeGreaterThan(30 * 48 * 44 * 2);
  });
});

const NOISE = Buffer.from(Array.from({ length: 700 }, (_, i) => (i * 73 + 11) & 0xff));

describe('a ZIP that others read', () => {
  const study = (): Buffer =>
    rawZip(dicomFiles(smallScan()).map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes) })));
  const commented = (zip: Buffer, comment: string): Buffer => {
    const bytes = Buffer.concat([zip, Buffer.from(comment)]);
    bytes.writeUInt16LE(comment.length, zip.length - 2);
    return bytes;
  };

  test.each<[string, (zip: Buffer) => Buffer]>([
    ['zeros behind it', (zip) => Buffer.concat([zip, Buffer.alloc(512)])],
    ['many zeros behind it', (zip) => Buffer.concat([zip, Buffer.alloc(300_000)])],
    ['other bytes behind it', (zip) => Buffer.concat([zip, Buffer.from('\r\n--boundary--\r\n')])],
    ['a comment', (zip) => commented(zip, 'estudio de ensayo')],
    ['a comment and zeros behind it', (zip) => Buffer.concat([commented(zip, 'estudio'), Buffer.alloc(1024)])],
    ['a program in front of it', (zip) => Buffer.concat([Buffer.from('MZ'), NOISE, zip])],
    [
      'the head of a multipart answer in front',
      (zip) => Buffer.concat([Buffer.from('--b\r\nContent-Type: application/zip\r\n\r\n'), zip]),
    ],
  ])('has %s', async (_what, change) => {
    const path = join(await temporaryDirectory(), 'others.zip');
    const bytes = change(study());
    await writeFile(path, bytes);
    expect((await inspectZip(bytesOf(bytes))).files).toBe(30);
    expect((await convertZip(path)).manifest.series.slices).toBe(30);
  });

  test.each<[string, (i: number) => Buffer]>([
    ['in Shift-JIS', (i) => Buffer.concat([Buffer.from(`IM${i}`), Buffer.from([0x95, 0x5c])])],
    ['in a folder of Big5', (i) => Buffer.concat([Buffer.from([0xa5, 0x5c]), Buffer.from(`/IM${i}`)])],
    ['with a plain backslash', (i) => Buffer.from(`IM${i}\\`)],
    [
      'as a part of a path that climbs nowhere',
      (i) => Buffer.concat([Buffer.from([0x95, 0x5c]), Buffer.from(`..${i}`)]),
    ],
  ])('has names of the byte 0x5C %s', async (_what, nameOf) => {
    const path = join(await temporaryDirectory(), 'names.zip');
    const entries = dicomFiles(smallScan()).map(({ bytes }, i) => ({ name: nameOf(i), bytes: Buffer.from(bytes) }));
    await writeFile(path, rawZip(entries));
    expect((await convertZip(path)).manifest.series.slices).toBe(30);
  });
});

describe('what is sent instead of a ZIP is named:', () => {
  const zip = rawZip(dicomFiles(smallScan()).map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes) })));
  const lastDisk = (): Buffer => {
    const bytes = Buffer.from(zip.subarray(zip.length >> 1));
    bytes.writeUInt16LE(1, bytes.length - 18);
    return bytes;
  };

  test.each<[string, Buffer, string, RegExp]>([
    [
      'the first part of a split ZIP',
      Buffer.concat([Buffer.from('PK\x07\x08'), zip.subarray(0, zip.length >> 1)]),
      'ZIP_SPLIT',
      /una parte de un ZIP/,
    ],
    ['a middle part', zip.subarray(zip.length >> 2, zip.length >> 1), 'ZIP_SPLIT', /una parte de un ZIP/],
    ['the last part', lastDisk(), 'ZIP_SPLIT', /una parte de un ZIP/],
    ['the last part of a file that was cut', zip.subarray(zip.length >> 1), 'ZIP_SPLIT', /una parte de un ZIP/],
    [
      'a RAR',
      Buffer.concat([Buffer.from('Rar!\x1a\x07\x00', 'latin1'), NOISE]),
      'ZIP_OTHER_FORMAT',
      /es un archivo RAR/,
    ],
    [
      'a 7z',
      Buffer.concat([Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1'), NOISE]),
      'ZIP_OTHER_FORMAT',
      /es un archivo 7z/,
    ],
    ['a GZIP', Buffer.concat([Buffer.from('1f8b0800', 'hex'), NOISE]), 'ZIP_OTHER_FORMAT', /es un archivo GZIP/],
    [
      'a DICOM file',
      Buffer.from(dicomFiles(smallScan({ heights: [0] }))[0]!.bytes),
      'ZIP_OTHER_FORMAT',
      /imagen DICOM suelta/,
    ],
    [
      'the multipart answer of a PACS',
      Buffer.concat([Buffer.from('\r\n--b0\r\nContent-Type: application/dicom\r\nMIME-Version: 1.0\r\n\r\n'), NOISE]),
      'MULTIPART',
      /multipart de un PACS/,
    ],
  ])('%s', async (_what, bytes, code, sentence) => {
    const path = join(await temporaryDirectory(), 'other');
    await writeFile(path, bytes);
    for (const error of [await refusal(inspectZip(bytesOf(bytes))), await refusal(convertZip(path))]) {
      expect(error).toMatchObject({ code, retryable: false });
      expect(error.message).toMatch(sentence);
    }
  });
});
