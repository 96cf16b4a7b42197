import type { WorkerPool } from '../workers/pool.ts';
import type { FinishedMesh, SurfaceInput } from './finish.ts';
import { triangleRanges } from './simplify.ts';

/** Larger surfaces are reduced in parts: in all threads at once, and none needs more memory than this takes. */
const PART_TRIANGLES = 600_000;

/** How many parts a surface of that many triangles is reduced in, and how large they are. */
export function finishParts(triangles: number): { parts: number; triangles: number } {
  const parts = Math.max(1, Math.ceil(triangles / PART_TRIANGLES));
  return { parts, triangles: triangles / parts };
}

/** Reduces and mends a surface. How it is divided depends on its size alone, so the result does not on the threads. */
export async function finishInParts(
  input: Omit<SurfaceInput, 'reduced'>,
  pool: WorkerPool,
  partTriangles = PART_TRIANGLES,
): Promise<FinishedMesh> {
  const { raw, smoothed, reduction } = input;
  const limits = { islandMm3: input.limits.islandMm3, cavityMm3: input.limits.cavityMm3 };
  const mesh = smoothed ?? raw;
  const ranges = triangleRanges(mesh, partTriangles);
  if (ranges.length === 1 || reduction === 0)
    return pool.run('finish', { raw, smoothed, reduced: null, reduction, limits });
  const parts = await Promise.all(ranges.map((range) => pool.run('simplify', { mesh, range, reduction })));
  const triangles = new Uint32Array(new SharedArrayBuffer(4 * parts.reduce((sum, part) => sum + part.length, 0)));
  let at = 0;
  for (const part of parts) {
    triangles.set(part, at);
    at += part.length;
  }
  return pool.run('finish', { raw, smoothed, reduced: { positions: mesh.positions, triangles }, reduction, limits });
}
