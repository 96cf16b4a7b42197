import { MeshoptSimplifier } from 'meshoptimizer/simplifier';
import type { Mesh } from './mesh.ts';
import { isRepaired, repair } from './repair.ts';
import type { EdgeDefects } from './topology.ts';

/** A surface is never moved further than this by reduction, however many triangles were asked for, mm. */
const MAX_ERROR_MM = 0.5;

export interface FinishedMesh {
  mesh: Mesh;
  defects: EdgeDefects;
  smoothed: boolean;
  reduced: boolean;
}

/**
 * Reduces the smoothed surface and makes sure that it is watertight. Where that fails, the unreduced surface
 * is taken, and failing that the unsmoothed one.
 * @param reduction share of the triangles to save, 0..0.95
 */
export async function finishSurface(raw: Mesh, smoothed: Mesh | null, reduction: number): Promise<FinishedMesh> {
  const base = smoothed ?? raw;
  if (reduction > 0) {
    const result = repair(await simplify(base, reduction));
    if (isRepaired(result) && result.mesh.triangles.length > 0)
      return { ...result, smoothed: smoothed !== null, reduced: true };
  }
  const unreduced = repair(base);
  if (isRepaired(unreduced) || smoothed === null) return { ...unreduced, smoothed: smoothed !== null, reduced: false };
  return { ...repair(raw), smoothed: false, reduced: false };
}

/** Collapses edges by quadric error (Garland and Heckbert), and prunes what is smaller than the error. */
async function simplify(mesh: Mesh, reduction: number): Promise<Mesh> {
  await MeshoptSimplifier.ready;
  const { positions, triangles } = mesh;
  const target = 3 * Math.max(4, Math.round((triangles.length / 3) * (1 - reduction)));
  const [reduced] = MeshoptSimplifier.simplify(triangles, positions, 3, target, MAX_ERROR_MM, [
    'Prune',
    'ErrorAbsolute',
  ]);
  return { positions, triangles: reduced };
}
