import type { CroppedMask } from '../nifti/mask.ts';
import type { WorkerPool } from '../workers/pool.ts';
import { extractSurface, smoothSurface } from './build.ts';
import { selectComponents, type ComponentLimits, type Selection } from './components.ts';
import type { Field } from './field.ts';
import { restoreThickness } from './label-surface.ts';
import { measure } from './measure.ts';
import { filterTriangles, type Mesh } from './mesh.ts';

/** The surface of a mask: as its voxels have it, and without their stairs. Both have the same triangles. */
export interface LabelMesh extends Omit<Selection, 'keep'> {
  stairs: Mesh;
  smooth: Mesh;
}

/** Says where in a mask inside and outside meet; see `antiAlias` for its values. */
export function fieldOfMask(mask: CroppedMask): Field {
  return { volume: mask.volume, lower: 0.5, upper: Infinity, mask: null };
}

/**
 * The surface of a mask, smooth though voxels are not (docs/decisions/0005-label-surfaces.md). Changes the mask's
 * values, but none from inside to outside: that is why both surfaces have the same vertices in the same order.
 * @param iterations of the windowed sinc filter; 0 leaves it out
 */
export async function labelMesh(
  mask: CroppedMask,
  limits: ComponentLimits,
  iterations: number,
  pool: WorkerPool,
): Promise<LabelMesh> {
  const field = fieldOfMask(mask);
  const whole = await extractSurface(field, pool);
  const { keep, ...found } = selectComponents(whole, limits);
  const kept = (mesh: Mesh): Mesh => (keep === null ? mesh : filterTriangles(mesh, keep));
  const stairs = kept(whole);
  const share = stairs === whole ? 1 : measure(stairs).volumeMm3 / measure(whole).volumeMm3;
  await pool.run('smoothMask', mask);
  const even = kept(await extractSurface(field, pool));
  if (stairs.triangles.length === 0) return { stairs, smooth: even, ...found };
  const smoothed = iterations === 0 ? even : await smoothSurface(even, iterations, pool);
  return { stairs, smooth: restoreThickness(stairs, smoothed, share * mask.volumeMm3), ...found };
}
