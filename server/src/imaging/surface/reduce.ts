import type { WorkerPool } from '../workers/pool.ts';
import { lockAround } from './locks.ts';
import { measureBothWays } from './measure-distance.ts';
import { measureByWalk } from './measure-walk.ts';
import { isUsable, type Mended } from './mend.ts';
import { triangleCount, vertexCount, type Mesh } from './mesh.ts';
import { simplify } from './simplify.ts';
import type { TriangleGrid } from './triangle-grid.ts';

/** No reduction moves a surface further than 0.5 mm. What lies between two samples may be a little farther off. */
export const MAX_DISTANCE_MM = 0.45;
/** A collapse that costs more than this is none to try. */
const MAX_ERROR_MM = 0.5;
const MAX_TRIES = 7;
/** In the first tries places that went wrong are left as they are; then fewer triangles go everywhere, too. */
const LOCKING_TRIES = 3;
/** Where more samples than this share of the vertices are too far off, the fault is not in places. */
const FEW_SPOTS = 0.01;
/** The next try aims at a little less than what is allowed; but the greatest distance may be that of one place. */
const CAUTION = 0.9;
const MIN_STEP = 0.5;

/** A surface with fewer triangles. */
export interface Reduced extends Mended {
  /** Greatest distance from the surface before, both ways, mm. */
  distanceMm: number;
}

/** What a reduction starts from. */
interface Task {
  mesh: Mesh;
  /** Share of the triangles to save, 0..0.95. */
  share: number;
  /** Pieces that are smaller and hang on nothing any more are dropped. */
  islandMm3: number;
  /** Larger surfaces are reduced in slabs of this many vertices or more. */
  slabVertices: number;
}

/**
 * Reduces a surface, measures how far that has moved it, and does it again with more care where it is too far.
 * @returns null where every try is too far off or not closed
 */
export async function reduceWithinBounds(
  { mesh, share, islandMm3, slabVertices }: Task,
  pool: WorkerPool,
): Promise<Reduced | null> {
  const locked = new Uint8Array(new SharedArrayBuffer(vertexCount(mesh)));
  const rule = { islandMm3, reachMm: MAX_DISTANCE_MM };
  let errorMm = MAX_ERROR_MM;
  let sorting: Promise<TriangleGrid> | null = null;
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const made = await simplify(mesh, { share, errorMm, locked, slabVertices }, pool);
    const mending = pool.run('mend', { mesh: { positions: mesh.positions, triangles: made.triangles }, rule });
    // Beside the mending, which leaves the other threads idle.
    const [mended, walkedMm] = await Promise.all([mending, measureByWalk(mesh, made, pool)]);
    // What was mended is not what was measured.
    const isSame = isUsable(mended) && mended.mesh.triangles.length === made.triangles.length;
    if (isSame && walkedMm !== null && walkedMm <= MAX_DISTANCE_MM) return { ...mended, distanceMm: walkedMm };
    const locking = attempt <= LOCKING_TRIES;
    const broken = locking && mended.losses.length > 0;
    sorting ??= pool.run('sortTriangles', mesh);
    const { greatestMm, far } =
      broken || !isUsable(mended)
        ? { greatestMm: Infinity, far: [] }
        : await measureBothWays({ mesh, grid: await sorting }, mended.mesh, MAX_DISTANCE_MM, pool);
    if (greatestMm <= MAX_DISTANCE_MM) return { ...mended, distanceMm: greatestMm };
    const few = far.length < 3 * FEW_SPOTS * vertexCount(mesh);
    const fresh = lockAround(mesh, few ? [...mended.losses, ...far] : mended.losses, locked);
    if (locking && few && fresh.includes(1)) continue;
    errorMm = made.errorMm * Math.min(CAUTION, Math.max(MIN_STEP, (CAUTION * MAX_DISTANCE_MM) / greatestMm));
  }
  return null;
}

/** Share of the triangles that was saved. */
export function savedShare(before: Mesh, after: Mesh): number {
  return 1 - triangleCount(after) / triangleCount(before);
}
