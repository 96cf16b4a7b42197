import { vertexCount, type Mesh } from './mesh.ts';

/** The corners of triangles by their vertex: those of vertex v are corners[starts[v]] .. corners[starts[v + 1] - 1]. */
interface Corners {
  starts: Uint32Array;
  /** Indices into the mesh's triangles. */
  corners: Uint32Array;
}

/** How far a vertex that was split is moved into its own fan: less than any scanner or printer resolves. */
const MAX_NUDGE_MM = 0.02;
const NUDGE_SHARE = 1 / 8;

/** A mesh whose pinched vertices were split, and which vertices that were. */
export interface Unpinched {
  mesh: Mesh;
  pinched: number[];
}

/**
 * Gives each fan of triangles around a vertex a vertex of its own, a little way off the others, so that a reader who
 * joins vertices by their coordinates does not join them again. The mesh must be closed, with every edge used twice.
 */
export function splitPinchedVertices(mesh: Mesh): Unpinched {
  const { vertices, fans } = pinchedFans(mesh);
  if (fans.length === 0) return { mesh, pinched: [] };
  const { positions, triangles } = mesh;
  const split = { positions: new Float32Array(positions.length + 3 * fans.length), triangles: triangles.slice() };
  split.positions.set(positions);
  for (const [added, fan] of fans.entries()) {
    const vertex = vertexCount(mesh) + added;
    split.positions.set(towardsFan(mesh, fan), 3 * vertex);
    for (const corner of fan) split.triangles[corner] = vertex;
  }
  return { mesh: split, pinched: vertices };
}

/** The fans that are to leave their vertex: all but the largest at each pinched one, as corners. */
function pinchedFans(mesh: Mesh): { vertices: number[]; fans: number[][] } {
  const { triangles } = mesh;
  const { starts, corners } = cornersOf(mesh);
  const fans: number[][] = [];
  const vertices: number[] = [];
  for (let v = 0; v < starts.length - 1; v++) {
    const [from, end] = [starts[v]!, starts[v + 1]!];
    if (from === end || fanLength(triangles, corners, from, end) === end - from) continue;
    vertices.push(v);
    const found = fansAt(triangles, corners.subarray(from, end));
    const largest = found.reduce((best, fan) => (fan.length > best.length ? fan : best));
    fans.push(...found.filter((fan) => fan !== largest));
  }
  return { vertices, fans };
}

function cornersOf(mesh: Mesh): Corners {
  const { triangles } = mesh;
  const count = vertexCount(mesh);
  const starts = new Uint32Array(count + 1);
  for (let i = 0; i < triangles.length; i++) starts[triangles[i]! + 1]!++;
  for (let v = 0; v < count; v++) starts[v + 1]! += starts[v]!;
  const corners = new Uint32Array(triangles.length);
  for (let i = 0; i < triangles.length; i++) corners[starts[triangles[i]!]!++] = i;
  starts.copyWithin(1, 0, count);
  starts[0] = 0;
  return { starts, corners };
}

/** The triangles met going around a vertex from its first one. */
function fanLength(triangles: Uint32Array, corners: Uint32Array, from: number, end: number): number {
  const first = corners[from]!;
  const stop = triangles[nextOf(first)]!;
  let length = 1;
  for (let edge = triangles[previousOf(first)]!; edge !== stop && length < end - from; length++) {
    let i = from;
    while (i < end && triangles[nextOf(corners[i]!)] !== edge) i++;
    if (i === end) return length;
    edge = triangles[previousOf(corners[i]!)]!;
  }
  return length;
}

function fansAt(triangles: Uint32Array, corners: Uint32Array): number[][] {
  const left = new Set(corners);
  const fans: number[][] = [];
  for (const first of corners) {
    if (!left.has(first)) continue;
    const fan: number[] = [];
    for (let corner: number | undefined = first; corner !== undefined;) {
      left.delete(corner);
      fan.push(corner);
      const edge: number = triangles[previousOf(corner)]!;
      corner = [...left].find((other) => triangles[nextOf(other)] === edge);
    }
    fans.push(fan);
  }
  return fans;
}

/** From a pinched vertex a little towards the middle of a fan's rim. */
function towardsFan({ positions, triangles }: Mesh, fan: readonly number[]): [number, number, number] {
  const at = 3 * triangles[fan[0]!]!;
  const way = [0, 1, 2].map((axis) => {
    const rim = fan.reduce((sum, corner) => sum + positions[3 * triangles[nextOf(corner)]! + axis]!, 0);
    return rim / fan.length - positions[at + axis]!;
  });
  const length = Math.hypot(...way) || 1;
  const share = Math.min(NUDGE_SHARE, MAX_NUDGE_MM / length);
  return [0, 1, 2].map((axis) => positions[at + axis]! + share * way[axis]!) as [number, number, number];
}

function nextOf(corner: number): number {
  return corner % 3 === 2 ? corner - 2 : corner + 1;
}

function previousOf(corner: number): number {
  return corner % 3 === 0 ? corner + 2 : corner - 1;
}
