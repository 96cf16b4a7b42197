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
  const corners = new Float32Array(9 * faces);
  for (let face = 0; face < faces; face++)
    // Adding 0 makes -0 the same as 0.
    for (let c = 0; c < 9; c++) corners[9 * face + c] = bytes.readFloatLE(84 + 50 * face + 12 + 4 * c) + 0;
  return weld(corners);
}

/** Gives corners with the same float32 coordinates the same vertex, by a table with open addressing. */
function weld(corners: Float32Array): StlMesh {
  const mesh: StlMesh = { positions: [], triangles: [] };
  const bits = new Int32Array(corners.buffer);
  const mask = 2 ** Math.ceil(Math.log2(corners.length + 2)) - 1;
  const vertices = new Int32Array(mask + 1).fill(-1);
  const firstCorner = new Int32Array(mask + 1);
  for (let at = 0; at < corners.length; at += 3) {
    const [x, y, z] = [bits[at]!, bits[at + 1]!, bits[at + 2]!];
    let slot = (Math.imul(x, 73_856_093) ^ Math.imul(y, 19_349_663) ^ Math.imul(z, 83_492_791)) >>> 3;
    for (slot &= mask; vertices[slot]! >= 0; slot = (slot + 1) & mask) {
      const other = firstCorner[slot]!;
      if (bits[other] === x && bits[other + 1] === y && bits[other + 2] === z) break;
    }
    if (vertices[slot]! < 0) {
      vertices[slot] = mesh.positions.length / 3;
      firstCorner[slot] = at;
      mesh.positions.push(corners[at]!, corners[at + 1]!, corners[at + 2]!);
    }
    mesh.triangles.push(vertices[slot]!);
  }
  return mesh;
}

/** Edges that are not used by exactly two faces, once in each direction. */
export function edgeFaults({ positions, triangles }: StlMesh): { open: number; nonManifold: number } {
  const count = positions.length / 3;
  const forward = new Float64Array(triangles.length);
  const backward = new Float64Array(triangles.length);
  for (let i = 0; i < triangles.length; i++) {
    const from = triangles[i]!;
    const to = triangles[i % 3 === 2 ? i - 2 : i + 1]!;
    forward[i] = from * count + to;
    backward[i] = to * count + from;
  }
  forward.sort();
  backward.sort();
  let [open, nonManifold, f, b] = [0, 0, 0, 0];
  while (f < forward.length || b < backward.length) {
    const edge = Math.min(forward[f] ?? Infinity, backward[b] ?? Infinity);
    let [there, back] = [0, 0];
    for (; forward[f] === edge; f++) there++;
    for (; backward[b] === edge; b++) back++;
    // Each edge comes twice, once from either end.
    if (Math.floor(edge / count) > edge % count) continue;
    if (there + back === 1) open++;
    else if (there !== 1 || back !== 1) nonManifold++;
  }
  return { open, nonManifold };
}

/** Vertices around which the faces do not make one single fan: the surface hangs together by a point there. */
export function pinchedVertices({ positions, triangles }: StlMesh): number {
  /** For each vertex the edges opposite to it, from their beginnings to their ends. */
  const rims = Array.from({ length: positions.length / 3 }, () => new Map<number, number>());
  for (let t = 0; t < triangles.length; t += 3)
    for (let corner = 0; corner < 3; corner++)
      rims[triangles[t + corner]!]!.set(triangles[t + ((corner + 1) % 3)]!, triangles[t + ((corner + 2) % 3)]!);
  return rims.filter((rim) => {
    const [first] = rim.keys();
    let [at, steps] = [first, 0];
    do {
      at = at === undefined ? undefined : rim.get(at);
      steps++;
    } while (at !== undefined && at !== first && steps <= rim.size);
    return rim.size > 0 && steps !== rim.size;
  }).length;
}

/** Surfaces that are joined by edges. */
export function connectedSurfaces({ positions, triangles }: StlMesh): number {
  const faces = triangles.length / 3;
  const count = positions.length / 3;
  const faceOfEdge = new Map<number, number>();
  for (let i = 0; i < triangles.length; i++)
    faceOfEdge.set(triangles[i]! * count + triangles[i % 3 === 2 ? i - 2 : i + 1]!, Math.floor(i / 3));
  const seen = new Uint8Array(faces);
  let surfaces = 0;
  for (let seed = 0; seed < faces; seed++) {
    if (seen[seed] === 1) continue;
    surfaces++;
    seen[seed] = 1;
    for (let stack = [seed]; stack.length > 0;) {
      const face = stack.pop()!;
      for (let corner = 0; corner < 3; corner++) {
        const from = triangles[3 * face + corner]!;
        const to = triangles[3 * face + ((corner + 1) % 3)]!;
        const next = faceOfEdge.get(to * count + from)!;
        if (seen[next] === 0) {
          seen[next] = 1;
          stack.push(next);
        }
      }
    }
  }
  return surfaces;
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

let loaded: ReturnType<typeof Module> | null = null;

async function judges(): ReturnType<typeof Module> {
  loaded ??= Module().then((wasm) => {
    wasm.setup();
    return wasm;
  });
  return loaded;
}

/**
 * What keeps an STL file from being a solid, by judges who share no code with the service: edges and vertices after
 * welding, and manifold-3d. Null where all agree that it is one.
 * @param components how many surfaces it is said to have
 */
export async function notSolid(path: string, components: number): Promise<string | null> {
  const mesh = await readStl(path);
  const { open, nonManifold } = edgeFaults(mesh);
  if (open + nonManifold > 0) return `${path}: ${open} open and ${nonManifold} non-manifold edges`;
  const pinched = pinchedVertices(mesh);
  if (pinched > 0) return `${path}: ${pinched} non-manifold vertices`;
  const surfaces = connectedSurfaces(mesh);
  if (surfaces !== components) return `${path}: ${surfaces} surfaces, and not ${components}`;
  const { status, volume } = await judge(mesh);
  if (status !== 'NoError') return `${path}: manifold-3d says ${status}`;
  return volume > 0 ? null : `${path}: a volume of ${volume} mm3`;
}

/** The verdict of manifold-3d, which takes nothing but oriented manifolds, and the volume it finds, mm3. */
export async function judge(mesh: StlMesh): Promise<{ status: string; volume: number }> {
  const wasm = await judges();
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
