import type { WorkerPool } from '../workers/pool.ts';
import type { Collapsing } from './collapse.ts';
import type { Vector } from '../volume.ts';
import type { Mesh } from './mesh.ts';
import { originToTriangle } from './point-triangle.ts';
import type { Rings } from './rings.ts';
import { needsNoLook } from './walk.ts';

/** More than threads, so that they end together. */
const SHARES = 8;
/** Where more samples than this have to be looked at closer, all of them are measured in another way. */
const MAX_CLOSE_LOOKS = 40;

interface Sample {
  x: number;
  y: number;
  z: number;
  square: number;
  /** The triangles of the other surface. */
  other: Uint32Array;
}

/**
 * The greatest distance between a surface and what it was reduced to, both ways, from the same samples as
 * `measureBothWays` takes, but in a third of its time: bounds of all, and a close look at the few that may be the farthest.
 * @param reduced triangles of the vertices before
 * @returns null where it would have to look closer at too many; else mm
 */
export async function measureByWalk(
  mesh: Mesh,
  { state, rings, triangles: reduced }: { state: Collapsing; rings: Rings; triangles: Uint32Array },
  pool: WorkerPool,
): Promise<number | null> {
  // The faces around these are in no order.
  if (rings.odd.includes(1)) return null;
  const shares = Array.from({ length: SHARES }, (_, index) => ({ index, of: SHARES }));
  const walked = await Promise.all(
    shares.map((share) => pool.run('walk', { state, rings, before: mesh.triangles, after: reduced, share })),
  );
  if (walked.some(({ gaveUp }) => gaveUp)) return null;
  const samples = [
    ...walked.flatMap(({ there }) => samplesOf(there, reduced)),
    ...walked.flatMap(({ back }) => samplesOf(back, mesh.triangles)),
  ].toSorted((a, b) => b.square - a.square);
  let greatest = 0;
  for (const [at, sample] of samples.entries()) {
    if (sample.square <= greatest) break;
    if (at === MAX_CLOSE_LOOKS) return null;
    greatest = Math.max(greatest, nearestSquare(mesh.positions, sample));
  }
  // All samples that are not listed have a lesser bound than this.
  const unseen = needsNoLook(samples[0]?.square ?? 0);
  return greatest >= unseen ? Math.sqrt(greatest) : null;
}

function samplesOf(found: readonly number[], other: Uint32Array): Sample[] {
  const samples: Sample[] = [];
  for (let i = 0; i < found.length; i += 4)
    samples.push({ x: found[i]!, y: found[i + 1]!, z: found[i + 2]!, square: found[i + 3]!, other });
  return samples;
}

/** The square of the distance of a sample from the nearest of all triangles. */
function nearestSquare(p: Float32Array, { x, y, z, square, other }: Sample): number {
  const reach = Math.sqrt(square);
  let best = square;
  for (let t = 0; t < other.length; t += 3) {
    const a = 3 * other[t]!;
    const b = 3 * other[t + 1]!;
    const c = 3 * other[t + 2]!;
    if (isBeyond(p[a]! - x, p[b]! - x, p[c]! - x, reach)) continue;
    if (isBeyond(p[a + 1]! - y, p[b + 1]! - y, p[c + 1]! - y, reach)) continue;
    if (isBeyond(p[a + 2]! - z, p[b + 2]! - z, p[c + 2]! - z, reach)) continue;
    best = Math.min(best, squareFrom(p, [x, y, z], [a, b, c]));
  }
  return best;
}

function isBeyond(a: number, b: number, c: number, reach: number): boolean {
  return (a > reach && b > reach && c > reach) || (a < -reach && b < -reach && c < -reach);
}

function squareFrom(p: Float32Array, [x, y, z]: Vector, [a, b, c]: Vector): number {
  const ax = p[a]!;
  const ay = p[a + 1]!;
  const az = p[a + 2]!;
  return originToTriangle(
    ax - x,
    ay - y,
    az - z,
    p[b]! - ax,
    p[b + 1]! - ay,
    p[b + 2]! - az,
    p[c]! - ax,
    p[c + 1]! - ay,
    p[c + 2]! - az,
  );
}
