// @module-tag heavy
import { join } from 'node:path';
import {
  buildTriangleGrid,
  finishInParts,
  measureBothWays,
  mend,
  WorkerPool,
  type Mesh,
} from '@som3d/server/testing/imaging';
import { afterAll, describe, expect, test } from 'vitest';
import { convertFiles, type Converted } from '../support/phantom/convert.ts';
import { hausdorff } from '../support/phantom/distance.ts';
import { evenHeights, scanBody, type Body } from '../support/phantom/slices.ts';
import { connectedSurfaces, pinchedVertices, readStl } from '../support/phantom/stl.ts';
import { dicomFiles } from '../support/phantom/zip.ts';

const pool = new WorkerPool(2);
afterAll(() => pool.close());

/** A ball with spines as thin as a voxel, which quadrics find cheap to lose. */
const spiny: Body = ([x, y, z]) => {
  const radius = Math.hypot(x, y, z);
  if (radius < 12) return 700;
  const spine = [Math.hypot(y, z), Math.hypot(x, z), Math.hypot(x, y)].some((off) => off < 1.1 * (1 - radius / 30));
  return spine && radius < 24 ? 700 : -900;
};
const rough: Body = ([x, y, z]) =>
  500 * (30 - Math.hypot(x, y, z) + 3 * Math.sin(x / 3) * Math.cos(y / 4) + 2 * Math.sin(z / 2.5));

const BODIES: [string, Body, { spacing: number; slice: number; size: number }][] = [
  ['spines in voxels of 1 mm', spiny, { spacing: 1, slice: 1, size: 54 }],
  ['a rough ball in voxels of 2.5 mm', rough, { spacing: 2.5, slice: 2.5, size: 32 }],
];

describe.each(BODIES)('a reduction of %s', (_name, body, { spacing, slice, size }) => {
  const files = dicomFiles(
    scanBody(
      { columns: size, rows: size, spacing: { x: spacing, y: spacing }, heights: evenHeights(size, slice) },
      body,
    ),
  );
  const meshOf = ({ directory }: Converted) => readStl(join(directory, 'umbral.stl'));

  for (const share of [0.5, 0.75, 0.95]) {
    test(
      `by ${share} moves no point further than 0.5 mm, and the manifest says how far`,
      { tags: share === 0.75 ? [] : ['long'] },
      async () => {
        const parameters = { umbralMin: 100, suavizado: 5 };
        const whole = await convertFiles(files, { ...parameters, reduccion: 0 });
        const reduced = await convertFiles(files, { ...parameters, reduccion: share });
        const [[before], [after]] = [whole.manifest.meshes, reduced.manifest.meshes];
        const judged = hausdorff(await meshOf(whole), await meshOf(reduced));
        expect(judged).toBeLessThanOrEqual(0.5);
        expect(before).toMatchObject({ reduced: false, reduction: 0, distanceMm: 0 });
        expect(after!.reduction).toBeCloseTo(1 - after!.triangles / before!.triangles, 6);
        expect(after!.reduction).toBeLessThanOrEqual(share + 0.01);
        expect(after!.distanceMm).toBeGreaterThan(judged - 0.05);
        expect(after!.distanceMm).toBeLessThanOrEqual(0.5);
        // Less than was asked for is said.
        const said = reduced.log.some((line) => line.includes('para no alejarse más de 0,5 mm'));
        expect(said).toBe(after!.reduction < share - 0.01);
      },
    );
  }
});

/** A closed sheet of 24 x 24 mm, its top in steps of a quarter of a millimetre at the heights given. */
function sheet(height: (x: number, y: number) => number): Mesh {
  const side = 97;
  const positions: number[] = [];
  for (const bottom of [false, true])
    for (let j = 0; j < side; j++)
      for (let i = 0; i < side; i++) positions.push(i / 4, j / 4, bottom ? -2 : height(i / 4 - 12.1, j / 4 - 11.9));
  const triangles: number[] = [];
  const quad = (a: number, b: number, c: number, d: number): void => void triangles.push(a, b, c, a, c, d);
  const under = side * side;
  for (let j = 0; j + 1 < side; j++)
    for (let i = 0; i + 1 < side; i++) {
      const at = j * side + i;
      quad(at, at + 1, at + side + 1, at + side);
      quad(under + at, under + at + side, under + at + side + 1, under + at + 1);
    }
  for (let i = 0; i + 1 < side; i++) {
    const [front, back] = [i, (side - 1) * side + i];
    quad(under + front, under + front + 1, front + 1, front);
    quad(back, back + 1, under + back + 1, under + back);
    const [left, right] = [i * side, i * side + side - 1];
    quad(left, left + side, under + left + side, under + left);
    quad(under + right, under + right + side, right + side, right);
  }
  return { positions: Float32Array.from(positions), triangles: Uint32Array.from(triangles) };
}

function shared({ positions, triangles }: Mesh): Mesh {
  const copy = {
    positions: new Float32Array(new SharedArrayBuffer(positions.byteLength)),
    triangles: new Uint32Array(new SharedArrayBuffer(triangles.byteLength)),
  };
  copy.positions.set(positions);
  copy.triangles.set(triangles);
  return copy;
}

describe('the measured distance', () => {
  const flat = shared(sheet(() => 0));
  const bump = shared(sheet((x, y) => (Math.hypot(x, y) < 1 ? 0.25 * (1 + Math.cos(Math.PI * Math.hypot(x, y))) : 0)));

  test.each([
    ['that was there', bump, flat],
    ['that has come', flat, bump],
  ])('sees a bump of 0.5 mm, 2 mm across, %s', async (_which, before, after) => {
    const surface = { mesh: before, grid: buildTriangleGrid(before) };
    const { greatestMm, far } = await measureBothWays(surface, after, 0.4, pool);
    expect(greatestMm).toBeGreaterThan(0.45);
    expect(greatestMm).toBeLessThanOrEqual(0.5001);
    expect(far.length).toBeGreaterThan(0);
  });

  test.each([0.5, 0.75, 0.95])('of a reduction by %f is that of all samples from all triangles', async (reduction) => {
    const input = { raw: bump, smoothed: null, reduction, limits: { islandMm3: 1, cavityMm3: 1 } };
    const { mesh, reduced, distanceMm } = await finishInParts(input, pool, 2000);
    expect(reduced).toBe(true);
    expect(mesh.triangles.length).toBeLessThan((1.01 - reduction) * bump.triangles.length);
    const { greatestMm } = await measureBothWays({ mesh: bump, grid: buildTriangleGrid(bump) }, mesh, 0.45, pool);
    expect(distanceMm).toBeCloseTo(greatestMm, 9);
    expect(distanceMm).toBeGreaterThan(0);
  });

  test('is that of the nearest triangle, and far beyond the limit at least that it is far', async () => {
    const raised = (by: number) =>
      shared({ ...flat, positions: flat.positions.map((mm, i) => mm + (i % 3 === 2 ? by : 0)) });
    const surface = { mesh: flat, grid: buildTriangleGrid(flat) };
    const distance = async (by: number) => (await measureBothWays(surface, raised(by), 0.4, pool)).greatestMm;
    expect(await distance(0)).toBeLessThan(1e-6);
    expect(await distance(0.3)).toBeCloseTo(0.3, 5);
    expect(await distance(0.9)).toBeCloseTo(0.9, 5);
    for (const far of [7, 4000]) {
      expect(await distance(far)).toBeGreaterThanOrEqual(1.6);
      expect(await distance(far)).toBeLessThanOrEqual(far);
    }
  });
});

describe('parts that hang on a single vertex', () => {
  /** Two pyramids tip to tip, of the sizes given, mm. */
  const tipToTip = (upper: number, lower: number): Mesh => {
    const ring = (size: number, z: number) => [-size, -size, z, size, -size, z, size, size, z, -size, size, z];
    return {
      positions: Float32Array.from([0, 0, 0, ...ring(upper, upper), ...ring(lower, -lower)]),
      triangles: Uint32Array.from([
        0, 2, 1, 0, 3, 2, 0, 4, 3, 0, 1, 4, 1, 2, 3, 1, 3, 4, 0, 5, 6, 0, 6, 7, 0, 7, 8, 0, 8, 5, 5, 7, 6, 5, 8, 7,
      ]),
    };
  };
  const judged = ({ positions, triangles }: Mesh) => ({ positions: [...positions], triangles: [...triangles] });

  test('are set apart, and stay where they are more than a speck', () => {
    const touching = tipToTip(3, 2);
    expect(pinchedVertices(judged(touching))).toBe(1);
    const { mesh, components, defects, losses } = mend(touching, { islandMm3: 100, reachMm: 0.45 });
    expect([pinchedVertices(judged(mesh)), connectedSurfaces(judged(mesh)), components]).toEqual([0, 2, 2]);
    expect(defects).toEqual({ open: 0, nonManifold: 0, pinched: 0 });
    // What was lost is the place where the smaller one hung.
    expect(losses).toEqual([0, 0, 0]);
  });

  test('are dropped where they are too small and near', () => {
    const { mesh, components, losses } = mend(tipToTip(3, 0.2), { islandMm3: 100, reachMm: 0.45 });
    expect([connectedSurfaces(judged(mesh)), components, losses]).toEqual([1, 1, []]);
    expect(Math.min(...mesh.positions.filter((_, i) => i % 3 === 2))).toBeGreaterThan(-0.03);
  });
});
