// @module-tag heavy
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertFiles, RAW, type Converted } from '../support/phantom/convert.ts';
import { averagedBall, evenHeights, rampBall, scanBody, type Scan } from '../support/phantom/slices.ts';
import { edgeFaults, judge, readStl, sphereError, surfaceArea } from '../support/phantom/stl.ts';
import { dicomFiles } from '../support/phantom/zip.ts';

const CENTRE = [0.31, -0.22, 0.17] as const;
/** Half of the ball's 1000 HU. */
const HALF = 500;

function fineScan(radius: number): Scan {
  const columns = Math.ceil((2 * radius + 8) / 0.7);
  return {
    columns,
    rows: columns,
    spacing: { x: 0.7, y: 0.7 },
    heights: evenHeights(Math.ceil((2 * radius + 8) / 1.25), 1.25),
  };
}

async function measureBall(result: Converted, centre: readonly [number, number, number], radius: number) {
  const mesh = await readStl(join(result.directory, 'umbral.stl'));
  const solid = await judge(mesh);
  const [volume, area] = [(4 / 3) * Math.PI * radius ** 3, 4 * Math.PI * radius ** 2];
  return {
    volumePercent: 100 * (solid.volume / volume - 1),
    areaPercent: 100 * (surfaceArea(mesh) / area - 1),
    manifestVolumePercent: 100 * (((result.manifest.meshes[0]?.volumeCm3 ?? 0) * 1000) / volume - 1),
    ...sphereError(mesh, centre, radius),
    faults: edgeFaults(mesh),
    status: solid.status,
  };
}

// Bounds in the order of what good C++ reaches: volume %, rms mm, greatest mm.
const STAGES = [
  { name: 'raw', parameters: RAW, bounds: { 25: [0.15, 0.05, 0.2], 50: [0.06, 0.05, 0.22] } },
  { name: 'smoothed', parameters: { reduccion: 0 }, bounds: { 25: [0.1, 0.025, 0.16], 50: [0.04, 0.025, 0.16] } },
  { name: 'smoothed and reduced', parameters: {}, bounds: { 25: [0.2, 0.03, 0.16], 50: [0.1, 0.028, 0.16] } },
] as const;

describe.each([
  { radius: 25, tags: [] },
  { radius: 50, tags: ['long'] },
] as const)('a ball of radius $radius mm in voxels of 0.7 x 0.7 x 1.25 mm', ({ radius, tags }) => {
  const files = dicomFiles(scanBody(fineScan(radius), averagedBall(CENTRE, radius, [0.7, 0.7, 1.25])));

  test.for(STAGES)('has its volume and shape: $name', { tags: [...tags] }, async ({ parameters, bounds }) => {
    const result = await convertFiles(files, { umbralMin: HALF, ...parameters });
    const found = await measureBall(result, CENTRE, radius);
    const [volume, rms, max] = bounds[radius];
    expect(found).toMatchObject({ status: 'NoError', faults: { open: 0, nonManifold: 0 } });
    expect(Math.abs(found.volumePercent)).toBeLessThan(volume);
    expect(found.manifestVolumePercent).toBeCloseTo(found.volumePercent, 2);
    expect(found.rms).toBeLessThan(rms);
    expect(found.max).toBeLessThan(max);
  });
});

describe('a ball scanned with a gantry tilt of 18.5 degrees and uneven slices', () => {
  const heights = evenHeights(104, 1).filter((z, k) => z < 0 || k % 2 === 0);
  const scan: Scan = { columns: 180, rows: 190, spacing: { x: 0.5, y: 0.5 }, heights, tiltDegrees: 18.5 };
  const centre = [3.3, -2.7, 1.2] as const;
  const files = dicomFiles(scanBody(scan, rampBall(centre, 36, 300)));

  test('keeps the shear and every slice in its place', async () => {
    const result = await convertFiles(files, { umbralMin: 300, ...RAW });
    const found = await measureBall(result, centre, 36);
    expect(found).toMatchObject({ status: 'NoError', faults: { open: 0, nonManifold: 0 } });
    expect(Math.abs(found.volumePercent)).toBeLessThan(0.06);
    expect(Math.abs(found.areaPercent)).toBeLessThan(0.15);
    expect(found.max).toBeLessThan(0.03);
    expect(result.manifest.series.tiltDegrees).toBeCloseTo(18.5, 1);
    expect(result.manifest.series.spacingMm.sliceMax).toBeCloseTo(2 * result.manifest.series.spacingMm.sliceMin, 2);
    expect(result.log.join('\n')).toContain('Inclinación del gantry: 18.5 grados');
  });
});
