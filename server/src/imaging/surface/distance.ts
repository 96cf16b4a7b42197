import type { Mesh } from './mesh.ts';
import { NearestSearch } from './nearest.ts';
import type { TriangleGrid } from './triangle-grid.ts';

/** Beside its vertices, samples of a surface lie no farther apart than this along edges and within triangles, mm. */
export const SAMPLE_SPACING_MM = 1;
const SPACING_SQUARE = SAMPLE_SPACING_MM * SAMPLE_SPACING_MM;
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
  /** 1 for each vertex that lies in the other surface as it is known. */
  common: Uint8Array;
  share: MeshShare;
  /** Of the other surface. */
  grid: TriangleGrid;
  limitMm: number;
  floorMm: number;
}

/** Measures from the samples in a share of a closed mesh to another surface. */
export function measureDeviation({ mesh, common, share, grid, limitMm, floorMm }: DeviationQuery): Deviation {
  const search = new NearestSearch(grid, limitMm, floorMm);
  const batch = new Batch((points, _, count) => search.add(points, count));
  sampleVertices(mesh, common, share, batch);
  sampleTriangles(mesh, share, batch);
  batch.flush();
  return { greatestMm: search.greatestMm, far: search.far };
}

function sampleVertices({ positions }: Mesh, common: Uint8Array, share: MeshShare, batch: Batch): void {
  const { from, end } = rangeOf(common.length, share);
  for (let v = from; v < end; v++) if (common[v] === 0) batch.addVertex(positions, v);
}

/** Samples edges and insides. Each edge has two triangles: the one that goes along it from its lesser vertex takes it. */
export function sampleTriangles({ positions: p, triangles }: Mesh, share: MeshShare, batch: Batch): void {
  const { from, end } = rangeOf(triangles.length / 3, share);
  for (let t = 3 * from; t < 3 * end; t += 3) {
    const a = 3 * triangles[t]!;
    const b = 3 * triangles[t + 1]!;
    const c = 3 * triangles[t + 2]!;
    const ab = squareBetween(p, a, b);
    const bc = squareBetween(p, b, c);
    const ca = squareBetween(p, c, a);
    if (a < b && ab > SPACING_SQUARE) batch.addBetween(p, a, b, stepsOf(ab));
    if (b < c && bc > SPACING_SQUARE) batch.addBetween(p, b, c, stepsOf(bc));
    if (c < a && ca > SPACING_SQUARE) batch.addBetween(p, c, a, stepsOf(ca));
    const longest = Math.max(ab, bc, ca);
    if (longest > 4 * SPACING_SQUARE) batch.addInside(p, a, b, c, stepsOf(longest));
  }
}

function squareBetween(p: Float32Array, a: number, b: number): number {
  const x = p[b]! - p[a]!;
  const y = p[b + 1]! - p[a + 1]!;
  const z = p[b + 2]! - p[a + 2]!;
  return x * x + y * y + z * z;
}

function stepsOf(square: number): number {
  return Math.ceil(Math.sqrt(square) / SAMPLE_SPACING_MM);
}

/** Takes many samples at once: numbers that go through a call one by one each take memory of their own. */
type Search = (points: Float64Array, near: Uint32Array, count: number) => void;

/** Samples on their way to a search, each with a vertex of its triangle. */
export class Batch {
  readonly #search: Search;
  readonly #points = new Float64Array(3 * BATCH);
  readonly #near = new Uint32Array(BATCH);
  #count = 0;

  constructor(search: Search) {
    this.#search = search;
  }

  addVertex(p: Float32Array, v: number): void {
    this.#add(p, 3 * v, 3 * v, 3 * v, 0, 0, v);
  }

  /** Samples the inside of an edge in even steps. */
  addBetween(p: Float32Array, a: number, b: number, steps: number): void {
    for (let i = 1; i < steps; i++) this.#add(p, a, b, b, i / steps, 0, (2 * i < steps ? a : b) / 3);
  }

  /** Samples the inside of a triangle, its sides in even steps. */
  addInside(p: Float32Array, a: number, b: number, c: number, steps: number): void {
    for (let i = 1; i < steps; i++)
      for (let j = 1; i + j < steps; j++) {
        const near = 2 * i >= steps ? b : 2 * j >= steps ? c : a;
        this.#add(p, a, b, c, i / steps, j / steps, near / 3);
      }
  }

  flush(): void {
    this.#search(this.#points, this.#near, this.#count);
    this.#count = 0;
  }

  #add(p: Float32Array, a: number, b: number, c: number, s: number, r: number, near: number): void {
    if (this.#count === BATCH) this.flush();
    this.#near[this.#count] = near;
    const at = 3 * this.#count++;
    for (let axis = 0; axis < 3; axis++) {
      const start = p[a + axis]!;
      this.#points[at + axis] = start + s * (p[b + axis]! - start) + r * (p[c + axis]! - start);
    }
  }
}

export function rangeOf(count: number, { index, of }: MeshShare): { from: number; end: number } {
  return { from: Math.floor((count * index) / of), end: Math.floor((count * (index + 1)) / of) };
}
