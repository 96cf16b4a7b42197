import type { Mesh } from './mesh.ts';
import { NearestSearch } from './nearest.ts';
import type { TriangleGrid } from './triangle-grid.ts';

/** Beside its vertices, samples of a surface lie no farther apart than this along edges and within triangles, mm. */
export const SAMPLE_SPACING_MM = 1;
/** Samples that are searched for at once. */
const BATCH = 1024;

/** One of several equal shares of a surface's vertices and triangles. */
export interface MeshShare {
  index: number;
  of: number;
}

/** How far the samples of a surface are from another one: exact up to four times the limit, then at least so far. */
export interface Deviation {
  greatestMm: number;
  /** x, y, z of the samples beyond the limit, mm. */
  far: number[];
}

/** What is measured, and what is known already. */
export interface DeviationQuery {
  mesh: Mesh;
  share: MeshShare;
  /** Of the other surface. */
  grid: TriangleGrid;
  limitMm: number;
  floorMm: number;
}

/** Measures from the samples in a share of a closed mesh to another surface. */
export function measureDeviation({ mesh, share, grid, limitMm, floorMm }: DeviationQuery): Deviation {
  const search = new NearestSearch(grid, limitMm, floorMm);
  sampleVertices(mesh, share, search);
  sampleTriangles(mesh, share, search);
  return { greatestMm: search.greatestMm, far: search.far };
}

function sampleVertices({ positions }: Mesh, share: MeshShare, search: NearestSearch): void {
  const { from, end } = rangeOf(positions.length / 3, share);
  for (let v = from; v < end; v += BATCH) {
    const last = Math.min(end, v + BATCH);
    search.add(Float64Array.from(positions.subarray(3 * v, 3 * last)), last - v);
  }
}

/** Samples edges and insides. Each edge has two triangles: the one that goes along it from its lesser vertex takes it. */
function sampleTriangles({ positions: p, triangles }: Mesh, share: MeshShare, search: NearestSearch): void {
  const { from, end } = rangeOf(triangles.length / 3, share);
  const batch = new Float64Array(3 * BATCH);
  let used = 0;
  for (let t = 3 * from; t < 3 * end; t += 3) {
    const a = 3 * triangles[t]!;
    const b = 3 * triangles[t + 1]!;
    const c = 3 * triangles[t + 2]!;
    const x = p[a]!;
    const y = p[a + 1]!;
    const z = p[a + 2]!;
    const ux = p[b]! - x;
    const uy = p[b + 1]! - y;
    const uz = p[b + 2]! - z;
    const vx = p[c]! - x;
    const vy = p[c + 1]! - y;
    const vz = p[c + 2]! - z;
    const u2 = ux * ux + uy * uy + uz * uz;
    const v2 = vx * vx + vy * vy + vz * vz;
    const w2 = u2 + v2 - 2 * (ux * vx + uy * vy + uz * vz);
    const longest = Math.max(u2, v2, w2);
    if (longest <= SAMPLE_SPACING_MM * SAMPLE_SPACING_MM) continue;
    const steps = Math.ceil(Math.sqrt(longest) / SAMPLE_SPACING_MM);
    for (let i = 0; i < steps; i++)
      for (let j = 0; i + j <= steps; j++) {
        const k = steps - i - j;
        // Corners are vertices; edges are taken once.
        if (i + j === 0 || j === steps || k === steps) continue;
        if ((j === 0 && a > b) || (k === 0 && b > c) || (i === 0 && c > a)) continue;
        const u = i / steps;
        const v = j / steps;
        if (used === BATCH) {
          search.add(batch, used);
          used = 0;
        }
        batch[3 * used] = x + u * ux + v * vx;
        batch[3 * used + 1] = y + u * uy + v * vy;
        batch[3 * used + 2] = z + u * uz + v * vz;
        used++;
      }
  }
  search.add(batch, used);
}

function rangeOf(count: number, { index, of }: MeshShare): { from: number; end: number } {
  return { from: Math.floor((count * index) / of), end: Math.floor((count * (index + 1)) / of) };
}
