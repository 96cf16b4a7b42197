import { cavityOwners } from './enclosure.ts';
import { filterTriangles, type Mesh } from './mesh.ts';

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
  const { ofVertex, count } = labelVertices(mesh);
  return { ofVertex, count, volumesMm3: componentVolumes(mesh, ofVertex, count) };
}

function labelVertices({ positions, triangles }: Mesh): Pick<Components, 'ofVertex' | 'count'> {
  const parent = new Int32Array(positions.length / 3);
  for (let v = 0; v < parent.length; v++) parent[v] = v;
  for (let t = 0; t < triangles.length; t += 3) {
    const a = triangles[t]!;
    const ofA = parent[a]!;
    // Most triangles join what their neighbours have joined before.
    if (ofA !== parent[triangles[t + 1]!]) join(parent, a, triangles[t + 1]!);
    if (ofA !== parent[triangles[t + 2]!]) join(parent, a, triangles[t + 2]!);
  }
  let count = 0;
  // A parent comes before its children: it holds its label already, and in the same place.
  for (let v = 0; v < parent.length; v++) {
    const before = parent[v]!;
    parent[v] = before === v ? count++ : parent[before]!;
  }
  return { ofVertex: parent, count };
}

/** The root of a surface is the first of its vertices. */
function join(parent: Int32Array, a: number, b: number): void {
  const x = rootOf(parent, a);
  const y = rootOf(parent, b);
  if (x < y) parent[y] = x;
  else parent[x] = y;
  // Neighbours of these vertices come next: they find the root at once.
  parent[a] = parent[b] = Math.min(x, y);
}

function rootOf(parent: Int32Array, vertex: number): number {
  let at = vertex;
  while (parent[at] !== at) {
    parent[at] = parent[parent[at]!]!;
    at = parent[at]!;
  }
  return at;
}

/**
 * Divergence theorem: the flow of (x, 0, 0) through each triangle, its mean x times the x of its area vector. About a point
 * of the mesh for precision.
 */
function componentVolumes({ positions: p, triangles }: Mesh, ofVertex: Int32Array, count: number): Float64Array {
  const volumes = new Float64Array(count);
  const middle = 3 * (p[0] ?? 0);
  let [label, sum] = [0, 0];
  for (let t = 0; t < triangles.length; t += 3) {
    const first = triangles[t]!;
    // Triangles that follow each other mostly lie on one surface.
    if (ofVertex[first] !== label) {
      volumes[label]! += sum;
      label = ofVertex[first]!;
      sum = 0;
    }
    const a = 3 * first;
    const b = 3 * triangles[t + 1]!;
    const c = 3 * triangles[t + 2]!;
    const ay = p[a + 1]!;
    const az = p[a + 2]!;
    sum +=
      (p[a]! + p[b]! + p[c]! - middle) * ((p[b + 1]! - ay) * (p[c + 2]! - az) - (p[b + 2]! - az) * (p[c + 1]! - ay));
  }
  if (count > 0) volumes[label]! += sum;
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
