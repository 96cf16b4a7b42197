// @module-tag heavy
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSampleZip } from '@som3d/client/sample';
import { describe, expect, test } from 'vitest';
import { convertZip, temporaryDirectory } from '../support/phantom/convert.ts';
import { edgeFaults, judge, readStl } from '../support/phantom/stl.ts';

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

describe('the sample series', () => {
  test('is always the same and becomes printable bones', async () => {
    const directory = await temporaryDirectory();
    const [first, second] = [join(directory, '1.zip'), join(directory, '2.zip')];
    await writeSampleZip(first);
    await writeSampleZip(createWriteStream(second));
    expect(await sha256(second)).toBe(await sha256(first));
    expect((await stat(first)).size).toBeLessThan(5_000_000);
    const { manifest, directory: out } = await convertZip(first);
    expect(manifest.series).toMatchObject({
      description: 'PHANTOM RODILLA',
      slices: 80,
      gaps: [],
      duplicatesDropped: 0,
    });
    const bones = await readStl(join(out, 'hueso.stl'));
    expect(edgeFaults(bones)).toEqual({ open: 0, nonManifold: 0 });
    expect((await judge(bones)).status).toBe('NoError');
    // Femur, tibia, fibula, patella.
    expect(manifest.meshes[0]?.components).toBeGreaterThanOrEqual(4);
  });

  test('can be made small for a quick try', async () => {
    const path = join(await temporaryDirectory(), 'small.zip');
    await writeSampleZip(path, { size: 48, slices: 24 });
    const { manifest } = await convertZip(path, { suavizado: 5 });
    expect(manifest.series).toMatchObject({ rows: 48, slices: 24 });
  });
});
