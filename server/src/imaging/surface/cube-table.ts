/**
 * Marching cubes by rule instead of by a copied table. Corner c of a cell is at (c & 1, (c >> 1) & 1, c >> 2).
 * On every face the surface cuts off each run of inside corners on its own, so that two cells always agree on
 * the face they share and the surface is closed whatever the values (Lorensen and Cline 1987 left this open).
 */
export interface CubeTable {
  /** Case -> triangles. */
  sizes: Uint8Array;
  /** Case -> first entry of `vertices`; case + 1 -> its end. */
  starts: Uint16Array;
  /**
   * Three for each triangle, counter-clockwise seen from outside. Each is one of RUNS, and NEXT_OF_RUN is set where the
   * vertex is not the one that the run has reached before this cell but the one after it.
   */
  vertices: Uint8Array;
  /** Case -> one bit for each of RUNS, set where it is one vertex further after this cell. */
  advances: Uint8Array;
}

/**
 * Vertices are numbered in runs along x, and eight runs meet in a cell: those on its four edges along x, those on its
 * edges along y in the lower and in the upper slice, those on its edges along z in the first and in the second row.
 */
export const RUNS = 8;
export const NEXT_OF_RUN = 8;

type Polygon = number[];

/** Edges 0..3 run along x, 4..7 along y, 8..11 along z; each is the pair of its corners. */
const EDGE_CORNERS: readonly (readonly [number, number])[] = [
  ...[0, 1, 2, 3].map((q) => [2 * q, 2 * q + 1] as const),
  ...[0, 1, 4, 5].map((corner) => [corner, corner + 2] as const),
  ...[0, 1, 2, 3].map((corner) => [corner, corner + 4] as const),
];

/** Corners of each face, counter-clockwise seen from outside the cell. */
const FACES: readonly (readonly number[])[] = [
  [0, 4, 6, 2],
  [1, 3, 7, 5],
  [0, 1, 5, 4],
  [2, 6, 7, 3],
  [0, 2, 3, 1],
  [4, 5, 7, 6],
];

const FACE_EDGES = FACES.map((face) => new Set(face.map((corner, i) => edgeBetween(corner, face[(i + 1) % 4]!))));

function edgeBetween(a: number, b: number): number {
  return EDGE_CORNERS.findIndex(([p, q]) => (p === a && q === b) || (p === b && q === a));
}

/**
 * The case of cell s of 32: bit c is set where corner c is inside. `a` is a row, `leftA` the same one column to the left; b
 * is the next row, c and d are both in the next slice. Both columns of a cell are neighbours in `leftA`, but for the last
 * cell of a word.
 */
export function cubeCase(
  s: number,
  leftA: number,
  a: number,
  leftB: number,
  b: number,
  leftC: number,
  c: number,
  leftD: number,
  d: number,
): number {
  const pairs =
    ((leftA >>> s) & 3) | (((leftB >>> s) & 3) << 2) | (((leftC >>> s) & 3) << 4) | (((leftD >>> s) & 3) << 6);
  if (s < 31) return pairs;
  return pairs | ((a >>> 31) << 1) | ((b >>> 31) << 3) | ((c >>> 31) << 5) | ((d >>> 31) << 7);
}

function buildCubeTable(): CubeTable {
  const cases = Array.from({ length: 256 }, (_, inside) => surfaceLoops(inside).flatMap((loop) => triangulate(loop)));
  const starts = new Uint16Array(257);
  for (const [i, edges] of cases.entries()) starts[i + 1] = starts[i]! + edges.length;
  return {
    sizes: Uint8Array.from(cases, (edges) => edges.length / 3),
    starts,
    vertices: Uint8Array.from(cases.flatMap((edges, inside) => edges.map((edge) => runVertex(edge, inside)))),
    advances: Uint8Array.from(cases, (_, inside) => advances(inside)),
  };
}

function isCut(edge: number, inside: number): boolean {
  const [p, q] = EDGE_CORNERS[edge]!;
  return ((inside >> p) & 1) !== ((inside >> q) & 1);
}

/** The edges of a run in the order in which it comes to them: those along y and z are on both sides of a cell. */
function runEdges(run: number): number[] {
  return run < 4 ? [run] : [2 * run - 4, 2 * run - 3];
}

function runVertex(edge: number, inside: number): number {
  const run = edge < 4 ? edge : (edge + 4) >> 1;
  const first = runEdges(run)[0]!;
  return edge !== first && isCut(first, inside) ? run | NEXT_OF_RUN : run;
}

/** What lies on a cell's far side belongs to the next cell too, and is passed there. */
function advances(inside: number): number {
  return Array.from({ length: RUNS }, (_, run) => (isCut(runEdges(run)[0]!, inside) ? 1 << run : 0)).reduce(
    (bits, bit) => bits | bit,
    0,
  );
}

/** The closed polygons, as cell edges, in which the surface cuts the cell. */
function surfaceLoops(inside: number): Polygon[] {
  const next = new Map<number, number>();
  for (const face of FACES) for (const [from, to] of faceSegments(face, inside)) next.set(from, to);
  const loops: Polygon[] = [];
  const seen = new Set<number>();
  for (const start of next.keys()) {
    if (seen.has(start)) continue;
    const loop: Polygon = [];
    for (let edge = start; !seen.has(edge); edge = next.get(edge)!) {
      seen.add(edge);
      loop.push(edge);
    }
    loops.push(loop);
  }
  return loops;
}

/** For each run of inside corners of a face: from the edge where it is entered to the edge where it is left. */
function faceSegments(face: readonly number[], inside: number): [number, number][] {
  const isInside = (i: number): boolean => ((inside >> face[i & 3]!) & 1) === 1;
  const edgeAt = (i: number): number => edgeBetween(face[i & 3]!, face[(i + 1) & 3]!);
  const segments: [number, number][] = [];
  for (let i = 0; i < 4; i++) {
    if (!isInside(i) || isInside(i + 1)) continue;
    let first = i + 4;
    while (isInside(first - 1)) first--;
    segments.push([edgeAt(first - 1), edgeAt(i)]);
  }
  return segments;
}

/** Splits a polygon with as few diagonals lying in cell faces as can be: those could meet a neighbour's. */
function triangulate(loop: Polygon): number[] {
  return bestSplit(loop).triangles;
}

function bestSplit(polygon: Polygon): { cost: number; triangles: number[] } {
  const last = polygon.length - 1;
  if (last < 2) return { cost: 0, triangles: [] };
  let best: { cost: number; triangles: number[] } | null = null;
  for (let apex = 1; apex < last; apex++) {
    const before = bestSplit(polygon.slice(0, apex + 1));
    const after = bestSplit(polygon.slice(apex));
    const diagonals = [apex > 1 ? [0, apex] : [], apex < last - 1 ? [apex, last] : []].filter(
      (pair) => pair.length === 2,
    );
    const inFaces = diagonals.filter(([a, b]) =>
      FACE_EDGES.some((edges) => edges.has(polygon[a!]!) && edges.has(polygon[b!]!)),
    );
    const cost = before.cost + after.cost + inFaces.length;
    if (best !== null && cost >= best.cost) continue;
    const own = [polygon[0]!, polygon[apex]!, polygon[last]!];
    best = { cost, triangles: [...own, ...before.triangles, ...after.triangles] };
  }
  return best ?? { cost: 0, triangles: [] };
}

function mirrored(vertices: Uint8Array): Uint8Array {
  return vertices.map((_, at) => vertices[at + [0, 1, -1][at % 3]!]!);
}

export const CUBES = buildCubeTable();
/** For volumes whose axes turn like a left hand: each triangle the other way round. */
export const MIRRORED_CUBES: CubeTable = { ...CUBES, vertices: mirrored(CUBES.vertices) };
