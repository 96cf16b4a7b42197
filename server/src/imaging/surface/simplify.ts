import { MeshoptSimplifier, type SimplifierFlags } from 'meshoptimizer/simplifier';
import { triangleCount, vertexCount, type Mesh } from './mesh.ts';
import { sharpVertices } from './sharp.ts';

/** How much to reduce, and what to leave. */
export interface Reduction {
  /** Share of the triangles to save. */
  share: number;
  /** Greatest quadric error of a collapse, mm. It is a mean over the area around, no bound on the distance. */
  errorMm: number;
  /** 1 for each vertex of the mesh that has to stay, beside those at tips and rims. */
  locked: Uint8Array | null;
}

/** What is left of a range of triangles. */
export interface ReducedPart {
  /** Of the mesh's own vertices. */
  triangles: Uint32Array;
  /** Greatest quadric error that was taken, mm. */
  errorMm: number;
}

/**
 * Collapses edges by quadric error (Garland and Heckbert) in triangles from..end - 1 of a mesh. A border to the rest
 * stays as it is, so that parts reduced apart from one another still fit.
 */
export async function simplifyPart(
  mesh: Mesh,
  range: { from: number; end: number },
  { share, errorMm, locked }: Reduction,
): Promise<ReducedPart> {
  await MeshoptSimplifier.ready;
  const { part, original } = extractPart(mesh, range);
  const keep = sharpVertices(part);
  if (locked !== null) for (let v = 0; v < keep.length; v++) keep[v]! |= locked[original[v]!]!;
  const target = 3 * Math.max(4, Math.round(triangleCount(part) * (1 - share)));
  const flags: SimplifierFlags[] = ['LockBorder', 'ErrorAbsolute'];
  const [triangles, error] = MeshoptSimplifier.simplifyWithAttributes(
    part.triangles,
    part.positions,
    3,
    new Float32Array(0),
    0,
    [],
    keep,
    target,
    errorMm,
    flags,
  );
  return { triangles: triangles.map((vertex) => original[vertex]!), errorMm: error };
}

/** A range of triangles with only its own vertices, and what these are called in the whole mesh. */
function extractPart(mesh: Mesh, { from, end }: { from: number; end: number }): { part: Mesh; original: Uint32Array } {
  const triangles = mesh.triangles.slice(3 * from, 3 * end);
  const local = new Int32Array(vertexCount(mesh)).fill(-1);
  const original = new Uint32Array(Math.min(vertexCount(mesh), triangles.length));
  let count = 0;
  for (let i = 0; i < triangles.length; i++) {
    const vertex = triangles[i]!;
    if (local[vertex] === -1) {
      local[vertex] = count;
      original[count++] = vertex;
    }
    triangles[i] = local[vertex]!;
  }
  const positions = new Float32Array(3 * count);
  for (let v = 0; v < count; v++) {
    const from3 = 3 * original[v]!;
    positions[3 * v] = mesh.positions[from3]!;
    positions[3 * v + 1] = mesh.positions[from3 + 1]!;
    positions[3 * v + 2] = mesh.positions[from3 + 2]!;
  }
  return { part: { positions, triangles }, original };
}

/** Even ranges of at most `limit` triangles. They follow the slices, since the triangles do. */
export function triangleRanges(mesh: Mesh, limit: number): { from: number; end: number }[] {
  const total = triangleCount(mesh);
  const parts = partsOf(total, limit);
  const bound = (part: number): number => Math.floor((total * part) / parts);
  return Array.from({ length: parts }, (_, part) => ({ from: bound(part), end: bound(part + 1) }));
}

/** One part, or an even number of parts: machines have an even number of processors. */
export function partsOf(triangles: number, limit: number): number {
  return triangles <= limit ? 1 : 2 * Math.ceil(triangles / limit / 2);
}
