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

  /**
   * Takes points into account. Many at once: numbers that go through a call one by one each take memory of their own.
   * @param points x, y, z each
   */
  add(points: Float64Array, count: number): void {
    const { low, cellMm, size } = this.#grid;
    for (let i = 0; i < 3 * count; i += 3) {
      const x = points[i]!;
      const y = points[i + 1]!;
      const z = points[i + 2]!;
      const cx = cellOf(x - low[0], cellMm, size[0]);
      const cy = cellOf(y - low[1], cellMm, size[1]);
      const cz = cellOf(z - low[2], cellMm, size[2]);
      const inCell = this.#searchCell((cz * size[1] + cy) * size[0] + cx, x, y, z, Infinity);
      if (inCell <= this.#enough) continue;
      const square = this.#searchAround([cx, cy, cz], [x, y, z], inCell);
      if (square <= this.#enough) continue;
      if (square > this.#limit) this.far.push(x, y, z);
      this.#greatest = Math.max(this.#greatest, square);
      this.#enough = Math.min(this.#limit, this.#greatest);
    }
  }

  /**
   * Searches the cells around one that was searched.
   * @returns the square of the distance from the surface; a lesser one beyond the search, or one that is enough
   */
  #searchAround(
    cell: readonly [number, number, number],
    [x, y, z]: readonly [number, number, number],
    bestSoFar: number,
  ): number {
    const { low, cellMm } = this.#grid;
    // How far the point is from the nearest wall of its cell: within that much there is nothing in other cells.
    const inCell = Math.min(
      insideOf(x - low[0] - cell[0] * cellMm, cellMm),
      insideOf(y - low[1] - cell[1] * cellMm, cellMm),
      insideOf(z - low[2] - cell[2] * cellMm, cellMm),
    );
    // Outside of the grid it is as far from everything as from the grid.
    if (-inCell >= this.#endMm) return inCell * inCell;
    let best = bestSoFar;
    for (let ring = 1; ; ring++) {
      const searched = Math.max(0, (ring - 1) * cellMm + inCell);
      if (best <= searched * searched) return best;
      if (searched >= this.#endMm) return searched * searched;
      best = this.#searchRing(ring, cell, [x, y, z], best);
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

  /**
   * Searches the triangles of a cell, after the one that the point before was near to. The distance is taken by the
   * region that a point is in: a corner's, an edge's or the inside's (Ericson, Real-Time Collision Detection 2005,
   * 5.1.5). All in one function: what it called would hand over each number in memory of its own.
   * @returns the least square of a distance, mm2, also of those before
   */
  #searchCell(cell: number, x: number, y: number, z: number, bestSoFar: number): number {
    const { starts, items, mesh } = this.#grid;
    const { positions: p, triangles } = mesh;
    const enough = this.#enough;
    const start = starts[cell]!;
    const end = starts[cell + 1]!;
    let best = bestSoFar;
    for (let i = start - 1; i < end; i++) {
      const triangle = i < start ? this.#last : items[i]!;
      const a = 3 * triangles[3 * triangle]!;
      const b = 3 * triangles[3 * triangle + 1]!;
      const c = 3 * triangles[3 * triangle + 2]!;
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
      const uv = ux * vx + uy * vy + uz * vz;
      // Along both sides, as seen from each corner; then how far inside of the side across from each.
      const a1 = px * ux + py * uy + pz * uz;
      const a2 = px * vx + py * vy + pz * vz;
      const b1 = a1 - (ux * ux + uy * uy + uz * uz);
      const b2 = a2 - uv;
      const c1 = a1 - uv;
      const c2 = a2 - (vx * vx + vy * vy + vz * vz);
      const acrossA = b1 * c2 - c1 * b2;
      const acrossB = c1 * a2 - a1 * c2;
      const acrossC = a1 * b2 - b1 * a2;
      // The nearest point is a + s u + r v.
      let s = 0;
      let r = 0;
      if (a1 > 0 || a2 > 0) {
        if (b1 >= 0 && b2 <= b1) s = 1;
        else if (c2 >= 0 && c1 <= c2) r = 1;
        else if (acrossC <= 0 && a1 >= 0 && b1 <= 0) s = a1 / (a1 - b1);
        else if (acrossB <= 0 && a2 >= 0 && c2 <= 0) r = a2 / (a2 - c2);
        else if (acrossA <= 0) {
          r = Math.min(1, Math.max(0, (b2 - b1) / (b2 - b1 + c1 - c2)));
          s = 1 - r;
        } else {
          const share = 1 / (acrossA + acrossB + acrossC);
          s = Math.min(1, Math.max(0, acrossB * share));
          r = Math.min(1 - s, Math.max(0, acrossC * share));
        }
      }
      const dx = px - s * ux - r * vx;
      const dy = py - s * uy - r * vy;
      const dz = pz - s * uz - r * vz;
      const square = dx * dx + dy * dy + dz * dz;
      if (!(square < best)) continue;
      best = square;
      this.#last = triangle;
      if (best <= enough) return best;
    }
    return best;
  }
}

function cellOf(mm: number, cellMm: number, cells: number): number {
  return Math.min(cells - 1, Math.max(0, Math.floor(mm / cellMm)));
}

/** Distance from the nearer of two walls; negative outside of them. */
function insideOf(mm: number, cellMm: number): number {
  return Math.min(mm, cellMm - mm);
}
