import type { WorkerPool } from '../workers/pool.ts';
import type { Adjacency } from './adjacency.ts';
import { vertexCount, type Mesh } from './mesh.ts';

/**
 * The neighbours of each vertex in the order in which its faces go around it, counter-clockwise seen from outside: a
 * vertex and two neighbours that follow each other are a face, and so are the last and the first. Shared buffers.
 */
export interface Rings extends Adjacency {
  /** 1 for each vertex whose faces are not one closed fan. It has its neighbours, but in no order. */
  odd: Uint8Array;
}

/** A range of vertices, and the range of triangles outside of which none uses them. */
export interface RingRange {
  from: number;
  end: number;
  firstTriangle: number;
  endTriangle: number;
}

const TASKS = 8;
/** Triangles of which it is known which vertices they use. */
const BLOCK = 4096;

/** Finds the rings of all vertices, in all threads of the pool at once. */
export async function buildRings(mesh: Mesh, pool: WorkerPool): Promise<Rings> {
  const vertices = vertexCount(mesh);
  const rings: Rings = {
    starts: new Uint32Array(new SharedArrayBuffer(4 * (vertices + 1))),
    neighbours: new Uint32Array(new SharedArrayBuffer(4 * mesh.triangles.length)),
    odd: new Uint8Array(new SharedArrayBuffer(vertices)),
  };
  const blocks = countCorners(mesh.triangles, rings.starts);
  const bound = (task: number): number => Math.floor((vertices * task) / TASKS);
  const ranges = Array.from({ length: TASKS }, (_, task) => trianglesOf(blocks, bound(task), bound(task + 1)));
  await Promise.all(ranges.map((range) => pool.run('fillRings', { mesh, rings, range })));
  return rings;
}

/** The least and the greatest vertex of each block of triangles. */
interface Blocks {
  least: Uint32Array;
  greatest: Uint32Array;
}

/** Counts the corners at each vertex, and makes them starts. */
function countCorners(triangles: Uint32Array, starts: Uint32Array): Blocks {
  const count = Math.ceil(triangles.length / 3 / BLOCK);
  const blocks = { least: new Uint32Array(count), greatest: new Uint32Array(count) };
  for (let block = 0; block < count; block++) {
    const end = Math.min(triangles.length, 3 * BLOCK * (block + 1));
    let least = starts.length;
    let greatest = 0;
    for (let i = 3 * BLOCK * block; i < end; i++) {
      const vertex = triangles[i]!;
      if (vertex < least) least = vertex;
      if (vertex > greatest) greatest = vertex;
      starts[vertex + 1]!++;
    }
    blocks.least[block] = least;
    blocks.greatest[block] = greatest;
  }
  for (let v = 1; v < starts.length; v++) starts[v]! += starts[v - 1]!;
  return blocks;
}

function trianglesOf({ least, greatest }: Blocks, from: number, end: number): RingRange {
  let [first, last] = [least.length, -1];
  for (let block = 0; block < least.length; block++) {
    if (least[block]! >= end || greatest[block]! < from) continue;
    if (first > block) first = block;
    last = block;
  }
  return { from, end, firstTriangle: first * BLOCK, endTriangle: (last + 1) * BLOCK };
}

/** Fills in the rings of the vertices of a range. */
export function fillRings(
  { triangles }: Mesh,
  rings: Rings,
  { from, end, firstTriangle, endTriangle }: RingRange,
): void {
  const { starts, neighbours, odd } = rings;
  const base = starts[from]!;
  /** For each corner the two other vertices of its triangle. */
  const sides = new Uint32Array(2 * (starts[end]! - base));
  const free = new Uint32Array(end - from);
  for (let v = from; v < end; v++) free[v - from] = 2 * (starts[v]! - base);
  const last = Math.min(triangles.length, 3 * endTriangle);
  for (let t = 3 * firstTriangle; t < last; t += 3) {
    const a = triangles[t]!;
    const b = triangles[t + 1]!;
    const c = triangles[t + 2]!;
    if (a >= from && a < end) {
      const at = free[a - from]!;
      free[a - from] = at + 2;
      sides[at] = b;
      sides[at + 1] = c;
    }
    if (b >= from && b < end) {
      const at = free[b - from]!;
      free[b - from] = at + 2;
      sides[at] = c;
      sides[at + 1] = a;
    }
    if (c >= from && c < end) {
      const at = free[c - from]!;
      free[c - from] = at + 2;
      sides[at] = a;
      sides[at + 1] = b;
    }
  }
  for (let v = from; v < end; v++)
    if (!chain(sides, 2 * (starts[v]! - base), 2 * (starts[v + 1]! - base), neighbours, starts[v]!)) odd[v] = 1;
}

/**
 * Follows the faces around a vertex.
 * @returns whether they are one closed fan; else the neighbours are written in no order
 */
function chain(sides: Uint32Array, from: number, end: number, out: Uint32Array, at: number): boolean {
  if (from === end) return true;
  const first = sides[from]!;
  let next = sides[from + 1]!;
  let to = at;
  out[to++] = first;
  for (let face = from + 2; face < end && next !== first; face += 2) {
    let found = face;
    while (found < end && sides[found] !== next) found += 2;
    if (found === end) break;
    out[to++] = next;
    next = sides[found + 1]!;
    // What was found changes places with the first that is left.
    sides[found] = sides[face]!;
    sides[found + 1] = sides[face + 1]!;
    sides[face] = out[to - 1]!;
    sides[face + 1] = next;
  }
  if (next === first && to - at === (end - from) / 2 && to - at > 2) return true;
  for (let face = from, i = at; face < end; face += 2) out[i++] = sides[face]!;
  return false;
}
