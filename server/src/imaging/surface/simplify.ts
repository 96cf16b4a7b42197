import { MeshoptSimplifier, type SimplifierFlags } from 'meshoptimizer/simplifier';
import { triangleCount, vertexCount, type Mesh } from './mesh.ts';

/** A surface is never moved further than this by reduction, however many triangles were asked for, mm. */
const MAX_ERROR_MM = 0.5;

/** Collapses edges by quadric error (Garland and Heckbert), and prunes what is smaller than the error. */
export async function simplifyMesh(mesh: Mesh, reduction: number): Promise<Mesh> {
  return { positions: mesh.positions, triangles: await collapse(mesh, reduction, ['Prune']) };
}

/**
 * The same for triangles from..end - 1 of a mesh alone. The border to the rest stays as it is, so that parts
 * reduced apart from one another still fit.
 * @returns triangles of the mesh's own vertices
 */
export async function simplifyPart(
  mesh: Mesh,
  range: { from: number; end: number },
  reduction: number,
): Promise<Uint32Array> {
  const { part, original } = extractPart(mesh, range);
  const reduced = await collapse(part, reduction, ['LockBorder']);
  return reduced.map((vertex) => original[vertex]!);
}

async function collapse(
  { positions, triangles }: Mesh,
  reduction: number,
  flags: SimplifierFlags[],
): Promise<Uint32Array> {
  await MeshoptSimplifier.ready;
  const target = 3 * Math.max(4, Math.round((triangles.length / 3) * (1 - reduction)));
  const all: SimplifierFlags[] = [...flags, 'ErrorAbsolute'];
  return MeshoptSimplifier.simplify(triangles, positions, 3, target, MAX_ERROR_MM, all)[0];
}

/** A range of triangles with only its own vertices, and what these are called in the whole mesh. */
function extractPart(mesh: Mesh, { from, end }: { from: number; end: number }): { part: Mesh; original: Uint32Array } {
  const triangles = mesh.triangles.slice(3 * from, 3 * end);
  const local = new Int32Array(vertexCount(mesh)).fill(-1);
  const original = new Uint32Array(triangles.length);
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
  for (let v = 0; v < count; v++)
    for (let c = 0; c < 3; c++) positions[3 * v + c] = mesh.positions[3 * original[v]! + c]!;
  return { part: { positions, triangles }, original };
}

/** Even ranges of at most `limit` triangles. They follow the slices, since the triangles do. */
export function triangleRanges(mesh: Mesh, limit: number): { from: number; end: number }[] {
  const total = triangleCount(mesh);
  const parts = Math.max(1, Math.ceil(total / limit));
  const bound = (part: number): number => Math.floor((total * part) / parts);
  return Array.from({ length: parts }, (_, part) => ({ from: bound(part), end: bound(part + 1) }));
}
