import { sliceOrigin, type Vector } from '../volume.ts';
import { integerLevels, type Field } from './field.ts';
import { PER_ROW, type SurfacePlan } from './row-counts.ts';

/** Nearer to a voxel than this share of an edge, vertices of neighbouring edges could fall together in float32. */
const MIN_PARAMETER = 0.002;
const MAX_PARAMETER = 1 - MIN_PARAMETER;
/** Where nothing is known of the other end: beyond the border, or at a voxel decided by the mask. */
const HALFWAY = 0.5;

interface Levels {
  lower: number;
  upper: number;
  aboveHu: number;
}

/** The edges of one row in one direction. Edge i begins at column i, or before it where edges run along the row. */
interface RowEdges {
  /** From a word of the row to the word of the other ends; 0 where edges run along the row. */
  wordStep: number;
  /** Where edge 0 begins, as a voxel and in mm, and how far away the other end is. */
  voxel: number;
  voxelStep: number;
  origin: Vector;
  step: Vector;
  /** The edges that have a voxel at both ends. */
  first: number;
  end: number;
}

/** Writes the vertices that belong to a row of a plan, x, y, z of each. */
export function placeRowVertices(field: Field, plan: SurfacePlan, row: number, positions: Float32Array): void {
  const { words, rows } = plan.inside;
  const { nx, ny, nz, geometry } = field.volume;
  const { columnStep, rowStep } = geometry;
  const [j, k] = [(row % rows) - 1, Math.floor(row / rows) - 1];
  const [here, next] = [sliceOrigin(geometry, k), sliceOrigin(geometry, k + 1)];
  const at = (c: 0 | 1 | 2): number => here[c] + j * rowStep[c];
  const origin: Vector = [at(0), at(1), at(2)];
  const before: Vector = [origin[0] - columnStep[0], origin[1] - columnStep[1], origin[2] - columnStep[2]];
  const sliceStep: Vector = [next[0] - here[0], next[1] - here[1], next[2] - here[2]];
  const voxel = (k * ny + j) * nx;
  const levels = { lower: field.lower, upper: field.upper, aboveHu: integerLevels(field).aboveHu };
  const first = PER_ROW * row;
  const [firstX, firstY, firstZ] = [plan.rows[first]!, plan.rows[first + 1]!, plan.rows[first + 2]!];
  const endY = j >= 0 && j + 1 < ny ? nx : 0;
  const endZ = k >= 0 && k + 1 < nz ? nx : 0;
  const x = { wordStep: 0, voxel: voxel - 1, voxelStep: 1, origin: before, step: columnStep, first: 1, end: nx };
  const y = { wordStep: words, voxel, voxelStep: nx, origin, step: rowStep, first: 0, end: endY };
  const z = { wordStep: rows * words, voxel, voxelStep: nx * ny, origin, step: sliceStep, first: 0, end: endZ };
  const write = (edges: RowEdges, firstVertex: number): void =>
    placeVertices(field, plan, { row, levels, edges }, positions, firstVertex);
  write(x, firstX);
  write(y, firstY);
  write(z, firstZ);
}

function placeVertices(
  { volume: { data, geometry } }: Field,
  { inside: { bits, words } }: SurfacePlan,
  { row, levels, edges }: { row: number; levels: Levels; edges: RowEdges },
  positions: Float32Array,
  firstVertex: number,
): void {
  const { wordStep, voxel, voxelStep, first, end } = edges;
  const [ox, oy, oz] = edges.origin;
  const [cx, cy, cz] = geometry.columnStep;
  const [sx, sy, sz] = edges.step;
  let out = 3 * firstVertex;
  let carry = 0;
  for (let w = 0, at = row * words; w < words; w++, at++) {
    const here = bits[at]!;
    let cut = here ^ (wordStep === 0 ? (here << 1) | carry : bits[at + wordStep]!);
    carry = here >>> 31;
    while (cut !== 0) {
      const i = 32 * w + 31 - Math.clz32(cut & -cut);
      cut &= cut - 1;
      const from = voxel + i;
      const t = i >= first && i < end ? parameter(data[from]!, data[from + voxelStep]!, levels) : HALFWAY;
      positions[out] = ox + i * cx + t * sx;
      positions[out + 1] = oy + i * cy + t * sy;
      positions[out + 2] = oz + i * cz + t * sz;
      out += 3;
    }
  }
}

/** Where on the edge between two neighbouring voxels the surface passes, 0..1. */
function parameter(from: number, to: number, { lower, upper, aboveHu }: Levels): number {
  // One test for both ends: which of them is the lower one changes from edge to edge and cannot be predicted.
  const level = ((from - aboveHu - 1) | (to - aboveHu - 1)) < 0 ? lower : upper;
  const t = (level - from) / (to - from);
  if (t >= 0 && t <= 1) return t < MIN_PARAMETER ? MIN_PARAMETER : t > MAX_PARAMETER ? MAX_PARAMETER : t;
  return HALFWAY;
}
