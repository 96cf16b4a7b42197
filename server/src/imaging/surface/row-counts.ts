import { CUBES, cubeCase } from './cube-table.ts';
import type { Field } from './field.ts';
import { classifySlice, type InsideBits } from './inside-bits.ts';

/** Numbers for each row of a plan, see SurfacePlan. */
export const PER_ROW = 4;

/** What a surface will be, shared between threads: made before the surface, which then needs no memory but its own. */
export interface SurfacePlan {
  inside: InsideBits;
  /**
   * For each row of `inside` its vertices on edges along x, on those to the next row, on those to the next slice, and
   * the triangles in the cells between it, the next row and the next slice. Once they are summed, these are the
   * numbers of the row's first ones in the surface.
   */
  rows: Int32Array<SharedArrayBuffer>;
}

export interface RowRange {
  first: number;
  end: number;
}

export function emptyPlan(inside: InsideBits): SurfacePlan {
  const rows = inside.rows * inside.slices;
  return { inside, rows: new Int32Array(new SharedArrayBuffer(4 * PER_ROW * rows)) };
}

/**
 * Classifies slices first..end of a plan and counts what belongs to the rows of slices first..end - 1. Slice `end` is
 * also classified by whom it belongs to: both write the same words, so it does not matter who is first.
 */
export function countRows(field: Field, { inside, rows: counts }: SurfacePlan, { first, end }: RowRange): void {
  classifySlice(field, inside, first);
  for (let slice = first; slice < end; slice++) {
    classifySlice(field, inside, slice + 1);
    // Nothing belongs to a slice's last row, which lies outside.
    for (let row = slice * inside.rows; row < (slice + 1) * inside.rows - 1; row++) countRow(inside, row, counts);
  }
}

function countRow({ bits, words, rows }: InsideBits, row: number, counts: Int32Array): void {
  const { sizes } = CUBES;
  const slice = rows * words;
  let [alongX, alongY, alongZ, triangles] = [0, 0, 0, 0];
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
    if (active === 0) continue;
    alongX += countBits(a ^ leftA);
    alongY += countBits(a ^ b);
    alongZ += countBits(a ^ c);
    while (active !== 0) {
      const s = 31 - Math.clz32(active & -active);
      active &= active - 1;
      triangles += sizes[cubeCase(s, leftA, a, leftB, b, leftC, c, leftD, d)]!;
    }
  }
  counts[PER_ROW * row] = alongX;
  counts[PER_ROW * row + 1] = alongY;
  counts[PER_ROW * row + 2] = alongZ;
  counts[PER_ROW * row + 3] = triangles;
}

function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Turns the counts of all rows into where each row's vertices and triangles begin. @returns how many there are */
export function sumRows({ rows }: SurfacePlan): { vertices: number; triangles: number } {
  let [vertices, triangles] = [0, 0];
  for (let at = 0; at < rows.length; at += PER_ROW) {
    for (let axis = at; axis < at + 3; axis++) {
      const count = rows[axis]!;
      rows[axis] = vertices;
      vertices += count;
    }
    const count = rows[at + 3]!;
    rows[at + 3] = triangles;
    triangles += count;
  }
  return { vertices, triangles };
}

/** Divides the rows of a plan that is summed into at most so many ranges with about as many triangles each. */
export function divideRows({ rows }: SurfacePlan, parts: number): RowRange[] {
  const last = rows.length / PER_ROW - 1;
  const trianglesBefore = (row: number): number => rows[PER_ROW * row + 3]!;
  const ranges: RowRange[] = [];
  let first = 0;
  for (let part = 1; part <= parts; part++) {
    const until = (trianglesBefore(last) * part) / parts;
    let end = first;
    while (end < last && trianglesBefore(end) < until) end++;
    if (end > first) ranges.push({ first, end });
    first = end;
  }
  return ranges;
}
