import { buildAdjacency } from './adjacency.ts';
import { filterTriangles, vertexCount, type Mesh } from './mesh.ts';
import { countEdgeDefects, weld, type EdgeDefects } from './topology.ts';
import { splitEdges, type EdgeFaces } from './split-edges.ts';

const MAX_ROUNDS = 10;

export interface Repaired {
  mesh: Mesh;
  defects: EdgeDefects;
}

/**
 * Welds a mesh and mends the edges at which it touches itself. Simplification and rounding to float32 leave
 * some edges with four or more faces (as many in one direction as in the other, since the mesh was closed);
 * they are pulled apart where the solid is.
 * @returns the mesh and what could not be mended
 */
export function repair(input: Mesh): Repaired {
  let mesh = weld(input);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const edges = crowdedEdges(mesh);
    if (edges.size === 0) break;
    const faces = facesOf(mesh, edges);
    const folded = foldedFaces(faces);
    mesh = weld(folded.size > 0 ? dropFaces(mesh, folded) : splitEdges(mesh, faces));
  }
  // Without the vertices that no triangle uses any more.
  mesh = filterTriangles(mesh, () => true);
  return { mesh, defects: countEdgeDefects(mesh) };
}

/** Keys (smaller vertex * vertex count + larger) of edges used more than once in a direction. */
function crowdedEdges(mesh: Mesh): Set<number> {
  const { starts, neighbours } = buildAdjacency(mesh);
  const vertices = vertexCount(mesh);
  const edges = new Set<number>();
  for (let from = 0; from < vertices; from++) {
    const end = starts[from + 1]!;
    for (let i = starts[from]!; i < end; i++) {
      const to = neighbours[i]!;
      for (let q = i + 1; q < end; q++)
        if (neighbours[q] === to) edges.add(Math.min(from, to) * vertices + Math.max(from, to));
    }
  }
  return edges;
}

/** The faces at each crowded edge, by direction. */
function facesOf(mesh: Mesh, edges: Set<number>): EdgeFaces[] {
  const { triangles } = mesh;
  const vertices = vertexCount(mesh);
  const ends = new Uint8Array(vertices);
  for (const key of edges) ends[Math.floor(key / vertices)] = ends[key % vertices] = 1;
  const found = new Map<number, EdgeFaces>();
  for (let t = 0; t < triangles.length; t += 3) {
    for (let corner = 0; corner < 3; corner++) {
      const from = triangles[t + corner]!;
      const to = triangles[t + ((corner + 1) % 3)]!;
      if (ends[from] === 0 || ends[to] === 0) continue;
      const [a, b] = from < to ? [from, to] : [to, from];
      const key = a * vertices + b;
      if (!edges.has(key)) continue;
      const entry = found.get(key) ?? { a, b, forward: [], backward: [] };
      found.set(key, entry);
      const face = { triangle: t, apex: triangles[t + ((corner + 2) % 3)]! };
      (from === a ? entry.forward : entry.backward).push(face);
    }
  }
  return [...found.values()];
}

/** Pairs of faces with the same corners and opposite directions: folds without volume. */
function foldedFaces(edges: EdgeFaces[]): Set<number> {
  const folded = new Set<number>();
  for (const { forward, backward } of edges) {
    for (const face of forward) {
      if (folded.has(face.triangle)) continue;
      const mirror = backward.find((other) => other.apex === face.apex && !folded.has(other.triangle));
      if (mirror === undefined) continue;
      folded.add(face.triangle);
      folded.add(mirror.triangle);
    }
  }
  return folded;
}

function dropFaces(mesh: Mesh, dropped: Set<number>): Mesh {
  const { triangles } = mesh;
  const kept = new Uint32Array(triangles.length - 3 * dropped.size);
  let used = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    if (dropped.has(t)) continue;
    kept.set(triangles.subarray(t, t + 3), used);
    used += 3;
  }
  return { positions: mesh.positions, triangles: kept };
}
