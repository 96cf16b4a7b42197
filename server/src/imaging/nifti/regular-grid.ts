import { cross, dot, sliceOrigin, type Vector, type Volume, type VolumeShape } from '../volume.ts';
import type { Affine } from './affine.ts';

/** A regular orthogonal grid, in place of a stack that may be sheared or uneven. */
export interface RegularGrid {
  nx: number;
  ny: number;
  nz: number;
  affine: Affine;
  /** The stack is regular as it is: voxels are taken over unchanged. */
  exact: boolean;
}

/** What is outside of the slices: air, HU. */
export const AIR_HU = -1024;
/** Slices that lie off their regular places by less than this are taken for regular, mm. */
const REGULAR_MM = 0.02;
/** Resampling adds at most this much to the number of slices. */
const MAX_MORE_SLICES = 2;

/** Where each slice is: its distance along the common normal, and the shift of its first voxel in rows and columns. */
interface Placement {
  normal: Vector;
  heights: Float64Array;
  /** In columns and in rows, relative to slice 0. */
  shiftX: Float64Array;
  shiftY: Float64Array;
}

function placementOf({ geometry, nz }: VolumeShape): Placement {
  const { columnStep, rowStep } = geometry;
  const through = cross(columnStep, rowStep);
  const first = sliceOrigin(geometry, 0);
  const towards = sliceOrigin(geometry, nz - 1).map((value, c) => value - first[c]!) as Vector;
  const length = Math.hypot(...through) * (dot(through, towards) < 0 ? -1 : 1);
  const normal = through.map((value) => value / length) as Vector;
  const along = (axis: Vector): Float64Array =>
    Float64Array.from({ length: nz }, (_, k) => {
      const offset = sliceOrigin(geometry, k).map((value, c) => value - first[c]!) as Vector;
      return dot(offset, axis);
    });
  const perVoxel = (step: Vector): Float64Array => along(step).map((value) => value / dot(step, step));
  return { normal, heights: along(normal), shiftX: perVoxel(columnStep), shiftY: perVoxel(rowStep) };
}

/**
 * The grid on which a volume is handed to tools that know only regular ones. Columns and rows keep their directions
 * and spacing; slices get an even distance: the lower quartile of their distances, so that three quarters of them
 * lose no detail, and no less than makes twice as many slices. Where the stack leans (gantry tilt), the grid is
 * larger by the shear. A regular stack gives itself.
 */
export function regularGrid(volume: VolumeShape): RegularGrid {
  const { geometry, nx, ny, nz } = volume;
  const { columnStep, rowStep } = geometry;
  const { normal, heights, shiftX, shiftY } = placementOf(volume);
  const extent = heights.at(-1) ?? 0;
  const even = nz > 1 ? extent / (nz - 1) : 1;
  const drift = (k: number): number =>
    Math.hypot(heights[k]! - k * even, shiftX[k]! * Math.hypot(...columnStep), shiftY[k]! * Math.hypot(...rowStep));
  const stepAlong = (distance: number): Vector => normal.map((value) => value * distance) as Vector;
  if (heights.every((_, k) => drift(k) <= REGULAR_MM)) {
    const affine = { columnStep, rowStep, sliceStep: stepAlong(even), origin: sliceOrigin(geometry, 0) };
    return { nx, ny, nz, affine, exact: true };
  }
  const gaps = Array.from({ length: nz - 1 }, (_, k) => heights[k + 1]! - heights[k]!).toSorted((a, b) => a - b);
  const quartile = gaps[Math.floor((gaps.length - 1) / 4)] ?? even;
  const sliceMm = Math.max(quartile, extent / (MAX_MORE_SLICES * nz));
  const slices = Math.max(2, Math.ceil(extent / sliceMm - 1e-6) + 1);
  const [fromX, toX] = [Math.floor(Math.min(...shiftX)), Math.ceil(Math.max(...shiftX))];
  const [fromY, toY] = [Math.floor(Math.min(...shiftY)), Math.ceil(Math.max(...shiftY))];
  const origin = sliceOrigin(geometry, 0).map(
    (value, c) => value + fromX * columnStep[c]! + fromY * rowStep[c]!,
  ) as Vector;
  const affine = { columnStep, rowStep, sliceStep: stepAlong(sliceMm), origin };
  return { nx: nx + toX - fromX, ny: ny + toY - fromY, nz: slices, affine, exact: false };
}

/** Fills slices from..end - 1 of a grid by trilinear interpolation; what the stack does not reach is air. */
export function resample(
  volume: Volume,
  grid: RegularGrid,
  { from, end }: { from: number; end: number },
): Int16Array<ArrayBuffer> {
  const { heights, shiftX, shiftY } = placementOf(volume);
  const { nx, ny } = grid;
  const out = new Int16Array(nx * ny * (end - from));
  const sliceMm = Math.hypot(...grid.affine.sliceStep);
  const [left, top] = [Math.floor(Math.min(...shiftX)), Math.floor(Math.min(...shiftY))];
  const [near, far] = [new Float32Array(nx * ny), new Float32Array(nx * ny)];
  let below = 0;
  for (let t = from; t < end; t++) {
    const height = Math.min(t * sliceMm, heights.at(-1)!);
    while (below < volume.nz - 2 && heights[below + 1]! < height) below++;
    const above = Math.min(below + 1, volume.nz - 1);
    const gap = heights[above]! - heights[below]!;
    const weight = gap > 0 ? Math.min(1, Math.max(0, (height - heights[below]!) / gap)) : 0;
    interpolateSlice(volume, below, { x: left - shiftX[below]!, y: top - shiftY[below]! }, grid, near);
    interpolateSlice(volume, above, { x: left - shiftX[above]!, y: top - shiftY[above]! }, grid, far);
    const at = (t - from) * nx * ny;
    for (let pixel = 0; pixel < near.length; pixel++)
      out[at + pixel] = Math.round(near[pixel]! + weight * (far[pixel]! - near[pixel]!));
  }
  return out;
}

/** A slice moved by a part of a pixel, bilinear. */
function interpolateSlice(
  { data, nx, ny }: Volume,
  slice: number,
  move: { x: number; y: number },
  grid: RegularGrid,
  out: Float32Array,
): void {
  const start = slice * nx * ny;
  const [moveX, moveY] = [Math.floor(move.x), Math.floor(move.y)];
  const [fx, fy] = [move.x - moveX, move.y - moveY];
  const at = (i: number, j: number): number =>
    i >= 0 && i < nx && j >= 0 && j < ny ? data[start + j * nx + i]! : AIR_HU;
  for (let j = 0, pixel = 0; j < grid.ny; j++) {
    const y = j + moveY;
    const inside = y >= 0 && y + 1 < ny;
    for (let i = 0; i < grid.nx; i++, pixel++) {
      const x = i + moveX;
      const p = start + y * nx + x;
      // A sum of weights that are exactly 0 or 1 where nothing moves: voxels then stay as they are.
      out[pixel] =
        inside && x >= 0 && x + 1 < nx
          ? (1 - fy) * ((1 - fx) * data[p]! + fx * data[p + 1]!) +
            fy * ((1 - fx) * data[p + nx]! + fx * data[p + nx + 1]!)
          : (1 - fy) * ((1 - fx) * at(x, y) + fx * at(x + 1, y)) +
            fy * ((1 - fx) * at(x, y + 1) + fx * at(x + 1, y + 1));
    }
  }
}
