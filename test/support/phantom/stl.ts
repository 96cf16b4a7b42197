import { readFile } from 'node:fs/promises';
import Module from 'manifold-3d';

/** A binary STL file as any reader would have it: vertices welded by their float32 coordinates. */
export interface StlMesh {
  positions: number[];
  triangles: number[];
}

export async function readStl(path: string): Promise<StlMesh> {
  const bytes = await readFile(path);
  const faces = bytes.readUInt32LE(80);
  if (bytes.length !== 84 + 50 * faces) throw new Error('The STL file has another size than its header says');
  const mesh: StlMesh = { positions: [], triangles: [] };
  const known = new Map<string, number>();
  for (let face = 0; face < faces; face++) {
    for (let corner = 0; corner < 3; corner++) {
      const at = 84 + 50 * face + 12 + 12 * corner;
      const point = [bytes.readFloatLE(at), bytes.readFloatLE(at + 4), bytes.readFloatLE(at + 8)];
      const key = point.join(' ');
      const vertex = known.get(key) ?? known.size;
      if (vertex === known.size) {
        known.set(key, vertex);
        mesh.positions.push(...point);
      }
      mesh.triangles.push(vertex);
    }
  }
  return mesh;
}

/** Edges that are not used by exactly two faces, once in each direction. */
export function edgeFaults({ triangles }: StlMesh): { open: number; nonManifold: number } {
  const uses = new Map<string, [number, number]>();
  for (let t = 0; t < triangles.length; t += 3)
    for (let corner = 0; corner < 3; corner++) {
      const from = triangles[t + corner] ?? 0;
      const to = triangles[t + ((corner + 1) % 3)] ?? 0;
      const key = from < to ? `${from} ${to}` : `${to} ${from}`;
      const use = uses.get(key) ?? [0, 0];
      use[from < to ? 0 : 1]++;
      uses.set(key, use);
    }
  let [open, nonManifold] = [0, 0];
  for (const [forward, backward] of uses.values()) {
    if (forward + backward === 1) open++;
    else if (forward !== 1 || backward !== 1) nonManifold++;
  }
  return { open, nonManifold };
}

/** Sum of the faces' areas, mm2. */
export function surfaceArea({ positions, triangles }: StlMesh): number {
  let sum = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const corner = (i: number, axis: number): number => positions[3 * (triangles[t + i] ?? 0) + axis] ?? 0;
    const [u, v] = [1, 2].map((i) => [0, 1, 2].map((axis) => corner(i, axis) - corner(0, axis)));
    const [ux = 0, uy = 0, uz = 0] = u ?? [];
    const [vx = 0, vy = 0, vz = 0] = v ?? [];
    sum += Math.hypot(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx) / 2;
  }
  return sum;
}

/** The verdict of manifold-3d, which takes nothing but oriented manifolds, and the volume it finds, mm3. */
export async function judge(mesh: StlMesh): Promise<{ status: string; volume: number }> {
  const wasm = await Module();
  wasm.setup();
  const input = new wasm.Mesh({
    numProp: 3,
    vertProperties: Float32Array.from(mesh.positions),
    triVerts: Uint32Array.from(mesh.triangles),
  });
  try {
    const solid = new wasm.Manifold(input);
    const verdict = { status: solid.status(), volume: solid.volume() };
    solid.delete();
    return verdict;
  } catch (error) {
    return { status: error instanceof Error ? error.message : String(error), volume: Number.NaN };
  }
}

/** Distances of the vertices from a sphere: mean square root and greatest, mm. */
export function sphereError(
  { positions }: StlMesh,
  centre: readonly [number, number, number],
  radius: number,
): { rms: number; max: number } {
  let [sum, max] = [0, 0];
  for (let i = 0; i < positions.length; i += 3) {
    const distance =
      Math.hypot(
        (positions[i] ?? 0) - centre[0],
        (positions[i + 1] ?? 0) - centre[1],
        (positions[i + 2] ?? 0) - centre[2],
      ) - radius;
    sum += distance * distance;
    max = Math.max(max, Math.abs(distance));
  }
  return { rms: Math.sqrt(sum / (positions.length / 3)), max };
}
