import type { WorkerPool } from '../workers/pool.ts';
import { buildAdjacency } from './adjacency.ts';
import type { Field } from './field.ts';
import { createInsideBits } from './inside-bits.ts';
import { vertexCount, type Mesh } from './mesh.ts';
import { smoothedIn, type SmoothingBuffers } from './smooth.ts';
import { divideRows, emptyPlan, sumRows, type SurfacePlan } from './row-counts.ts';

/** More than one for each thread, so that they end together though some find more to do than others. */
const TASKS_PER_THREAD = 8;

/** A surface that is counted but not made. */
export interface PlannedSurface {
  plan: SurfacePlan;
  vertices: number;
  triangles: number;
}

/** The closed surface around a field's inside, faces outward. The same for any number of threads. */
export async function extractSurface(field: Field, pool: WorkerPool): Promise<Mesh> {
  return makeSurface(field, await planSurface(field, pool), pool);
}

/** Counts a surface exactly, in about a third of the time that extracting it takes. */
export async function planSurface(field: Field, pool: WorkerPool): Promise<PlannedSurface> {
  const plan = emptyPlan(createInsideBits(field));
  // The last slice lies outside the volume: there is nothing after it.
  const slices = plan.inside.slices - 1;
  const tasks = Math.min(slices, TASKS_PER_THREAD * pool.threads);
  const bound = (task: number): number => Math.floor((slices * task) / tasks);
  const ranges = Array.from({ length: tasks }, (_, task) => ({ first: bound(task), end: bound(task + 1) }));
  await Promise.all(ranges.map((range) => pool.run('countRows', { field, plan, range })));
  return { plan, ...sumRows(plan) };
}

/** Makes a surface that was planned from the same field. Takes no memory but the surface's. */
export async function makeSurface(
  field: Field,
  { plan, vertices, triangles }: PlannedSurface,
  pool: WorkerPool,
): Promise<Mesh> {
  const mesh = {
    positions: new Float32Array(new SharedArrayBuffer(12 * vertices)),
    triangles: new Uint32Array(new SharedArrayBuffer(12 * triangles)),
  };
  const ranges = divideRows(plan, TASKS_PER_THREAD * pool.threads);
  await Promise.all(ranges.map((range) => pool.run('emitRows', { field, plan, range, mesh })));
  return mesh;
}

/** Windowed sinc smoothing, in all threads of the pool at once. The mesh given stays as it is. */
export async function smoothSurface(mesh: Mesh, iterations: number, pool: WorkerPool): Promise<Mesh> {
  const count = vertexCount(mesh);
  const shared = (): Float32Array<SharedArrayBuffer> =>
    new Float32Array(new SharedArrayBuffer(4 * mesh.positions.length));
  const buffers: SmoothingBuffers = {
    adjacency: buildAdjacency(mesh),
    positions: mesh.positions,
    centre: meanPosition(mesh),
    centred: shared(),
    sums: [shared(), shared()],
    barrier: new Int32Array(new SharedArrayBuffer(8)),
  };
  const workers = pool.threads;
  const bound = (worker: number): number => Math.floor((count * worker) / workers);
  await Promise.all(
    Array.from({ length: workers }, (_, worker) =>
      pool.run('smooth', { buffers, range: { from: bound(worker), end: bound(worker + 1), workers }, iterations }),
    ),
  );
  return { positions: smoothedIn(buffers, iterations), triangles: mesh.triangles };
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
