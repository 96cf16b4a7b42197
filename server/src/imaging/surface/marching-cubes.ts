import { isLeftHanded } from '../volume.ts';
import { CUBES, cubeCase, MIRRORED_CUBES, RUNS, type CubeTable } from './cube-table.ts';
import type { Field } from './field.ts';
import type { InsideBits } from './inside-bits.ts';
import type { Mesh } from './mesh.ts';
import { PER_ROW, type RowRange, type SurfacePlan } from './row-counts.ts';
import { placeRowVertices } from './row-vertices.ts';

/**
 * Writes the vertices and triangles that belong to a range of rows into a mesh that has room for those of all rows:
 * the last pass of Flying Edges (Schroeder, Maynard and Geveci 2015), here over rows of bits. The passes before have
 * said where each row's vertices begin, so the numbers of a cell's vertices follow from counting along the four rows
 * around it; threads need nothing from each other, and the mesh is the same however the rows are divided.
 */
export function emitRows(field: Field, plan: SurfacePlan, { first, end }: RowRange, mesh: Mesh): void {
  const { rows } = plan;
  const cubes = isLeftHanded(field.volume.geometry) ? MIRRORED_CUBES : CUBES;
  const run = new Int32Array(RUNS);
  for (let row = first; row < end; row++) {
    const triangles = rows[PER_ROW * row + 3]!;
    // Every vertex of a row is a corner of a triangle of that row.
    if (triangles === rows[PER_ROW * (row + 1) + 3]!) continue;
    placeRowVertices(field, plan, row, mesh.positions);
    startRuns(plan, row, run);
    connectRow(plan.inside, row, run, { triangles: mesh.triangles, firstIndex: 3 * triangles, cubes });
  }
}

/** The first vertex of each of RUNS along the cells of a row. */
function startRuns({ inside, rows: starts }: SurfacePlan, row: number, run: Int32Array): void {
  run[0] = starts[PER_ROW * row]!;
  run[1] = starts[PER_ROW * (row + 1)]!;
  run[2] = starts[PER_ROW * (row + inside.rows)]!;
  run[3] = starts[PER_ROW * (row + inside.rows + 1)]!;
  run[4] = starts[PER_ROW * row + 1]!;
  run[5] = starts[PER_ROW * (row + inside.rows) + 1]!;
  run[6] = starts[PER_ROW * row + 2]!;
  run[7] = starts[PER_ROW * (row + 1) + 2]!;
}

function connectRow(
  { bits, words, rows }: InsideBits,
  row: number,
  run: Int32Array,
  { triangles, firstIndex, cubes }: { triangles: Uint32Array; firstIndex: number; cubes: CubeTable },
): void {
  const { starts, vertices, advances } = cubes;
  const slice = rows * words;
  let out = firstIndex;
  let [carryA, carryB, carryC, carryD] = [0, 0, 0, 0];
  for (let at = row * words; at < (row + 1) * words; at++) {
    const [a, b] = [bits[at]!, bits[at + words]!];
    const [c, d] = [bits[at + slice]!, bits[at + slice + words]!];
    const any = a | b | c | d;
    if ((any | carryA | carryB | carryC | carryD) === 0) continue;
    const [leftA, leftB] = [(a << 1) | carryA, (b << 1) | carryB];
    const [leftC, leftD] = [(c << 1) | carryC, (d << 1) | carryD];
    [carryA, carryB, carryC, carryD] = [a >>> 31, b >>> 31, c >>> 31, d >>> 31];
    let active = (any | leftA | leftB | leftC | leftD) & ~(a & b & c & d & leftA & leftB & leftC & leftD);
    while (active !== 0) {
      const s = 31 - Math.clz32(active & -active);
      active &= active - 1;
      const cube = cubeCase(s, leftA, a, leftB, b, leftC, c, leftD, d);
      const end = starts[cube + 1]!;
      for (let v = starts[cube]!; v < end; v++) triangles[out++] = vertexOf(run, vertices[v]!);
      advance(run, advances[cube]!);
    }
  }
}

function vertexOf(run: Int32Array, vertex: number): number {
  return run[vertex & (RUNS - 1)]! + (vertex >>> 3);
}

/** Written out: a loop over the runs takes a third of the time of a whole cell. */
function advance(run: Int32Array, further: number): void {
  run[0] = run[0]! + (further & 1);
  run[1] = run[1]! + ((further >>> 1) & 1);
  run[2] = run[2]! + ((further >>> 2) & 1);
  run[3] = run[3]! + ((further >>> 3) & 1);
  run[4] = run[4]! + ((further >>> 4) & 1);
  run[5] = run[5]! + ((further >>> 5) & 1);
  run[6] = run[6]! + ((further >>> 6) & 1);
  run[7] = run[7]! + (further >>> 7);
}
