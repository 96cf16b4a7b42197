import { cavityOwners } from './enclosure.ts';
import { filterTriangles, vertexCount, type Mesh } from './mesh.ts';

/** The connected closed surfaces of a mesh. */
export interface Components {
  /** Surface of each vertex, 0..count - 1, by first vertex. */
  ofVertex: Int32Array;
  count: number;
  /** Enclosed volume of each, mm3: negative for a cavity, whose faces look inward. */
  volumesMm3: Float64Array;
}

/** Volumes below which a surface is left out, mm3. */
export interface ComponentLimits {
  /** Outer surfaces; the largest stays whatever its volume. */
  islandMm3: number;
  /** Cavities. */
  cavityMm3: number;
}

/** Pieces that were left out because they are small. */
export interface DroppedPieces {
  count: number;
  /** Of all of them, and of the largest one. */
  volumeMm3: number;
  largestMm3: number;
}

/** Which surfaces of a mesh are large enough. */
export interface Selection {
  /** Says of a vertex whether its surface stays; null where all do. */
  keep: ((vertex: number) => boolean) | null;
  /** The largest outer surface, mm3. */
  largestMm3: number;
  dropped: DroppedPieces;
}

/** Finds connected surfaces by union and find over the triangles' vertices, and their volumes. */
export function findComponents(mesh: Mesh): Components {
  const ofVertex = labelVertices(mesh);
  let count = 0;
  for (const label of ofVertex) if (label >= count) count = label + 1;
  return { ofVertex, count, volumesMm3: componentVolumes(mesh, ofVertex, count) };
}

function labelVertices(mesh: Mesh): Int32Array {
  const { triangles } = mesh;
  const vertices = vertexCount(mesh);
  const parent = new Int32Array(vertices);
  for (let v = 0; v < vertices; v++) parent[v] = v;
  const find = (vertex: number): number => {
    let v = vertex;
    while (parent[v] !== v) {
      parent[v] = parent[parent[v]!]!;
      v = parent[v]!;
    }
    return v;
  };
  const union = (a: number, b: number): void => {
    const [x, y] = [find(a), find(b)];
    if (x < y) parent[y] = x;
    else if (y < x) parent[x] = y;
  };
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!];
    // Most triangles join what their neighbours have joined before.
    if (parent[a] !== parent[b]) union(a, b);
    if (parent[a] !== parent[c]) union(a, c);
  }
  const labels = new Int32Array(vertices);
  let next = 0;
  // Roots are the smallest vertex of their surface, so they are met before the others.
  for (let v = 0; v < vertices; v++) labels[v] = parent[v] === v ? next++ : labels[find(v)]!;
  return labels;
}

/** Divergence theorem: a sixth of the triple product of each triangle, about a point of the mesh for precision. */
function componentVolumes(mesh: Mesh, ofVertex: Int32Array, count: number): Float64Array {
  const { positions: p, triangles } = mesh;
  const volumes = new Float64Array(count);
  const [x, y, z] = [p[0] ?? 0, p[1] ?? 0, p[2] ?? 0];
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t]!, 3 * triangles[t + 1]!, 3 * triangles[t + 2]!];
    const [ax, ay, az] = [p[a]! - x, p[a + 1]! - y, p[a + 2]! - z];
    const [bx, by, bz] = [p[b]! - x, p[b + 1]! - y, p[b + 2]! - z];
    const [cx, cy, cz] = [p[c]! - x, p[c + 1]! - y, p[c + 2]! - z];
    volumes[ofVertex[triangles[t]!]!]! +=
      ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
  }
  return volumes.map((six) => six / 6);
}

/** Drops what `selectComponents` does not keep: a dropped island takes its cavities along, a dropped cavity is closed. */
export function dropSmallComponents(mesh: Mesh, limits: ComponentLimits): { mesh: Mesh } & Omit<Selection, 'keep'> {
  const { keep, ...found } = selectComponents(mesh, limits);
  return { mesh: keep === null ? mesh : filterTriangles(mesh, keep), ...found };
}

/** Finds the outer surfaces that are large enough, the largest in any case, and the cavities in them that are. */
export function selectComponents(mesh: Mesh, limits: ComponentLimits): Selection {
  const components = findComponents(mesh);
  const { ofVertex, volumesMm3 } = components;
  const largestMm3 = volumesMm3.reduce((largest, volume) => Math.max(largest, volume), 0);
  const outer = Array.from(volumesMm3, (volume) => volume >= 0);
  const stays = Array.from(volumesMm3, (volume) => volume >= 0 && volume >= Math.min(limits.islandMm3, largestMm3));
  const holes = [...volumesMm3.keys()].filter((at) => volumesMm3[at]! < -limits.cavityMm3);
  // What is larger than an island that goes lies in one that stays.
  const doubtful = holes.filter((at) => -volumesMm3[at]! < limits.islandMm3);
  const shells = doubtful.length === 0 ? [] : [...volumesMm3.keys()].filter((at) => volumesMm3[at]! > limits.cavityMm3);
  const owners = cavityOwners(mesh, components, shells, doubtful);
  for (const hole of holes) stays[hole] = !owners.has(hole) || stays[owners.get(hole)!]!;
  const dropped = piecesOf(volumesMm3.filter((_, at) => outer[at]! && !stays[at]!));
  return { keep: stays.every(Boolean) ? null : (vertex) => stays[ofVertex[vertex]!]!, largestMm3, dropped };
}

/** Sums up pieces by their volumes. */
export function piecesOf(volumesMm3: Iterable<number>): DroppedPieces {
  const pieces = { count: 0, volumeMm3: 0, largestMm3: 0 };
  for (const volume of volumesMm3) {
    pieces.count++;
    pieces.volumeMm3 += volume;
    pieces.largestMm3 = Math.max(pieces.largestMm3, volume);
  }
  return pieces;
}
