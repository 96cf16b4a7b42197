import {
  extractSurface,
  finishInParts,
  type Geometry,
  isLeftHanded,
  measure,
  WorkerPool,
} from '@som3d/server/testing/imaging';
import { edgeFaults, judge } from '../support/phantom/stl.ts';
import { randomSource } from '../support/phantom/slices.ts';
import { afterAll, describe, expect, test } from 'vitest';

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
  test('faces outward', async () => {
    const field = ballField(direction);
    expect(isLeftHanded(field.volume.geometry)).toBe(hand === 'left-handed');
    const { volumeMm3, min, max } = measure(await extractSurface(field, pool));
    expect(volumeMm3 / ((4 / 3) * Math.PI * 216)).toBeCloseTo(1, 1);
    expect(Math.sign(min[2] + max[2])).toBe(direction);
  });
});

/** A voxel in three is inside, at random; the volume is as wide as given. */
function noiseField(nx: number) {
  const [ny, nz] = [5, 7];
  const random = randomSource(nx);
  const data = new Int16Array(new SharedArrayBuffer(2 * nx * ny * nz));
  const mask = new Uint8Array(new SharedArrayBuffer(data.length));
  for (let p = 0; p < data.length; p++) {
    data[p] = Math.round(3000 * random()) - 1000;
    // Mostly by value, some inside, some outside.
    mask[p] = Math.max(0, Math.ceil(10 * random()) - 8);
  }
  const geometry: Geometry = { columnStep: [1, 0, 0], rowStep: [0, 1, 0], origins: new Float64Array(3 * nz) };
  for (let k = 0; k < nz; k++) geometry.origins[3 * k + 2] = k;
  return { volume: { data, nx, ny, nz, geometry }, lower: 0.5, upper: 1000.5, mask };
}

describe.each([1, 2, 31, 32, 33, 63, 64, 65])('the surface of noise, %i voxels wide', (nx) => {
  test('is closed, has a vertex wherever inside and outside meet, and is the same for any number of threads', async () => {
    const field = noiseField(nx);
    const { data, ny, nz } = field.volume;
    const isInside = (i: number, j: number, k: number): boolean => {
      if (i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz) return false;
      const p = (k * ny + j) * nx + i;
      return field.mask[p] === 0 ? data[p]! > 0 && data[p]! <= 1000 : field.mask[p] === 1;
    };
    let meetings = 0;
    for (let k = -1; k < nz; k++)
      for (let j = -1; j < ny; j++)
        for (let i = -1; i < nx; i++) {
          const neighbours = [isInside(i + 1, j, k), isInside(i, j + 1, k), isInside(i, j, k + 1)];
          meetings += neighbours.filter((neighbour) => neighbour !== isInside(i, j, k)).length;
        }
    const [one, ...more] = await Promise.all(
      [1, 2, 3].map(async (threads) => {
        const own = new WorkerPool(threads);
        const mesh = await extractSurface(field, own);
        await own.close();
        return mesh;
      }),
    );
    expect(one!.positions.length / 3).toBe(meetings);
    expect(one!.positions.every(Number.isFinite)).toBe(true);
    expect(edgeFaults({ positions: [...one!.positions], triangles: [...one!.triangles] }).open).toBe(0);
    expect(measure(one!).volumeMm3).toBeGreaterThan(0);
    for (const mesh of more) expect(mesh).toEqual(one);
  });
});

describe('reduction in slabs', () => {
  test('leaves a closed surface of the same shape', async () => {
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
  test('rejects what is waiting when it is closed', async () => {
    const closing = new WorkerPool(1);
    const work = extractSurface(ballField(1), closing);
    const [outcome] = await Promise.allSettled([work, closing.close()]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: new Error('The worker pool was closed') });
  });
});
