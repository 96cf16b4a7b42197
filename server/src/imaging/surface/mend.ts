import { findComponents, type Components } from './components.ts';
import { filterTriangles, type Mesh } from './mesh.ts';
import { repair } from './repair.ts';
import { isWatertight, type MeshDefects } from './topology.ts';

/** A surface as it goes into files. */
export interface Mended {
  mesh: Mesh;
  defects: MeshDefects;
  /** Closed surfaces: outer shells and cavities. */
  components: number;
  /** x, y, z of the places that were pulled apart and made a small piece of what was more than that, mm. */
  losses: number[];
}

/** Which pieces are too small once they hang on nothing any more. */
export interface PieceRule {
  islandMm3: number;
  /** A piece that reaches no farther than this from where it hung is dropped, mm: larger ones stay. */
  reachMm: number;
}

/** A vertex that is nearer than this to a place that was pulled apart was there before, mm. */
const AT_TOUCH_MM = 0.05;
/** Among more places than this nobody looks for pieces. */
const MAX_TOUCHES = 6000;

/** Mends a surface, and drops the small pieces that this sets apart. What is left is as closed as before. */
export function mend(input: Mesh, rule: PieceRule): Mended {
  const { mesh, defects, touches } = repair(input);
  const components = findComponents(mesh);
  const whole = { mesh, defects, components: components.count, losses: [] };
  if (touches.length === 0 || components.count < 2 || touches.length > 3 * MAX_TOUCHES) return whole;
  const { small, losses } = piecesAt(mesh, components, touches, rule);
  if (small.size === 0) return { ...whole, losses };
  const kept = filterTriangles(mesh, (vertex) => !small.has(components.ofVertex[vertex]!));
  return { mesh: kept, defects, components: components.count - small.size, losses };
}

export function isUsable({ mesh, defects }: Mended): boolean {
  return isWatertight(defects) && mesh.triangles.length > 0;
}

/** Of the small pieces that touched the rest: those to drop, and where those hung that are larger than that. */
function piecesAt(
  mesh: Mesh,
  { ofVertex, volumesMm3 }: Components,
  touches: readonly number[],
  { islandMm3, reachMm }: PieceRule,
): { small: Set<number>; losses: number[] } {
  const largest = volumesMm3.indexOf(Math.max(...volumesMm3));
  const isSmall = Array.from(volumesMm3, (volume, at) => at !== largest && Math.abs(volume) < islandMm3);
  const reached = new Map<number, { touches: Set<number>; within: boolean }>();
  const { positions: p } = mesh;
  for (let v = 0; v < ofVertex.length; v++) {
    const piece = ofVertex[v]!;
    if (!isSmall[piece]!) continue;
    const seen = reached.get(piece) ?? { touches: new Set(), within: true };
    reached.set(piece, seen);
    let nearest = Infinity;
    for (let i = 0; i < touches.length; i += 3) {
      const away = Math.hypot(
        p[3 * v]! - touches[i]!,
        p[3 * v + 1]! - touches[i + 1]!,
        p[3 * v + 2]! - touches[i + 2]!,
      );
      if (away < AT_TOUCH_MM) seen.touches.add(i);
      nearest = Math.min(nearest, away);
    }
    if (nearest > reachMm) seen.within = false;
  }
  const small = new Set<number>();
  const losses: number[] = [];
  for (const [piece, { touches: at, within }] of reached) {
    if (at.size === 0) continue;
    // One that hangs on several places is a link to others, which would go with it.
    if (within && at.size === 1) small.add(piece);
    else for (const i of at) losses.push(touches[i]!, touches[i + 1]!, touches[i + 2]!);
  }
  return { small, losses };
}
