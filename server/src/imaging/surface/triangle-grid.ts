import type { Vector } from '../volume.ts';
import { triangleCount, type Mesh } from './mesh.ts';

/** Triangles by the cells of a regular grid that they may pass through. Shared buffers: every thread may read it. */
export interface TriangleGrid {
  mesh: Mesh;
  /** Lowest corner, mm. */
  low: Vector;
  cellMm: number;
  /** Cells along x, y, z. */
  size: readonly [number, number, number];
  /** The triangles of cell c are items[starts[c]] .. items[starts[c + 1] - 1]; x runs fastest. */
  starts: Uint32Array;
  items: Uint32Array;
}

/** A cell is about as large as this many mean triangles are wide: few cells to a triangle, few triangles to a cell. */
const TRIANGLE_WIDTHS = 1.8;
/** More cells than this take more memory than they save time. */
export const MAX_CELLS = 4e6;
/** Triangles that span more cells than this are met by few of them: those are told apart. */
const FEW_CELLS = 8;

/** Sorts the triangles of a mesh that has some into a grid. */
export function buildTriangleGrid(mesh: Mesh): TriangleGrid {
  const { low, high } = bounds(mesh.positions);
  const extent = low.map((mm, axis) => Math.max(1e-3, high[axis]! - mm)) as Vector;
  const finest = Math.cbrt((extent[0] * extent[1] * extent[2]) / MAX_CELLS);
  const cellMm = Math.max(finest, TRIANGLE_WIDTHS * meanWidth(mesh), Math.max(...extent) / 1024);
  const size = extent.map((mm) => Math.floor(mm / cellMm) + 1) as unknown as TriangleGrid['size'];
  const cells = size[0] * size[1] * size[2];
  const starts = new Uint32Array(new SharedArrayBuffer(4 * (cells + 1)));
  const grid = { mesh, low, cellMm, size, starts, items: starts };
  visitCells(grid, null);
  for (let cell = 0; cell < cells; cell++) starts[cell + 1]! += starts[cell]!;
  const items = new Uint32Array(new SharedArrayBuffer(4 * starts[cells]!));
  visitCells(grid, items);
  // Each start has moved to its end, which is the next one's start.
  starts.copyWithin(1, 0, cells);
  starts[0] = 0;
  return { ...grid, items };
}

function bounds(positions: Float32Array): { low: Vector; high: Vector } {
  const low: Vector = [Infinity, Infinity, Infinity];
  const high: Vector = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 3)
    for (let axis = 0; axis < 3; axis++) {
      const mm = positions[i + axis]!;
      if (mm < low[axis]!) low[axis] = mm;
      if (mm > high[axis]!) high[axis] = mm;
    }
  return { low, high };
}

/** Square root of the mean area, from a sample of the triangles, mm. */
function meanWidth(mesh: Mesh): number {
  const { positions: p, triangles } = mesh;
  const step = 3 * Math.max(1, Math.floor(triangleCount(mesh) / 10_000));
  let [sum, count] = [0, 0];
  for (let t = 0; t < triangles.length; t += step) {
    const [a, b, c] = [3 * triangles[t]!, 3 * triangles[t + 1]!, 3 * triangles[t + 2]!];
    const [ux, uy, uz] = [p[b]! - p[a]!, p[b + 1]! - p[a + 1]!, p[b + 2]! - p[a + 2]!];
    const [vx, vy, vz] = [p[c]! - p[a]!, p[c + 1]! - p[a + 1]!, p[c + 2]! - p[a + 2]!];
    sum += Math.hypot(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx) / 2;
    count++;
  }
  return Math.sqrt(sum / Math.max(1, count));
}

/**
 * Visits the cells that each triangle may pass through.
 * @param items null to count them, each at its cell's next start; else where the triangles go, each at its cell's start
 */
function visitCells({ mesh, low, cellMm, size, starts }: TriangleGrid, items: Uint32Array | null): void {
  const { positions: p, triangles } = mesh;
  const [nx, ny] = size;
  const perMm = 1 / cellMm;
  const [lowX, lowY, lowZ] = low;
  for (let t = 0; t < triangles.length; t += 3) {
    const a = 3 * triangles[t]!;
    const b = 3 * triangles[t + 1]!;
    const c = 3 * triangles[t + 2]!;
    // All are in the grid, at 0 or more: there, to cut off is to round down.
    const x0 = ((Math.min(p[a]!, p[b]!, p[c]!) - lowX) * perMm) | 0;
    const x1 = ((Math.max(p[a]!, p[b]!, p[c]!) - lowX) * perMm) | 0;
    const y0 = ((Math.min(p[a + 1]!, p[b + 1]!, p[c + 1]!) - lowY) * perMm) | 0;
    const y1 = ((Math.max(p[a + 1]!, p[b + 1]!, p[c + 1]!) - lowY) * perMm) | 0;
    const z0 = ((Math.min(p[a + 2]!, p[b + 2]!, p[c + 2]!) - lowZ) * perMm) | 0;
    const z1 = ((Math.max(p[a + 2]!, p[b + 2]!, p[c + 2]!) - lowZ) * perMm) | 0;
    const many = (x1 - x0 + 1) * (y1 - y0 + 1) * (z1 - z0 + 1) > FEW_CELLS;
    const near = many ? nearPlane(p, a, b, c, cellMm) : null;
    for (let z = z0; z <= z1; z++)
      for (let y = y0; y <= y1; y++)
        for (let x = x0; x <= x1; x++) {
          if (near !== null && !near(lowX + (x + 0.5) * cellMm, lowY + (y + 0.5) * cellMm, lowZ + (z + 0.5) * cellMm))
            continue;
          const cell = (z * ny + y) * nx + x;
          if (items === null) starts[cell + 1]!++;
          else items[starts[cell]!++] = t / 3;
        }
  }
}

/** Says of a cell's middle whether the triangle's plane passes through the cell. */
function nearPlane(
  p: Float32Array,
  a: number,
  b: number,
  c: number,
  cellMm: number,
): (x: number, y: number, z: number) => boolean {
  const [ax, ay, az] = [p[a]!, p[a + 1]!, p[a + 2]!];
  const [ux, uy, uz] = [p[b]! - ax, p[b + 1]! - ay, p[b + 2]! - az];
  const [vx, vy, vz] = [p[c]! - ax, p[c + 1]! - ay, p[c + 2]! - az];
  const [nx, ny, nz] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
  // A little more than half of the cell as seen along the normal, against rounding.
  const reach = 0.501 * cellMm * (Math.abs(nx) + Math.abs(ny) + Math.abs(nz));
  return (x, y, z) => Math.abs((x - ax) * nx + (y - ay) * ny + (z - az) * nz) <= reach;
}
