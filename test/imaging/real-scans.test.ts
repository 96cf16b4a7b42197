import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { convertZip, RAW } from '../support/phantom/convert.ts';
import { edgeFaults, readStl } from '../support/phantom/stl.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const PRESENT = existsSync(join(DATA, 'ct-head-ge.zip'));
if (!PRESENT) console.warn(`real scans: skipped, ${DATA} is not there`);

describe.skipIf(!PRESENT)('a head with gantry tilt and slices of 1 to 7 mm', () => {
  it('keeps shear and spacing, and is watertight', async () => {
    const { manifest, directory } = await convertZip(join(DATA, 'ct-head-ge.zip'));
    const [mesh] = manifest.meshes;
    expect(manifest.series).toMatchObject({ slices: 28, columns: 512, rows: 512, tiltDegrees: 18.5, gaps: [] });
    expect(manifest.series.spacingMm).toMatchObject({ x: 0.4883, sliceMin: 1.0811, sliceMax: 6.9986 });
    expect(edgeFaults(await readStl(join(directory, 'hueso.stl')))).toEqual({ open: 0, nonManifold: 0 });
    expect(mesh).toMatchObject({ watertight: true, smoothed: true, reduced: true });
    expect(mesh?.volumeCm3).toBeGreaterThan(600);
    expect(mesh?.volumeCm3).toBeLessThan(760);
  });

  it('lies where its slices are', async () => {
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
  it('takes the 140 slices of 1 mm and is watertight', async () => {
    const { manifest, directory } = await convertZip(join(DATA, 'ct-phantom-philips.zip'));
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
    expect(edgeFaults(await readStl(join(directory, 'hueso.stl')))).toEqual({ open: 0, nonManifold: 0 });
  });
});

function blockExtent(spacing: number, count: number): number {
  return spacing * count;
}
