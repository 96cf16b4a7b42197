import { originToTriangle } from './point-triangle.ts';
import type { Rings } from './rings.ts';

/** Neighbours that there is room for. A vertex with more from the start stays, and no other gets as many. */
export const PLACES = 12;
/** No new face looks away from the old one in its place by more than acos(0.4), 66 degrees. */
const LEAST_COSINE_SQUARE = 0.4 ** 2;
/** Where all looks the same way, short edges go first: what counts as the error of an edge of 1 mm, mm. */
const LENGTH_SHARE_SQUARE = 1e-6;
/** The faces around a tip or on a rim look all ways: their areas as vectors sum up to less than this share. */
const SHARP_SHARE_SQUARE = 0.8 ** 2;
/** A vertex at a tip or on a rim is no farther than this from the faces in its place, mm. */
const SHARP_MM = 0.1;
/** Of the vertices, those whose cost is looked at before the first pass. */
const SAMPLE_STEP = 16;
/** Costs by their order of size, sixteen for each factor of two: the first bits of a float. Infinity has none. */
const BIN_SHIFT = 19;
const BINS = 0x7f800000 >>> BIN_SHIFT;
/** The cost of a vertex that has to be looked at again. */
const UNKNOWN = -1;
/** Of a vertex that is left as it is, with all faces around it. */
export const FROZEN = 255;

/** A closed surface while vertices are taken out of it. Shared buffers. */
export interface Collapsing {
  positions: Float32Array;
  /** PLACES for each vertex: its neighbours as in `Rings`. The first place of one that is gone: where it went. */
  around: Uint32Array;
  /** Neighbours of each vertex; 0 for one that is gone. */
  degrees: Uint8Array;
  /** 1 for each vertex that stays. */
  fixed: Uint8Array;
  /** Of the best collapse of each vertex, mm2. */
  costs: Float32Array;
  /** What the costliest collapse into each vertex has cost, mm2. */
  spent: Float32Array;
}

export interface VertexRange {
  from: number;
  end: number;
}

/** One pass over a range of vertices: nothing outside of it is read or changed. */
export interface CollapsePass {
  range: VertexRange;
  /** What a collapse may cost, mm2. */
  limit: number;
  /** Vertices that may go. */
  quota: number;
}

export interface Collapsed {
  removed: number;
  /** The greatest cost, mm2. */
  greatest: number;
  /** How many of the vertices that are left cost how much: see `quantile`. */
  costs: Uint32Array;
}

export function emptyCollapsing(positions: Float32Array): Collapsing {
  const vertices = positions.length / 3;
  const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes * vertices);
  return {
    positions,
    around: new Uint32Array(shared(4 * PLACES)),
    degrees: new Uint8Array(shared(1)),
    fixed: new Uint8Array(shared(1)),
    costs: new Float32Array(shared(4)),
    spent: new Float32Array(shared(4)),
  };
}

/** The cost that about `wanted` vertices do not exceed, mm2; Infinity where there are fewer. */
export function quantile(passes: Collapsed[], wanted: number): number {
  let sum = 0;
  for (let bin = 0; bin < BINS; bin++) {
    for (const { costs } of passes) sum += costs[bin]!;
    if (sum >= wanted) return endOfBin(bin);
  }
  return Infinity;
}

const oneFloat = new Float32Array(1);
const oneInteger = new Int32Array(oneFloat.buffer);

function binOf(cost: number): number {
  oneFloat[0] = cost;
  return oneInteger[0]! >>> BIN_SHIFT;
}

function endOfBin(bin: number): number {
  oneInteger[0] = (bin + 1) << BIN_SHIFT;
  return oneFloat[0]!;
}

/** Sets out the vertices of a range. @returns how much some of them would cost, as if they were all */
export function beginCollapse(
  state: Collapsing,
  { starts, neighbours, odd }: Rings,
  locked: Uint8Array,
  { from, end }: VertexRange,
): Collapsed {
  const { around, degrees, fixed, costs, spent } = state;
  for (let v = from; v < end; v++) {
    const [first, last] = [starts[v]!, starts[v + 1]!];
    costs[v] = UNKNOWN;
    spent[v] = 0;
    if (locked[v] === 1) fixed[v] = 1;
    if (odd[v] === 0 && last - first <= PLACES) {
      degrees[v] = last - first;
      for (let i = first, to = PLACES * v; i < last; i++) around[to++] = neighbours[i]!;
    } else {
      degrees[v] = FROZEN;
      fixed[v] = 1;
      for (let i = first; i < last; i++) fixed[neighbours[i]!] = 1;
    }
  }
  const sample = new Uint32Array(BINS);
  for (let v = from; v < end; v += SAMPLE_STEP) {
    const degree = degrees[v]!;
    if (fixed[v] === 1 || degree === 0) continue;
    look(state, v, degree);
    sample[binOf(errors[cheapest(degree)]!)]! += SAMPLE_STEP;
  }
  return { removed: 0, greatest: 0, costs: sample };
}

/** The vertex looked at: its neighbours from where it is, the first of them again after the last. */
const arms = new Float64Array(3 * PLACES + 3);
/** Its faces: normal, twice the area long, and the square of that length. */
const normals = new Float64Array(4 * PLACES);
/** What it costs to move it to each neighbour, mm2. */
const errors = new Float64Array(PLACES);
let isSharp = false;

/**
 * Moves vertices of a range into neighbours, where that costs no more than the limit; the surface stays closed and
 * without contact to itself. Vertices with neighbours outside of the range wait for a pass with another range.
 */
export function collapseVertices(state: Collapsing, { range: { from, end }, limit, quota }: CollapsePass): Collapsed {
  const { around, degrees, fixed, costs, spent } = state;
  const left = new Uint32Array(BINS);
  let removed = 0;
  let greatest = 0;
  for (let v = from; v < end; v++) {
    const degree = degrees[v]!;
    if (fixed[v] === 1 || degree === 0) continue;
    if (costs[v]! > limit) {
      left[binOf(costs[v]!)]!++;
      continue;
    }
    look(state, v, degree);
    const may = removed < quota && isWithin(around, PLACES * v, degree, from, end);
    const best = may ? bestCollapse(state, v, degree, limit) : cheapest(degree);
    const cost = errors[best]!;
    if (!may || cost > limit) {
      costs[v] = cost;
      left[binOf(cost)]!++;
      continue;
    }
    const target = around[PLACES * v + best]!;
    collapse(state, v, best);
    if (cost > spent[target]!) spent[target] = cost;
    if (cost > greatest) greatest = cost;
    removed++;
  }
  return { removed, greatest, costs: left };
}

function isWithin(around: Uint32Array, at: number, degree: number, from: number, end: number): boolean {
  for (let i = at; i < at + degree; i++) if (around[i]! < from || around[i]! >= end) return false;
  return true;
}

/**
 * Looks at the faces around a vertex, and at what it costs to move it to each neighbour: the mean square of the distances
 * from these faces' planes (Garland and Heckbert 1997, without what was before: Lindstrom and Turk 1998), and what
 * was spent on it.
 */
function look({ positions: p, around, spent }: Collapsing, v: number, degree: number): void {
  const at = PLACES * v;
  const x = p[3 * v]!;
  const y = p[3 * v + 1]!;
  const z = p[3 * v + 2]!;
  for (let k = 0; k < degree; k++) {
    const from = 3 * around[at + k]!;
    arms[3 * k] = p[from]! - x;
    arms[3 * k + 1] = p[from + 1]! - y;
    arms[3 * k + 2] = p[from + 2]! - z;
  }
  arms[3 * degree] = arms[0]!;
  arms[3 * degree + 1] = arms[1]!;
  arms[3 * degree + 2] = arms[2]!;
  let xx = 0;
  let xy = 0;
  let xz = 0;
  let yy = 0;
  let yz = 0;
  let zz = 0;
  let area = 0;
  let sumX = 0;
  let sumY = 0;
  let sumZ = 0;
  for (let k = 0; k < degree; k++) {
    const i = 3 * k;
    const ax = arms[i]!;
    const ay = arms[i + 1]!;
    const az = arms[i + 2]!;
    const bx = arms[i + 3]!;
    const by = arms[i + 4]!;
    const bz = arms[i + 5]!;
    const nx = ay * bz - az * by;
    const ny = az * bx - ax * bz;
    const nz = ax * by - ay * bx;
    const square = nx * nx + ny * ny + nz * nz;
    const length = Math.sqrt(square);
    normals[4 * k] = nx;
    normals[4 * k + 1] = ny;
    normals[4 * k + 2] = nz;
    normals[4 * k + 3] = square;
    const share = length > 0 ? 1 / length : 0;
    area += length;
    sumX += nx;
    sumY += ny;
    sumZ += nz;
    xx += nx * nx * share;
    xy += nx * ny * share;
    xz += nx * nz * share;
    yy += ny * ny * share;
    yz += ny * nz * share;
    zz += nz * nz * share;
  }
  isSharp = sumX * sumX + sumY * sumY + sumZ * sumZ < SHARP_SHARE_SQUARE * area * area;
  const perArea = area > 0 ? 1 / area : 0;
  const before = spent[v]!;
  for (let k = 0; k < degree; k++) {
    const i = 3 * k;
    const ex = arms[i]!;
    const ey = arms[i + 1]!;
    const ez = arms[i + 2]!;
    const flow = ex * (xx * ex + 2 * (xy * ey + xz * ez)) + ey * (yy * ey + 2 * yz * ez) + ez * zz * ez;
    errors[k] = Math.max(0, flow) * perArea + LENGTH_SHARE_SQUARE * (ex * ex + ey * ey + ez * ez) + before;
  }
}

function cheapest(degree: number): number {
  let best = 0;
  for (let k = 1; k < degree; k++) if (errors[k]! < errors[best]!) best = k;
  return best;
}

/** The cheapest collapse that leaves the surface sound, or the cheapest that was not tried since it costs too much. */
function bestCollapse(state: Collapsing, v: number, degree: number, limit: number): number {
  for (;;) {
    const best = cheapest(degree);
    if (!(errors[best]! <= limit) || isSound(state, v, degree, best)) return best;
    errors[best] = Infinity;
  }
}

function isSound({ around, degrees }: Collapsing, v: number, degree: number, k: number): boolean {
  return keepsManifold(around, degrees, PLACES * v, degree, k) && keepsShape(degree, k);
}

/** Only the two vertices across the edge may be next to both of its ends, and each keeps three neighbours. */
function keepsManifold(around: Uint32Array, degrees: Uint8Array, at: number, degree: number, k: number): boolean {
  const target = around[at + k]!;
  const ofTarget = degrees[target]!;
  if (ofTarget + degree - 4 > PLACES || (degree === 3 && ofTarget === 3)) return false;
  if (degrees[around[at + (k === 0 ? degree : k) - 1]!]! <= 3) return false;
  if (degrees[around[at + (k + 1 === degree ? 0 : k + 1)]!]! <= 3) return false;
  const first = PLACES * target;
  const end = first + ofTarget;
  for (let step = 2, i = k + 2; step < degree - 1; step++, i++) {
    const other = around[at + (i < degree ? i : i - degree)]!;
    for (let q = first; q < end; q++) if (around[q] === other) return false;
  }
  return true;
}

/** No new face looks another way than the old one in its place, and a tip stays near to the new ones. */
function keepsShape(degree: number, k: number): boolean {
  const ex = arms[3 * k]!;
  const ey = arms[3 * k + 1]!;
  const ez = arms[3 * k + 2]!;
  let near = !isSharp;
  for (let step = 1; step < degree - 1; step++) {
    const face = k + step < degree ? k + step : k + step - degree;
    const i = 3 * face;
    const ux = arms[i]! - ex;
    const uy = arms[i + 1]! - ey;
    const uz = arms[i + 2]! - ez;
    const wx = arms[i + 3]! - ex;
    const wy = arms[i + 4]! - ey;
    const wz = arms[i + 5]! - ez;
    const nx = uy * wz - uz * wy;
    const ny = uz * wx - ux * wz;
    const nz = ux * wy - uy * wx;
    const n = 4 * face;
    const dot = nx * normals[n]! + ny * normals[n + 1]! + nz * normals[n + 2]!;
    if (dot <= 0) return false;
    if (dot * dot <= LEAST_COSINE_SQUARE * normals[n + 3]! * (nx * nx + ny * ny + nz * nz)) return false;
    near ||= originToTriangle(ex, ey, ez, ux, uy, uz, wx, wy, wz) <= SHARP_MM * SHARP_MM;
  }
  return near;
}

/** Moves a vertex into its neighbour k: two faces go, and the others around it have that one as their corner. */
function collapse({ around, degrees, costs }: Collapsing, v: number, k: number): void {
  const at = PLACES * v;
  const degree = degrees[v]!;
  const target = around[at + k]!;
  const before = around[at + (k === 0 ? degree : k) - 1]!;
  const after = around[at + (k + 1 === degree ? 0 : k + 1)]!;
  const first = PLACES * target;
  const ofTarget = degrees[target]!;
  // What lies across takes the place that the vertex has around its target.
  const across = degree - 3;
  let place = first;
  while (around[place] !== v) place++;
  around.copyWithin(place + across, place + 1, first + ofTarget);
  for (let step = 0, i = k + 2; step < across; step++, i++) {
    const other = around[at + (i < degree ? i : i - degree)]!;
    around[place + step] = other;
    let ofOther = PLACES * other;
    while (around[ofOther] !== v) ofOther++;
    around[ofOther] = target;
    costs[other] = UNKNOWN;
  }
  degrees[target] = ofTarget + degree - 4;
  takeOut(around, PLACES * before, --degrees[before]!, v);
  takeOut(around, PLACES * after, --degrees[after]!, v);
  costs[target] = UNKNOWN;
  costs[before] = UNKNOWN;
  costs[after] = UNKNOWN;
  degrees[v] = 0;
  around[at] = target;
}

function takeOut(around: Uint32Array, at: number, left: number, v: number): void {
  let i = at;
  while (around[i] !== v) i++;
  for (; i < at + left; i++) around[i] = around[i + 1]!;
}

/** The faces that are left, each with the first of its vertices in the range; not those whose corners are all frozen. */
export function facesLeft({ around, degrees }: Collapsing, { from, end }: VertexRange): Uint32Array<ArrayBuffer> {
  let corners = 0;
  for (let v = from; v < end; v++) if (degrees[v] !== FROZEN) corners += degrees[v]!;
  const faces = new Uint32Array(3 * corners);
  let count = 0;
  for (let v = from; v < end; v++) {
    const degree = degrees[v]!;
    if (degree === 0 || degree === FROZEN) continue;
    let a = around[PLACES * v + degree - 1]!;
    for (let i = PLACES * v; i < PLACES * v + degree; i++) {
      const b = around[i]!;
      if ((a > v || degrees[a] === FROZEN) && (b > v || degrees[b] === FROZEN)) {
        faces[count] = v;
        faces[count + 1] = a;
        faces[count + 2] = b;
        count += 3;
      }
      a = b;
    }
  }
  return faces.slice(0, count);
}

/** The faces whose corners are all frozen: they are as they were. */
export function frozenFaces({ degrees }: Collapsing, triangles: Uint32Array): Uint32Array {
  if (!degrees.includes(FROZEN)) return new Uint32Array(0);
  const faces: number[] = [];
  for (let t = 0; t < triangles.length; t += 3)
    if (
      degrees[triangles[t]!] === FROZEN &&
      degrees[triangles[t + 1]!] === FROZEN &&
      degrees[triangles[t + 2]!] === FROZEN
    )
      faces.push(triangles[t]!, triangles[t + 1]!, triangles[t + 2]!);
  return Uint32Array.from(faces);
}
