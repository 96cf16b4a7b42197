// @module-tag heavy
import { join } from 'node:path';
import {
  type Affine,
  finishInParts,
  labelMesh,
  readMask,
  type Vector,
  WorkerPool,
  writeNifti,
} from '@som3d/server/testing/imaging';
import { afterAll, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/phantom/convert.ts';
import { edgeFaults, judge, type StlMesh } from '../support/phantom/stl.ts';

const pool = new WorkerPool(2);
afterAll(() => pool.close());

/** Distance of a point from a shape's surface, mm, negative inside. */
type Shape = (point: Vector) => number;

const SPACING: Vector = [0.7, 0.7, 1.25];
const LIMITS = { islandMm3: 20, cavityMm3: 50 };

function ball(radius: number): Shape {
  return ([x, y, z]) => Math.hypot(x - 0.31, y + 0.22, z - 0.17) - radius;
}

function box(half: Vector): Shape {
  return (point) => {
    const away = point.map((value, axis) => Math.abs(value) - half[axis]!);
    return Math.hypot(...away.map((value) => Math.max(0, value))) + Math.min(0, Math.max(...away));
  };
}

/** Turned about z by 0.5 rad and then about x by 0.35 rad. */
function turned(shape: Shape): Shape {
  const [ca, sa, cb, sb] = [Math.cos(0.5), Math.sin(0.5), Math.cos(0.35), Math.sin(0.35)];
  return ([x, y, z]) =>
    shape([ca * x - sa * y, sa * cb * x + ca * cb * y - sb * z, sa * sb * x + ca * sb * y + cb * z]);
}

function rod(radius: number, half: number): Shape {
  return ([x, y, z]) => Math.max(Math.hypot(x, y) - radius, Math.abs(z) - half);
}

/** The mask of a shape, as a file on a grid around the origin. */
async function maskOf(shape: Shape, extent: number) {
  // Odd numbers: one voxel is in the very middle.
  const [nx, ny, nz] = SPACING.map((mm) => 2 * Math.ceil(extent / mm / 2) + 9) as Vector;
  const origin = [nx, ny, nz].map((count, axis) => (-(count - 1) / 2) * SPACING[axis]!) as Vector;
  const affine: Affine = {
    columnStep: [SPACING[0], 0, 0],
    rowStep: [0, SPACING[1], 0],
    sliceStep: [0, 0, SPACING[2]],
    origin,
  };
  const voxels = new Uint8Array(nx * ny * nz);
  for (let k = 0, voxel = 0; k < nz; k++)
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++, voxel++)
        if (shape([origin[0] + i * SPACING[0], origin[1] + j * SPACING[1], origin[2] + k * SPACING[2]]) < 0)
          voxels[voxel] = 1;
  const path = join(await temporaryDirectory(), 'mask.nii.gz');
  const grid = { nx, ny, nz, affine };
  await writeNifti(path, { nx, ny, nz, type: 'uint8', affine, slope: 1, intercept: 0 }, [voxels]);
  return { path, grid, mask: await readMask(path, grid), voxels: voxels.reduce((sum, value) => sum + value, 0) };
}

async function surfaceOf(shape: Shape, extent: number, reduction = 0, iterations = 20): Promise<StlMesh> {
  const { mask } = await maskOf(shape, extent);
  if (mask === null) throw new Error('The mask is empty');
  const { stairs, smooth } = await labelMesh(mask, LIMITS, iterations, pool);
  const { mesh } = await finishInParts({ raw: stairs, smoothed: smooth, reduction, limits: LIMITS }, pool);
  return { positions: [...mesh.positions], triangles: [...mesh.triangles] };
}

async function errorsOf(mesh: StlMesh, shape: Shape, volumeMm3: number) {
  let [sum, max] = [0, 0];
  for (let i = 0; i < mesh.positions.length; i += 3) {
    const away = shape(mesh.positions.slice(i, i + 3) as Vector);
    sum += away * away;
    max = Math.max(max, Math.abs(away));
  }
  const { status, volume } = await judge(mesh);
  return {
    status,
    faults: edgeFaults(mesh),
    volumePercent: 100 * (volume / volumeMm3 - 1),
    rms: Math.sqrt((3 * sum) / mesh.positions.length),
    max,
  };
}

function BALL(radius: number): number {
  return (4 / 3) * Math.PI * radius ** 3;
}

describe('the surface of a mask in voxels of 0.7 x 0.7 x 1.25 mm', () => {
  // Bounds on volume in %, mean square root and greatest distance in mm. Stairs alone have 0.20 and 0.62 mm.
  test.each<[string, Shape, number, number, [number, number, number]]>([
    ['a ball of radius 25', ball(25), 52, BALL(25), [0.05, 0.056, 0.44]],
    ['a ball of radius 50', ball(50), 102, BALL(50), [0.05, 0.053, 0.6]],
    ['a turned box', turned(box([12, 9, 15])), 46, 24 * 18 * 30, [0.25, 0.105, 0.58]],
    ['a turned rod of radius 3', turned(rod(3, 20)), 46, Math.PI * 9 * 40, [0.5, 0.095, 0.58]],
    ['a turned plate of 1.5 mm', turned(box([15, 15, 0.75])), 46, 30 * 30 * 1.5, [0.6, 0.155, 0.55]],
    ['a plate of one voxel', box([15.05, 15.05, 0.625]), 46, 30.1 * 30.1 * 1.25, [0.05, 0.065, 0.3]],
  ])('has the volume and the shape of %s', async (_name, shape, extent, volume, [volumeBound, rmsBound, maxBound]) => {
    const found = await errorsOf(await surfaceOf(shape, extent), shape, volume);
    expect(found).toMatchObject({ status: 'NoError', faults: { open: 0, nonManifold: 0 } });
    expect(Math.abs(found.volumePercent)).toBeLessThan(volumeBound);
    expect(found.rms).toBeLessThan(rmsBound);
    expect(found.max).toBeLessThan(maxBound);
  });

  test.each<[string, number, number]>([
    ['smoothed and reduced by 75 %', 0.75, 20],
    ['without the filter', 0, 0],
  ])('keeps volume and shape: %s', async (_name, reduction, iterations) => {
    const found = await errorsOf(await surfaceOf(ball(25), 52, reduction, iterations), ball(25), BALL(25));
    expect(found).toMatchObject({ status: 'NoError', faults: { open: 0, nonManifold: 0 } });
    expect(Math.abs(found.volumePercent)).toBeLessThan(0.3);
    expect(found.rms).toBeLessThan(0.07);
  });

  test('keeps the thickness of a thin plate on a thick body', async () => {
    const body = box([9, 9, 9]);
    const plate = box([6, 20, 0.6]);
    const shape: Shape = ([x, y, z]) => Math.min(body([x, y, z]), plate([x, y - 20, z]));
    const { positions } = await surfaceOf(shape, 84);
    const heights: number[] = [];
    for (let i = 0; i < positions.length; i += 3) {
      const [x, y, z] = positions.slice(i, i + 3) as Vector;
      if (Math.abs(x) < 4 && y > 12 && y < 38) heights.push(Math.abs(z));
    }
    // One voxel of the mask: 1.25 mm.
    const thickness = (2 * heights.reduce((sum, value) => sum + value, 0)) / heights.length;
    expect(thickness).toBeGreaterThan(1.15);
    expect(thickness).toBeLessThan(1.32);
    expect(Math.min(...heights)).toBeGreaterThan(0.4);
  });

  test('leaves out specks and closes pinholes', async () => {
    const shape: Shape = ([x, y, z]) =>
      Math.min(Math.max(ball(15)([x, y, z]), 1.2 - Math.hypot(x, y, z)), Math.hypot(x - 20, y, z) - 1);
    const found = await errorsOf(await surfaceOf(shape, 46), ball(15), BALL(15));
    expect(found.status).toBe('NoError');
    expect(Math.abs(found.volumePercent)).toBeLessThan(0.2);
    expect(found.max).toBeLessThan(0.4);
  });
});

describe('a mask', () => {
  test('is cut to its label, whatever the size of the scan', async () => {
    const { mask, voxels } = await maskOf(ball(6), 100);
    const sides = [12 / 0.7, 12 / 0.7, 12 / 1.25].map((count) => Math.ceil(count) + 7);
    [mask?.volume.nx, mask?.volume.ny, mask?.volume.nz].forEach((count, axis) =>
      expect(count).toBeLessThanOrEqual(sides[axis] ?? 0),
    );
    expect(mask?.volumeMm3).toBeCloseTo(voxels * 0.7 * 0.7 * 1.25, 6);
  });

  test('is nothing where no voxel is set', async () => {
    expect((await maskOf(() => 1, 20)).mask).toBeNull();
  });

  test('is refused where it is not on the grid of the image', async () => {
    const { path, grid } = await maskOf(ball(6), 20);
    const elsewhere = { ...grid.affine, origin: grid.affine.origin.map((value) => value + 0.2) as Vector };
    await expect(readMask(path, { ...grid, affine: elsewhere })).rejects.toThrow('another place');
    await expect(readMask(path, { ...grid, nx: grid.nx + 1 })).rejects.toThrow('another size');
  });
});
