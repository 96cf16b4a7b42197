import type { WorkerPool } from '../workers/pool.ts';
import { dropSmallComponents, type ComponentLimits } from './components.ts';
import { isUsable, type Mended } from './mend.ts';
import type { Mesh } from './mesh.ts';
import { MAX_DISTANCE_MM, reduceWithinBounds, savedShare } from './reduce.ts';

/** Larger surfaces are reduced in slabs, in all threads at once. */
const SLAB_VERTICES = 50_000;
/** Smoothing shrinks what is thin: pieces that end up smaller than this share of the limit for pieces go too. */
const FINISHED_LIMIT_SHARE = 0.5;

export interface FinishedMesh extends Mended {
  smoothed: boolean;
  reduced: boolean;
  /** Share of the triangles that was saved. */
  savedShare: number;
  /** Greatest distance from the surface that was not reduced yet, both ways, mm. */
  distanceMm: number;
}

/** What a surface is finished from. */
export interface SurfaceInput {
  raw: Mesh;
  /** The same surface smoothed, or null where no smoothing was asked for. */
  smoothed: Mesh | null;
  /** Share of the triangles to save, 0..0.95. */
  reduction: number;
  limits: ComponentLimits;
}

/**
 * Reduces a surface and makes sure that it is watertight. Where that fails or leaves nothing, the unreduced surface is
 * taken, and failing that the unsmoothed one.
 */
export async function finishInParts(
  { raw, smoothed, reduction, limits }: SurfaceInput,
  pool: WorkerPool,
  slabVertices = SLAB_VERTICES,
): Promise<FinishedMesh> {
  const islandMm3 = FINISHED_LIMIT_SHARE * limits.islandMm3;
  const cavityMm3 = FINISHED_LIMIT_SHARE * limits.cavityMm3;
  const rule = { islandMm3, reachMm: MAX_DISTANCE_MM };
  const whole = { reduced: false, savedShare: 0, distanceMm: 0 };
  const { mesh } = dropSmallComponents(smoothed ?? raw, { islandMm3, cavityMm3 });
  if (reduction > 0 && mesh.triangles.length > 0) {
    const result = await reduceWithinBounds({ mesh, share: reduction, islandMm3, slabVertices }, pool);
    if (result !== null)
      return { ...result, smoothed: smoothed !== null, reduced: true, savedShare: savedShare(mesh, result.mesh) };
  }
  const unreduced = await pool.run('mend', { mesh, rule });
  if (isUsable(unreduced) || smoothed === null) return { ...unreduced, ...whole, smoothed: smoothed !== null };
  return { ...(await pool.run('mend', { mesh: raw, rule })), ...whole, smoothed: false };
}
