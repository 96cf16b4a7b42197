// @module-tag heavy
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { convertZip, RAW } from '../support/phantom/convert.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const MINUTES = 60_000;
const PRESENT = existsSync(join(DATA, 'ct-head-ge.zip'));
if (!PRESENT) console.warn(`real scans: skipped, ${DATA} is not there`);

describe.skipIf(!PRESENT)('a head with gantry tilt and slices of 1 to 7 mm', () => {
  test('keeps shear and spacing, and is watertight', async () => {
    const { manifest } = await convertZip(join(DATA, 'ct-head-ge.zip'));
    const [mesh] = manifest.meshes;
    expect(manifest.series).toMatchObject({ slices: 28, columns: 512, rows: 512, tiltDegrees: 18.5, gaps: [] });
    expect(manifest.series.spacingMm).toMatchObject({ x: 0.4883, sliceMin: 1.0811, sliceMax: 6.9986 });
    expect(mesh).toMatchObject({ watertight: true, smoothed: true, reduced: true });
    // The skull alone: no piece of the head holder, which an ear touches.
    expect(mesh).toMatchObject({ components: 1, nonManifoldVertices: 0 });
    expect(mesh?.boundingBoxMm.min[0]).toBeGreaterThan(-80);
    expect(mesh?.distanceMm).toBeLessThanOrEqual(0.5);
    expect(mesh?.volumeCm3).toBeGreaterThan(600);
    expect(mesh?.volumeCm3).toBeLessThan(760);
  });

  test('lies where its slices are', { tags: ['long'], timeout: 5 * MINUTES }, async () => {
    // A threshold that everything passes: the mesh is the scanned block itself, half a voxel larger all round.
    const { manifest } = await convertZip(join(DATA, 'ct-head-ge.zip'), {
      ...RAW,
      reduccion: 0.95,
      umbralMin: -32_768,
    });
    const box = manifest.meshes[0]?.boundingBoxMm;
    const height = (box?.max[2] ?? 0) - (box?.min[2] ?? 0);
    const depth = (box?.max[1] ?? 0) - (box?.min[1] ?? 0);
    const stack = blockExtent(manifest.series.spacingMm.y, 512);
    // Sheared along z by the tilt, shortened along y by its cosine.
    expect(depth).toBeCloseTo(stack * Math.cos((18.5 * Math.PI) / 180), 0);
    expect(height).toBeGreaterThan(stack * Math.sin((18.5 * Math.PI) / 180));
    expect(manifest.meshes[0]?.volumeCm3).toBeGreaterThan(0);
  });
});

describe.skipIf(!PRESENT)('a study with five series, screenshots and directories', () => {
  test('takes the 140 slices of 1 mm and is watertight', { tags: ['long'] }, async () => {
    const { manifest } = await convertZip(join(DATA, 'ct-phantom-philips.zip'));
    expect(manifest.series).toMatchObject({ slices: 140, tiltDegrees: 0, gaps: [], duplicatesDropped: 0 });
    expect(manifest.series.spacingMm.sliceMedian).toBe(1);
    expect(manifest.otherSeries.map((series) => series.slices)).toEqual([28, 1]);
    // The head alone: its holder, denser than bone starts, is gone.
    expect(manifest.meshes[0]).toMatchObject({
      watertight: true,
      openEdges: 0,
      nonManifoldEdges: 0,
      reduced: true,
      components: 1,
    });
  });
});

/** Every tissue that the built-in engine knows: as much as one job can ask for. */
const ALL_TISSUES = {
  enable_ortopedia: true,
  enable_teeth: true,
  enable_muscles: true,
  enable_hip_implant: true,
  extraTasks: ['hueso_cortical', 'tejido_blando', 'grasa', 'piel'],
};
// Phantoms show the same in tissues.test.ts and watertight.test.ts, in less time.
describe.skipIf(!PRESENT).each(['ct-head-ge.zip', 'ct-phantom-philips.zip'])(
  'every model of %s',
  { tags: ['long'] },
  (name) => {
    // The conversion itself has each of them judged.
    test(
      'is a solid: all tissues, smoothed and reduced',
      async () => {
        const { manifest } = await convertZip(join(DATA, name), ALL_TISSUES);
        expect(manifest.meshes.map((mesh) => mesh.tissue)).toEqual(
          expect.arrayContaining(['hueso', 'hueso_cortical', 'musculo', 'tejido_blando', 'piel']),
        );
        for (const mesh of manifest.meshes)
          expect(mesh).toMatchObject({ watertight: true, smoothed: true, reduced: true });
      },
      10 * MINUTES,
    );

    test(
      'is a solid: parts',
      async () => {
        const { manifest } = await convertZip(join(DATA, name), {
          separarPartes: true,
          enable_teeth: true,
          enable_skull: true,
        });
        expect(manifest.meshes.length).toBeGreaterThan(0);
        for (const mesh of manifest.meshes)
          expect(mesh).toMatchObject({ watertight: true, smoothed: true, reduced: true });
      },
      10 * MINUTES,
    );
  },
);

function blockExtent(spacing: number, count: number): number {
  return spacing * count;
}
