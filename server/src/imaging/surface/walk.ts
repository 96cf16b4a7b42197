import { Batch, rangeOf, sampleTriangles, type MeshShare } from './distance.ts';
import { FROZEN, PLACES, type Collapsing } from './collapse.ts';
import type { Rings } from './rings.ts';

/** A sample that is looked at closer is farther off than this share of the greatest bound: squares. */
const CLOSE_LOOK_SHARE_SQUARE = 0.6 ** 2;
/** But always from here on, since a bound may be far too great: squares of mm. */
const CLOSE_LOOK_SQUARE = 0.12 ** 2;

/** How far around a sample faces are searched in the end, of what is known to be near: squares. */
const REACH_SQUARE = 1.1 ** 2;
const MOST_AROUND = 2000;
/** So many vertices are searched around the samples of a share, five times what a skull needs. What needs more, e.g. a flat surface
 * whose distances are all rounding, is measured in another way. */
const MOST_SEARCHED = 200_000;

/** What was reduced, and what it was reduced to. */
export interface WalkQuery {
  state: Collapsing;
  /** Of the surface before. */
  rings: Rings;
  /** Triangles of both, of the vertices before. */
  before: Uint32Array;
  after: Uint32Array;
  share: MeshShare;
}

/** Samples with bounds of their distance: x, y, z and the square for each. The others are bound by less. */
export interface Walked {
  /** Of samples of the surface before, from the one after. */
  there: number[];
  back: number[];
  /** The search took too long: the bounds are of no use. */
  gaveUp: boolean;
}

/**
 * Bounds how far samples in a share of each surface are from the other. It goes from face to face, from where the
 * vertex went to or came from, and not over all faces, so a nearer face on another side of a thin leaf is not seen.
 */
export function walkBothWays({ state, rings, before, after, share }: WalkQuery): Walked {
  const { positions, degrees } = state;
  const there = new Walk(positions, rings, state);
  const gone = new Batch((points, near, count) => there.addNear(points, rootsOf(near, count), count));
  const rootsOf = (near: Uint32Array, count: number): Uint32Array => {
    for (let i = 0; i < count; i++) near[i] = rootOf(state, near[i]!);
    return near;
  };
  const { from, end } = rangeOf(degrees.length, share);
  for (let v = from; v < end; v++)
    if (degrees[v] === 0 && rings.starts[v] !== rings.starts[v + 1]) gone.addVertex(positions, v);
  sampleTriangles({ positions, triangles: before }, share, gone);
  gone.flush();
  const back = new Walk(positions, rings, null);
  const samples = new Batch((points, near, count) => back.addFar(points, near, count));
  sampleTriangles({ positions, triangles: after }, share, samples);
  samples.flush();
  return { there: there.greatest(), back: back.greatest(), gaveUp: there.gaveUp || back.gaveUp };
}

/** The square up to which bounds are not listed, of the greatest of them. */
export function needsNoLook(greatest: number): number {
  return Math.min(CLOSE_LOOK_SQUARE, CLOSE_LOOK_SHARE_SQUARE * greatest);
}

/** The vertex that one has gone to. */
function rootOf({ degrees, around }: Collapsing, v: number): number {
  let root = v;
  while (degrees[root] === 0) root = around[PLACES * root]!;
  // Those that went this way later have a shorter way.
  if (root !== v) around[PLACES * v] = root;
  return root;
}

/** Goes over one surface. */
class Walk {
  readonly #positions: Float32Array;
  readonly #rings: Rings;
  /** Null for the surface before. */
  readonly #state: Collapsing | null;
  /** The neighbours of the vertex looked at. */
  #around: Uint32Array;
  #at = 0;
  #degree = 0;
  /** Square of the greatest bound so far, and of what needs no closer look. */
  #greatest = 0;
  #enough = 0;
  #searched = 0;
  /** Two corners of the nearest face of the last fan. */
  #left = 0;
  #right = 0;
  readonly #kept: number[] = [];

  constructor(positions: Float32Array, rings: Rings, state: Collapsing | null) {
    this.#positions = positions;
    this.#rings = rings;
    this.#state = state;
    this.#around = rings.neighbours;
  }

  get gaveUp(): boolean {
    return this.#searched > MOST_SEARCHED;
  }

  /** The samples whose bound is near to the greatest. */
  greatest(): number[] {
    const kept: number[] = [];
    for (let i = 0; i < this.#kept.length; i += 4)
      if (this.#kept[i + 3]! > this.#enough) kept.push(...this.#kept.slice(i, i + 4));
    return kept;
  }

  /** Takes samples into account that are near to their vertex. */
  addNear(points: Float64Array, near: Uint32Array, count: number): void {
    for (let i = 0; i < count; i++) this.#add(points, 3 * i, near[i]!, near[i]!);
  }

  /** Takes samples into account that are nearer to another vertex. */
  addFar(points: Float64Array, near: Uint32Array, count: number): void {
    for (let i = 0; i < count; i++) this.#add(points, 3 * i, this.#nearestVertex(points, 3 * i, near[i]!), near[i]!);
  }

  #turnTo(v: number): void {
    const degree = this.#state === null ? FROZEN : this.#state.degrees[v]!;
    if (this.#state === null || degree === FROZEN) {
      const { starts, neighbours } = this.#rings;
      this.#around = neighbours;
      this.#at = starts[v]!;
      this.#degree = starts[v + 1]! - starts[v]!;
    } else {
      this.#around = this.#state.around;
      this.#at = PLACES * v;
      this.#degree = degree;
    }
  }

  /** Goes to a neighbour as long as one is nearer. */
  #nearestVertex(points: Float64Array, i: number, start: number): number {
    const p = this.#positions;
    const x = points[i]!;
    const y = points[i + 1]!;
    const z = points[i + 2]!;
    let vertex = start;
    let least = (p[3 * vertex]! - x) ** 2 + (p[3 * vertex + 1]! - y) ** 2 + (p[3 * vertex + 2]! - z) ** 2;
    for (let before = -1; before !== vertex;) {
      before = vertex;
      this.#turnTo(vertex);
      const around = this.#around;
      const end = this.#at + this.#degree;
      for (let k = this.#at; k < end; k++) {
        const other = around[k]!;
        const dx = p[3 * other]! - x;
        const dy = p[3 * other + 1]! - y;
        const dz = p[3 * other + 2]! - z;
        const square = dx * dx + dy * dy + dz * dz;
        if (square >= least) continue;
        least = square;
        vertex = other;
      }
    }
    return vertex;
  }

  #add(points: Float64Array, i: number, start: number, origin: number): void {
    let best = this.#searchFan(points, i, start, Infinity);
    while (best > this.#enough) {
      const [left, right] = [this.#left, this.#right];
      let nearer = this.#searchFan(points, i, left, best);
      if (nearer > this.#enough) nearer = this.#searchFan(points, i, right, nearer);
      if (nearer === best) break;
      best = nearer;
    }
    if (best > this.#enough && !this.gaveUp) best = this.#searchAround(points, i, origin, best);
    if (best <= this.#enough) return;
    this.#kept.push(points[i]!, points[i + 1]!, points[i + 2]!, best);
    if (best <= this.#greatest) return;
    this.#greatest = best;
    this.#enough = needsNoLook(best);
  }

  /** Searches the faces around all vertices that are no farther off than the first one, as far as they hang together. */
  #searchAround(points: Float64Array, i: number, origin: number, bestSoFar: number): number {
    const p = this.#positions;
    const squareOf = (v: number): number =>
      (p[3 * v]! - points[i]!) ** 2 + (p[3 * v + 1]! - points[i + 1]!) ** 2 + (p[3 * v + 2]! - points[i + 2]!) ** 2;
    const reach = REACH_SQUARE * Math.max(squareOf(origin), bestSoFar);
    const seen = new Set([origin]);
    let best = bestSoFar;
    for (const v of seen) {
      this.#searched++;
      best = this.#searchFan(points, i, v, best);
      if (best <= this.#enough || seen.size > MOST_AROUND) break;
      // The fan may have left early, but then that was enough.
      for (let k = 0; k < this.#degree; k++) {
        const other = this.#around[this.#at + k]!;
        if (squareOf(other) <= reach) seen.add(other);
      }
    }
    return best;
  }

  /**
   * Searches the faces around a vertex, see `originToTriangle`. Written out, since a call would hand over each number in
   * memory of its own.
   * @returns the least square of a distance, mm2, also of those before
   */
  #searchFan(points: Float64Array, i: number, v: number, bestSoFar: number): number {
    this.#turnTo(v);
    const p = this.#positions;
    const around = this.#around;
    const at = this.#at;
    const degree = this.#degree;
    const enough = this.#enough;
    const vx = p[3 * v]!;
    const vy = p[3 * v + 1]!;
    const vz = p[3 * v + 2]!;
    const px = points[i]! - vx;
    const py = points[i + 1]! - vy;
    const pz = points[i + 2]! - vz;
    let best = bestSoFar;
    let a = around[at + degree - 1]!;
    let ux = p[3 * a]! - vx;
    let uy = p[3 * a + 1]! - vy;
    let uz = p[3 * a + 2]! - vz;
    let uu = ux * ux + uy * uy + uz * uz;
    let a1 = px * ux + py * uy + pz * uz;
    for (let k = 0; k < degree; k++) {
      const b = around[at + k]!;
      const wx = p[3 * b]! - vx;
      const wy = p[3 * b + 1]! - vy;
      const wz = p[3 * b + 2]! - vz;
      const ww = wx * wx + wy * wy + wz * wz;
      const uw = ux * wx + uy * wy + uz * wz;
      const a2 = px * wx + py * wy + pz * wz;
      const b1 = a1 - uu;
      const b2 = a2 - uw;
      const c1 = a1 - uw;
      const c2 = a2 - ww;
      const acrossA = b1 * c2 - c1 * b2;
      const acrossB = c1 * a2 - a1 * c2;
      const acrossC = a1 * b2 - b1 * a2;
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
      const dx = px - s * ux - r * wx;
      const dy = py - s * uy - r * wy;
      const dz = pz - s * uz - r * wz;
      const square = dx * dx + dy * dy + dz * dz;
      if (square < best) {
        best = square;
        this.#left = a;
        this.#right = b;
        if (best <= enough) return best;
      }
      a = b;
      ux = wx;
      uy = wy;
      uz = wz;
      uu = ww;
      a1 = a2;
    }
    return best;
  }
}
