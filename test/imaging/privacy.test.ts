// @module-tag heavy
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertFiles, refusal } from '../support/phantom/convert.ts';
import { smallScan } from '../support/phantom/slices.ts';
import { dicomFiles } from '../support/phantom/zip.ts';

const PATIENT = [
  { tag: 0x00100010, vr: 'PN', value: 'ZUTANO^FULANO' },
  { tag: 0x00100020, vr: 'LO', value: 'HC-778899' },
  { tag: 0x00100030, vr: 'DA', value: '19610203' },
  { tag: 0x00080090, vr: 'PN', value: 'MEDICO^REMITENTE' },
];
const SECRETS = ['ZUTANO', 'FULANO', '778899', '19610203', 'REMITENTE'];

describe('what identifies a patient', () => {
  const slices = smallScan().map((slice) => ({ ...slice, extra: PATIENT }));

  test('is in no result and no log line', async () => {
    const files = dicomFiles(slices, {}, 'ZUTANO FULANO 778899');
    const { directory, log, manifest } = await convertFiles([
      ...files,
      { name: 'ZUTANO.txt', bytes: Buffer.from('ZUTANO') },
    ]);
    const contents = await Promise.all(
      (await readdir(directory)).map((name) => readFile(join(directory, name), 'latin1')),
    );
    const everything = [JSON.stringify(manifest), ...log, ...contents].join('\n');
    for (const secret of SECRETS) expect(everything).not.toContain(secret);
  });

  test('is in no error', async () => {
    const files = dicomFiles(slices, {}, 'ZUTANO FULANO 778899').map((file, i) =>
      i === 7 ? { ...file, bytes: file.bytes.subarray(0, -50) } : file,
    );
    const error = await refusal(convertFiles(files));
    for (const secret of SECRETS)
      expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toContain(secret);
  });
});
