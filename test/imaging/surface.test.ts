import { extractSurface } from '@som3d/server/imaging/surface/build.js';
import { finishInParts } from '@som3d/server/imaging/surface/finish-in-parts.js';
import { measure } from '@som3d/server/imaging/surface/measure.js';
import { isLeftHanded, type Geometry } from '@som3d/server/imaging/volume.js';
import { WorkerPool } from '@som3d/server/imaging/workers/pool.js';
import { edgeFaults, judge } from '../support/phantom/stl.ts';
import { afterAll, describe, expect, it } from 'vitest';

const SIZE = 20;
const pool = new WorkerPool(2);
afterAll(() => pool.close());

/** A ball of radius 6 in voxels of 1 mm, with slices stacked along +z or -z. */
function ballField(direction: 1 | -1) {
  const data = new Int16Array(new SharedArrayBuffer(2 * SIZE ** 3));
  const middle = (SIZE - 1) / 2;
  for (let k = 0; k < SIZE; k++)
    for (let j = 0; j < SIZE; j++)
      for (let i = 0; i < SIZE; i++)
        data[(k * SIZE + j) * SIZE + i] = Math.round(100 * (6 - Math.hypot(i - middle, j - middle, k - middle)));
  const origins = new Float64Array(3 * SIZE);
  for (let k = 0; k < SIZE; k++) origins[3 * k + 2] = direction * k;
  const geometry: Geometry = { columnStep: [1, 0, 0], rowStep: [0, 1, 0], origins };
  return { volume: { data, nx: SIZE, ny: SIZE, nz: SIZE, geometry }, lower: -0.5, upper: Infinity, mask: null };
}

describe.each([
  ['right-handed', 1],
  ['left-handed', -1],
] as const)('the surface of a %s volume', (hand, direction) => {
  it('faces outward', async () => {
    const field = ballField(direction);
    expect(isLeftHanded(field.volume.geometry)).toBe(hand === 'left-handed');
    const { volumeMm3, min, max } = measure(await extractSurface(field, pool));
    expect(volumeMm3 / ((4 / 3) * Math.PI * 216)).toBeCloseTo(1, 1);
    expect(Math.sign(min[2] + max[2])).toBe(direction);
  });
});

describe('reduction in parts', () => {
  it('leaves a closed surface of the same shape', async () => {
    const raw = await extractSurface(ballField(1), pool);
    const input = { raw, smoothed: null, reduction: 0.5, limits: { islandMm3: 1, cavityMm3: 1 } };
    const { mesh, reduced } = await finishInParts(input, pool, 300);
    expect(reduced).toBe(true);
    expect(mesh.triangles.length / raw.triangles.length).toBeLessThan(0.75);
    const welded = { positions: [...mesh.positions], triangles: [...mesh.triangles] };
    expect(edgeFaults(welded)).toEqual({ open: 0, nonManifold: 0 });
    expect((await judge(welded)).status).toBe('NoError');
    expect(measure(mesh).volumeMm3 / measure(raw).volumeMm3).toBeCloseTo(1, 1);
  });
});

describe('a worker pool', () => {
  it('rejects what is waiting when it is closed', async () => {
    const closing = new WorkerPool(1);
    const work = extractSurface(ballField(1), closing);
    const [outcome] = await Promise.allSettled([work, closing.close()]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: new Error('The worker pool was closed') });
  });
});
