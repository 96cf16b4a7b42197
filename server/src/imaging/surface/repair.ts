import { splitPinchedVertices } from './fans.ts';
import { dropFaces, filterTriangles, vertexCount, type Mesh } from './mesh.ts';
import { examineEdges, weld, type MeshDefects } from './topology.ts';
import { splitEdges, type EdgeFaces } from './split-edges.ts';

const MAX_ROUNDS = 10;

export interface Repaired {
  /** Holds no vertex that no triangle uses. */
  mesh: Mesh;
  defects: MeshDefects;
  /** x, y, z of the places that were pulled apart, mm: there, the surface hung together by a point or an edge. */
  touches: number[];
}

/**
 * Welds a mesh and mends the places at which it touches itself. Simplification and rounding to float32 leave some
 * edges with four or more faces (as many in one direction as in the other, since the mesh was closed) and some
 * vertices with more than one fan of faces; they are pulled apart where the solid is.
 * @returns the mesh and what could not be mended
 */
export function repair(input: Mesh): Repaired {
  const compact = filterTriangles(input, () => true);
  const touches: number[] = [];
  let mesh = weld(compact);
  let state = examineEdges(mesh);
  let pinched = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (state.crowded.size > 0) {
      for (const vertex of endsOf(mesh, state.crowded)) touches.push(...placeOf(mesh, vertex));
      mesh = weld(openEdges(mesh, state.crowded));
    } else {
      // Fans are told by their edges: there are none around an open one.
      const split = state.defects.open > 0 ? { mesh, pinched: [] } : splitPinchedVertices(mesh);
      pinched = split.pinched.length;
      if (pinched === 0) break;
      for (const vertex of split.pinched) touches.push(...placeOf(mesh, vertex));
      mesh = weld(split.mesh);
    }
    state = examineEdges(mesh);
  }
  const unchanged = mesh === compact;
  return {
    mesh: unchanged ? mesh : filterTriangles(mesh, () => true),
    defects: { ...state.defects, pinched },
    touches,
  };
}

function endsOf(mesh: Mesh, edges: Iterable<number>): Set<number> {
  const ends = new Set<number>();
  for (const key of edges) ends.add(Math.floor(key / vertexCount(mesh))).add(key % vertexCount(mesh));
  return ends;
}

function placeOf({ positions }: Mesh, vertex: number): Float32Array {
  return positions.subarray(3 * vertex, 3 * vertex + 3);
}

function openEdges(mesh: Mesh, crowded: Set<number>): Mesh {
  const faces = facesOf(mesh, crowded);
  const folded = foldedFaces(faces);
  return folded.size > 0 ? dropFaces(mesh, folded) : splitEdges(mesh, faces);
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
