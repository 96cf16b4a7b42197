import { isLeftHanded } from '../volume.ts';
import type { WorkerPool } from '../workers/pool.ts';
import { buildAdjacency } from './adjacency.ts';
import type { Field } from './field.ts';
import type { SlabSurface } from './marching-cubes.ts';
import { vertexCount, type Mesh } from './mesh.ts';

const SLABS_PER_THREAD = 4;

/** The closed surface around a field's inside, faces outward. The same for any number of threads. */
export async function extractSurface(field: Field, pool: WorkerPool): Promise<Mesh> {
  const layers = field.volume.nz + 1;
  const slabs = Math.min(layers, SLABS_PER_THREAD * pool.threads);
  const bound = (slab: number): number => Math.floor((layers * slab) / slabs);
  const parts = await Promise.all(
    Array.from({ length: slabs }, (_, slab) =>
      pool.run('march', { field, firstLayer: bound(slab), endLayer: bound(slab + 1) }),
    ),
  );
  const mesh = joinSlabs(parts);
  if (isLeftHanded(field.volume.geometry)) flipFaces(mesh);
  return mesh;
}

function joinSlabs(parts: SlabSurface[]): Mesh {
  const total = (pick: (part: SlabSurface) => number): number => parts.reduce((sum, part) => sum + pick(part), 0);
  const positions = new Float32Array(new SharedArrayBuffer(4 * total((part) => part.positions.length)));
  const triangles = new Uint32Array(new SharedArrayBuffer(4 * total((part) => part.triangles.length)));
  let [atPosition, atIndex] = [0, 0];
  for (const part of parts) {
    const firstVertex = atPosition / 3;
    positions.set(part.positions, atPosition);
    const indices = part.triangles;
    for (let i = 0; i < indices.length; i++) triangles[atIndex + i] = indices[i]! + firstVertex;
    atPosition += part.positions.length;
    atIndex += indices.length;
  }
  return { positions, triangles };
}

function flipFaces({ triangles }: Mesh): void {
  for (let t = 0; t < triangles.length; t += 3) {
    const second = triangles[t + 1]!;
    triangles[t + 1] = triangles[t + 2]!;
    triangles[t + 2] = second;
  }
}

/** Windowed sinc smoothing, in all threads of the pool at once. The mesh given stays as it is. */
export async function smoothSurface(mesh: Mesh, iterations: number, pool: WorkerPool): Promise<Mesh> {
  const count = vertexCount(mesh);
  const centre = meanPosition(mesh);
  const shared = (): Float32Array<SharedArrayBuffer> =>
    new Float32Array(new SharedArrayBuffer(4 * mesh.positions.length));
  const previous = shared();
  // About the centre float32 has more digits to spare.
  for (let i = 0; i < previous.length; i++) previous[i] = mesh.positions[i]! - centre[i % 3]!;
  const result = shared();
  const buffers = {
    adjacency: buildAdjacency(mesh),
    previous,
    current: shared(),
    next: shared(),
    result,
    barrier: new Int32Array(new SharedArrayBuffer(8)),
  };
  const workers = pool.threads;
  const bound = (worker: number): number => Math.floor((count * worker) / workers);
  await Promise.all(
    Array.from({ length: workers }, (_, worker) =>
      pool.run('smooth', { buffers, range: { from: bound(worker), end: bound(worker + 1), workers }, iterations }),
    ),
  );
  for (let i = 0; i < result.length; i++) result[i] = result[i]! + centre[i % 3]!;
  return { positions: result, triangles: mesh.triangles };
}

function meanPosition(mesh: Mesh): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  const count = Math.max(1, vertexCount(mesh));
  for (let i = 0; i < mesh.positions.length; i += 3) {
    sum[0] += mesh.positions[i]!;
    sum[1] += mesh.positions[i + 1]!;
    sum[2] += mesh.positions[i + 2]!;
  }
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}
