import { dropSmallComponents, type ComponentLimits } from './components.ts';
import { filterTriangles, type Mesh } from './mesh.ts';
import { repair, type Repaired } from './repair.ts';
import { simplifyMesh } from './simplify.ts';
import { isWatertight, type EdgeDefects } from './topology.ts';

export interface FinishedMesh {
  mesh: Mesh;
  defects: EdgeDefects;
  smoothed: boolean;
  reduced: boolean;
}

/** What `finishSurface` works on. */
export interface SurfaceInput {
  raw: Mesh;
  /** The same surface smoothed, or null where no smoothing was asked for. */
  smoothed: Mesh | null;
  /** The surface already reduced, or null where that is still to be done. */
  reduced: Mesh | null;
  /** Share of the triangles to save, 0..0.95. */
  reduction: number;
  limits: ComponentLimits;
}

/** Smoothing shrinks what is thin: pieces that end up smaller than this share of the limit for pieces go too. */
const FINISHED_LIMIT_SHARE = 0.5;

/**
 * Reduces the smoothed surface and makes sure that it is watertight. Where that fails or leaves nothing, the
 * unreduced surface is taken, and failing that the unsmoothed one.
 */
export async function finishSurface({
  raw,
  smoothed,
  reduced,
  reduction,
  limits,
}: SurfaceInput): Promise<FinishedMesh> {
  const base = smoothed ?? raw;
  const smaller = {
    islandMm3: FINISHED_LIMIT_SHARE * limits.islandMm3,
    cavityMm3: FINISHED_LIMIT_SHARE * limits.cavityMm3,
  };
  if (reduction > 0) {
    const result = clean(compact(reduced ?? (await simplifyMesh(base, reduction))), smaller);
    if (isUsable(result)) return { ...result, smoothed: smoothed !== null, reduced: true };
  }
  const unreduced = clean(base, smaller);
  if (isUsable(unreduced) || smoothed === null) return { ...unreduced, smoothed: smoothed !== null, reduced: false };
  return { ...clean(raw, smaller), smoothed: false, reduced: false };
}

/** Only the vertices that are left: mending looks at all there are. */
function compact(mesh: Mesh): Mesh {
  return filterTriangles(mesh, () => true);
}

/** Mends a surface and drops the pieces that are too small. What is left is as closed as before. */
function clean(mesh: Mesh, limits: ComponentLimits): Repaired {
  const repaired = repair(mesh);
  return { mesh: dropSmallComponents(repaired.mesh, limits), defects: repaired.defects };
}

function isUsable(result: Repaired): boolean {
  return isWatertight(result.defects) && result.mesh.triangles.length > 0;
}
