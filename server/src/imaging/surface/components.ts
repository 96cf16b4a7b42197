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
  /** Outer surfaces. */
  islandMm3: number;
  /** Cavities. */
  cavityMm3: number;
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
    union(triangles[t]!, triangles[t + 1]!);
    union(triangles[t]!, triangles[t + 2]!);
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

/**
 * Drops outer surfaces that enclose less than `islandMm3` and cavities of less than `cavityMm3`,
 * which closes the hole. A dropped island takes its cavities along as long as cavityMm3 >= islandMm3.
 */
export function dropSmallComponents(mesh: Mesh, limits: ComponentLimits): Mesh {
  const keep = largeComponents(mesh, limits);
  return keep === null ? mesh : filterTriangles(mesh, keep);
}

/** Says of vertices whether `dropSmallComponents` keeps their surface; null where it keeps all. */
export function largeComponents(mesh: Mesh, limits: ComponentLimits): ((vertex: number) => boolean) | null {
  const { ofVertex, count, volumesMm3 } = findComponents(mesh);
  const cavityMm3 = Math.max(limits.cavityMm3, limits.islandMm3);
  const keep = Array.from(volumesMm3, (volume) => volume >= limits.islandMm3 || volume < -cavityMm3);
  if (count === 0 || keep.every(Boolean)) return null;
  return (vertex) => keep[ofVertex[vertex]!]!;
}
