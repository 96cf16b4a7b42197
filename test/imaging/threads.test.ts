// @module-tag heavy
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertZip, RAW, temporaryDirectory } from '../support/phantom/convert.ts';
import { randomSource, smallScan } from '../support/phantom/slices.ts';
import { dicomFiles, writeZip } from '../support/phantom/zip.ts';

describe('the number of threads', () => {
  test.each([
    ['raw', RAW],
    ['smoothed and reduced', {}],
  ])('changes no byte of the result: %s', async (_stage, parameters) => {
    const random = randomSource(5);
    const slices = smallScan({ spacing: { x: 3, y: 3 } }).map((slice) => ({
      ...slice,
      pixels: slice.pixels.map((hu) => hu + 2400 * random() - 1000),
    }));
    const zip = await writeZip(join(await temporaryDirectory(), 'study.zip'), dicomFiles(slices));
    const results: Buffer[] = [];
    for (const threads of [1, 2, 3]) {
      const { directory } = await convertZip(zip, { umbralMin: 200, threads, ...parameters });
      results.push(await readFile(join(directory, 'umbral.stl')));
    }
    const [one, two, three] = results;
    expect(one?.length).toBeGreaterThan(30_000);
    expect(two?.equals(one ?? Buffer.alloc(0))).toBe(true);
    expect(three?.equals(one ?? Buffer.alloc(0))).toBe(true);
  });
});
