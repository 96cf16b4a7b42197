import { integerLevels, MASK_BY_VALUE, MASK_INSIDE, type Field } from './field.ts';

/** Columns that one word holds. */
const WORD_COLUMNS = 32;
const LARGEST_HU = 32_767;

/**
 * One bit for each voxel, set inside: column i is bit i & 31 of word i >> 5 of its row. One row outside on either
 * side of a slice and one slice outside at either end surround the volume, and every row ends with at least one bit
 * that is outside. Voxel row j of slice k is row (k + 1) * rows + j + 1.
 */
export interface InsideBits {
  bits: Int32Array<SharedArrayBuffer>;
  /** Words of a row, rows of a slice, slices; the two latter with those around the volume. */
  words: number;
  rows: number;
  slices: number;
}

export function createInsideBits({ volume: { nx, ny, nz } }: Field): InsideBits {
  const [words, rows, slices] = [Math.floor(nx / WORD_COLUMNS) + 1, ny + 2, nz + 2];
  return { bits: new Int32Array(new SharedArrayBuffer(4 * words * rows * slices)), words, rows, slices };
}

/** Sets the bits of one slice, each word by one store; slices around the volume are left as they are. */
export function classifySlice(field: Field, { bits, words, rows, slices }: InsideBits, slice: number): void {
  if (slice < 1 || slice > slices - 2) return;
  const { volume, mask } = field;
  const { data, nx, ny } = volume;
  const { aboveHu, upToHu } = integerLevels(field);
  for (let j = 0; j < ny; j++) {
    const firstVoxel = ((slice - 1) * ny + j) * nx;
    const firstWord = (slice * rows + j + 1) * words;
    for (let i = 0, w = firstWord; i < nx; i += WORD_COLUMNS, w++) {
      const voxel = firstVoxel + i;
      const columns = Math.min(WORD_COLUMNS, nx - i);
      const whole = columns === WORD_COLUMNS && upToHu >= LARGEST_HU;
      const word = whole ? wordAbove(data, voxel, aboveHu) : wordBetween(data, voxel, columns, { aboveHu, upToHu });
      bits[w] = mask === null ? word : applyMask(word, mask, voxel, columns);
    }
  }
}

function wordBetween(
  data: Int16Array,
  voxel: number,
  columns: number,
  { aboveHu, upToHu }: { aboveHu: number; upToHu: number },
): number {
  let word = 0;
  // The sign bit of both differences: above the one level and not above the other.
  for (let q = 0; q < columns; q++)
    word |= (((aboveHu - data[voxel + q]!) & (data[voxel + q]! - upToHu - 1)) >>> 31) << q;
  return word;
}

function wordAbove(data: Int16Array, voxel: number, aboveHu: number): number {
  let word = 0;
  for (let q = 0; q < WORD_COLUMNS; q += 8) word |= eightAbove(data, voxel + q, aboveHu) << q;
  return word;
}

/** Written out, since most volumes pass here voxel by voxel. */
function eightAbove(data: Int16Array, voxel: number, aboveHu: number): number {
  return (
    ((aboveHu - data[voxel]!) >>> 31) |
    (((aboveHu - data[voxel + 1]!) >>> 31) << 1) |
    (((aboveHu - data[voxel + 2]!) >>> 31) << 2) |
    (((aboveHu - data[voxel + 3]!) >>> 31) << 3) |
    (((aboveHu - data[voxel + 4]!) >>> 31) << 4) |
    (((aboveHu - data[voxel + 5]!) >>> 31) << 5) |
    (((aboveHu - data[voxel + 6]!) >>> 31) << 6) |
    (((aboveHu - data[voxel + 7]!) >>> 31) << 7)
  );
}

function applyMask(bits: number, mask: Uint8Array, voxel: number, columns: number): number {
  let result = bits;
  for (let q = 0; q < columns; q++) {
    const rule = mask[voxel + q]!;
    if (rule === MASK_BY_VALUE) continue;
    if (rule === MASK_INSIDE) result |= 1 << q;
    else result &= ~(1 << q);
  }
  return result;
}
