import type { WorkerPool } from '../workers/pool.ts';
import { commonVertices } from './common-vertices.ts';
import type { Deviation, DeviationQuery } from './distance.ts';
import type { Mesh } from './mesh.ts';
import type { TriangleGrid } from './triangle-grid.ts';

/** More than threads, so that they end together. */
const SHARES = 8;

/**
 * The greatest distance between a surface and what it was reduced to, both ways, from the vertices and other samples
 * of each: see SAMPLE_SPACING_MM.
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
  const { ofBefore, ofAfter } = commonVertices(mesh, reduced);
  const there = await measure({ mesh, common: ofBefore, grid: reducedGrid, limitMm, floorMm: 0 }, pool);
  const back = await measure({ mesh: reduced, common: ofAfter, grid, limitMm, floorMm: there.greatestMm }, pool);
  return { greatestMm: back.greatestMm, far: [...there.far, ...back.far] };
}

async function measure(query: Omit<DeviationQuery, 'share'>, pool: WorkerPool): Promise<Deviation> {
  const shares = Array.from({ length: SHARES }, (_, index) => ({ index, of: SHARES }));
  const found = await Promise.all(shares.map((share) => pool.run('distance', { ...query, share })));
  return {
    greatestMm: Math.max(...found.map(({ greatestMm }) => greatestMm)),
    far: found.flatMap(({ far }) => far),
  };
}
