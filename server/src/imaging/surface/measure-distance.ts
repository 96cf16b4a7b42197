import type { WorkerPool } from '../workers/pool.ts';
import type { Deviation } from './distance.ts';
import type { Mesh } from './mesh.ts';
import type { TriangleGrid } from './triangle-grid.ts';

/** More than threads, so that they end together. */
const SHARES = 8;

/**
 * The greatest distance between a surface and what it was reduced to, both ways: from the vertices of the surface, and
 * from samples of both.
 * @param limitMm beyond which samples are listed
 */
export async function measureBothWays(
  surface: { mesh: Mesh; grid: TriangleGrid },
  reduced: Mesh,
  limitMm: number,
  pool: WorkerPool,
): Promise<Deviation> {
  const { mesh, grid } = surface;
  const reducedGrid = await pool.run('sortTriangles', reduced);
  const there = await measure({ mesh, vertices: true, grid: reducedGrid, limitMm, floorMm: 0 }, pool);
  // A reduced surface keeps vertices of the one before, or is at most a hair's breadth off where it was mended.
  const { greatestMm: floorMm } = there;
  const back = await measure({ mesh: reduced, vertices: false, grid, limitMm, floorMm }, pool);
  return { greatestMm: back.greatestMm, far: [...there.far, ...back.far] };
}

async function measure(
  query: { mesh: Mesh; vertices: boolean; grid: TriangleGrid; limitMm: number; floorMm: number },
  pool: WorkerPool,
): Promise<Deviation> {
  const shares = Array.from({ length: SHARES }, (_, index) => ({ index, of: SHARES }));
  const found = await Promise.all(shares.map((share) => pool.run('distance', { ...query, share })));
  return {
    greatestMm: Math.max(...found.map(({ greatestMm }) => greatestMm)),
    far: found.flatMap(({ far }) => far),
  };
}
