import { integerLevels, MASK_OUTSIDE, type Field } from '../surface/field.ts';
import { boxPass, type Lines } from './cells.ts';

/** Half-widths of a box in voxels. */
export interface BoxRadius {
  x: number;
  y: number;
  z: number;
}

/** Thinner than twice this and a voxel is what partial volume leaves at the border of two other tissues, mm. */
const OPENING_MM = 1;
/** Slices further apart than this are not opened across: a muscle may be in two of them only, mm. */
const MAX_SLICE_MM = 2.5;

/** The box for a volume's voxels: about 1 mm to each side, and one voxel at least. */
export function openingRadius(spacing: { x: number; y: number; slice: number }): BoxRadius {
  return { x: voxels(spacing.x), y: voxels(spacing.y), z: spacing.slice <= MAX_SLICE_MM ? voxels(spacing.slice) : 0 };
}

function voxels(spacingMm: number): number {
  return Math.max(1, Math.round(OPENING_MM / spacingMm));
}

/**
 * Morphological opening of what is inside a field, by a box, for slices from..end - 1: voxels that no box inside
 * covers become MASK_OUTSIDE in `out`. Between air and soft tissue, or between bone and fat, a range of HU in the
 * middle is met in one or two voxels; opening takes these shells away and leaves what is thicker as it was.
 * Needs memory for the slices asked for and 2 * radius.z more on both sides, not for the volume.
 * @param out one of the MASK values for each voxel of the volume; other slices are not touched
 */
export function openSlices(
  field: Field,
  radius: BoxRadius,
  { from, end }: { from: number; end: number },
  out: Uint8Array,
): void {
  const { nx, ny, nz } = field.volume;
  const first = Math.max(0, from - 2 * radius.z);
  const last = Math.min(nz, end + 2 * radius.z);
  const slab = { nx, ny, nz: last - first };
  const inside = classify(field, first, last);
  // Beyond the border nothing is known: a tissue is not eroded from there.
  const eroded = passes(inside, slab, radius, 0);
  const opened = passes(eroded, slab, radius, 1);
  const plane = nx * ny;
  const offset = (from - first) * plane;
  for (let voxel = from * plane, p = offset; voxel < end * plane; voxel++, p++)
    if (opened[p] === 0) out[voxel] = MASK_OUTSIDE;
}

/** 1 where a voxel is inside. */
function classify(field: Field, first: number, last: number): Uint8Array {
  const { data, nx, ny } = field.volume;
  const { aboveHu, upToHu } = integerLevels(field);
  const { mask } = field;
  const start = first * nx * ny;
  const inside = new Uint8Array((last - first) * nx * ny);
  for (let p = 0; p < inside.length; p++) {
    const hu = data[start + p]!;
    if (hu > aboveHu && hu <= upToHu && mask?.[start + p] !== MASK_OUTSIDE) inside[p] = 1;
  }
  return inside;
}

/** Dilation of the cells that have a value by a box, one axis after the other. */
function passes(
  cells: Uint8Array,
  { nx, ny, nz }: { nx: number; ny: number; nz: number },
  radius: BoxRadius,
  value: 0 | 1,
): Uint8Array {
  const plane = nx * ny;
  const axes: [number, Lines][] = [
    [radius.x, { lines: ny * nz, length: nx, start: (line) => line * nx, stride: 1 }],
    [
      radius.y,
      { lines: nx * nz, length: ny, start: (line) => Math.floor(line / nx) * plane + (line % nx), stride: nx },
    ],
    [radius.z, { lines: plane, length: nz, start: (line) => line, stride: plane }],
  ];
  return axes.reduce((grown, [reach, lines]) => (reach === 0 ? grown : boxPass(grown, lines, reach, value)), cells);
}
