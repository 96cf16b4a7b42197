import type { TriangleGrid } from './triangle-grid.ts';

const SEARCH_LIMITS = 4;

/**
 * The greatest of the distances of many points from a surface, and which of them are beyond a limit. A point that is
 * seen to be no farther than the greatest so far, nor than the limit, needs no closer look, so most are done with the
 * first triangles of their cell. The greatest distance is the same for any order of the points. It is exact up to four
 * times the limit; farther than that, it is at least so much.
 */
export class NearestSearch {
  readonly #grid: TriangleGrid;
  readonly #limit: number;
  /** Farther than this nobody searches, mm. */
  readonly #endMm: number;
  /** Squares, mm2: of the greatest distance, and of what needs no closer look. */
  #greatest: number;
  #enough: number;
  /** The triangle that the last point was near to: its neighbour often is near to the same. */
  #last = 0;
  /** x, y, z of the points beyond the limit. */
  readonly far: number[] = [];

  /**
   * @param limitMm beyond which points are kept
   * @param floorMm a distance that is known already: only greater ones matter
   */
  constructor(grid: TriangleGrid, limitMm: number, floorMm: number) {
    this.#grid = grid;
    this.#limit = limitMm * limitMm;
    this.#endMm = SEARCH_LIMITS * limitMm;
    this.#greatest = floorMm * floorMm;
    this.#enough = Math.min(this.#limit, this.#greatest);
  }

  get greatestMm(): number {
    return Math.sqrt(this.#greatest);
  }

  /** Takes a point into account. */
  add(x: number, y: number, z: number): void {
    const { positions, triangles } = this.#grid.mesh;
    if (squareToTriangle(positions, triangles, 3 * this.#last, x, y, z) <= this.#enough) return;
    const square = this.#nearest(x, y, z);
    if (square <= this.#enough) return;
    if (square > this.#limit) this.far.push(x, y, z);
    this.#greatest = Math.max(this.#greatest, square);
    this.#enough = Math.min(this.#limit, this.#greatest);
  }

  /** Square of the distance from the surface; a lesser one beyond the search, or one that needs no closer look. */
  #nearest(x: number, y: number, z: number): number {
    const { low, cellMm, size } = this.#grid;
    const cx = cellOf(x - low[0], cellMm, size[0]);
    const cy = cellOf(y - low[1], cellMm, size[1]);
    const cz = cellOf(z - low[2], cellMm, size[2]);
    let best = this.#searchCell((cz * size[1] + cy) * size[0] + cx, x, y, z, Infinity);
    if (best <= this.#enough) return best;
    // How far the point is from the nearest wall of its cell: within that much there is nothing in other cells.
    const inCell = Math.min(
      insideOf(x - low[0] - cx * cellMm, cellMm),
      insideOf(y - low[1] - cy * cellMm, cellMm),
      insideOf(z - low[2] - cz * cellMm, cellMm),
    );
    // Outside of the grid it is as far from everything as from the grid.
    if (-inCell >= this.#endMm) return inCell * inCell;
    for (let ring = 1; ; ring++) {
      const searched = Math.max(0, (ring - 1) * cellMm + inCell);
      if (best <= searched * searched) return best;
      if (searched >= this.#endMm) return searched * searched;
      best = this.#searchRing(ring, [cx, cy, cz], [x, y, z], best);
      if (best <= this.#enough) return best;
    }
  }

  /** The cells that are `ring` away from the middle one. */
  #searchRing(
    ring: number,
    [cx, cy, cz]: readonly [number, number, number],
    [px, py, pz]: readonly [number, number, number],
    bestSoFar: number,
  ): number {
    const [nx, ny, nz] = this.#grid.size;
    let best = bestSoFar;
    for (let z = Math.max(0, cz - ring); z <= Math.min(nz - 1, cz + ring); z++)
      for (let y = Math.max(0, cy - ring); y <= Math.min(ny - 1, cy + ring); y++) {
        const whole = Math.abs(z - cz) === ring || Math.abs(y - cy) === ring;
        for (let x = cx - ring; x <= cx + ring; x += whole ? 1 : 2 * ring) {
          if (x < 0 || x >= nx) continue;
          best = this.#searchCell((z * ny + y) * nx + x, px, py, pz, best);
          if (best <= this.#enough) return best;
        }
      }
    return best;
  }

  #searchCell(cell: number, x: number, y: number, z: number, bestSoFar: number): number {
    const { starts, items, mesh } = this.#grid;
    const { positions, triangles } = mesh;
    const end = starts[cell + 1]!;
    let best = bestSoFar;
    for (let i = starts[cell]!; i < end; i++) {
      const triangle = items[i]!;
      const square = squareToTriangle(positions, triangles, 3 * triangle, x, y, z);
      if (square >= best) continue;
      best = square;
      this.#last = triangle;
      if (best <= this.#enough) return best;
    }
    return best;
  }
}

/** Square of a point's distance from a triangle, mm2. */
function squareToTriangle(p: Float32Array, triangles: Uint32Array, t: number, x: number, y: number, z: number): number {
  const a = 3 * triangles[t]!;
  const b = 3 * triangles[t + 1]!;
  const c = 3 * triangles[t + 2]!;
  const ax = p[a]!;
  const ay = p[a + 1]!;
  const az = p[a + 2]!;
  const ux = p[b]! - ax;
  const uy = p[b + 1]! - ay;
  const uz = p[b + 2]! - az;
  const vx = p[c]! - ax;
  const vy = p[c + 1]! - ay;
  const vz = p[c + 2]! - az;
  const px = x - ax;
  const py = y - ay;
  const pz = z - az;
  const uu = ux * ux + uy * uy + uz * uz;
  const uv = ux * vx + uy * vy + uz * vz;
  const vv = vx * vx + vy * vy + vz * vz;
  const pu = px * ux + py * uy + pz * uz;
  const pv = px * vx + py * vy + pz * vz;
  const area = uu * vv - uv * uv;
  const s = vv * pu - uv * pv;
  const r = uu * pv - uv * pu;
  if (s >= 0 && r >= 0 && s + r <= area && area > 0)
    return squareAt(px, py, pz, ux, uy, uz, vx, vy, vz, s / area, r / area);
  // Beside the triangle: one of its edges is nearest.
  const alongU = share(pu, uu);
  const alongV = share(pv, vv);
  const alongW = share(pv - pu - uv + uu, uu + vv - 2 * uv);
  return Math.min(
    squareAt(px, py, pz, ux, uy, uz, vx, vy, vz, alongU, 0),
    squareAt(px, py, pz, ux, uy, uz, vx, vy, vz, 0, alongV),
    squareAt(px, py, pz, ux, uy, uz, vx, vy, vz, 1 - alongW, alongW),
  );
}

function squareAt(
  px: number,
  py: number,
  pz: number,
  ux: number,
  uy: number,
  uz: number,
  vx: number,
  vy: number,
  vz: number,
  s: number,
  r: number,
): number {
  const dx = px - s * ux - r * vx;
  const dy = py - s * uy - r * vy;
  const dz = pz - s * uz - r * vz;
  return dx * dx + dy * dy + dz * dz;
}

/** Where along an edge the nearest point is, 0..1. */
function share(along: number, square: number): number {
  return square > 0 ? Math.min(1, Math.max(0, along / square)) : 0;
}

function cellOf(mm: number, cellMm: number, cells: number): number {
  return Math.min(cells - 1, Math.max(0, Math.floor(mm / cellMm)));
}

/** Distance from the nearer of two walls; negative outside of them. */
function insideOf(mm: number, cellMm: number): number {
  return Math.min(mm, cellMm - mm);
}
