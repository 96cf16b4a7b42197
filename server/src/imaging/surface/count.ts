import type { WorkerPool } from '../workers/pool.ts';
import { integerLevels, MASK_INSIDE, MASK_OUTSIDE, type Field } from './field.ts';

/** Slices that one task counts. */
const SLAB_SLICES = 16;

/**
 * How many vertices the surface of a field has: one for each pair of neighbouring voxels of which one is inside, the
 * volume padded with one outside voxel on every side. Known without making the surface.
 */
export async function countVertices(field: Field, pool: WorkerPool): Promise<number> {
  const { nz } = field.volume;
  const ranges = Array.from({ length: Math.ceil(nz / SLAB_SLICES) }, (_, slab) => ({
    from: slab * SLAB_SLICES,
    end: Math.min(nz, (slab + 1) * SLAB_SLICES),
  }));
  const counts = await Promise.all(ranges.map((range) => pool.run('count', { field, range })));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The vertices within slices from..end - 1 and between each of them and the one before; after the last one too. */
export function countInSlices(field: Field, { from, end }: { from: number; end: number }): number {
  const { nx, ny, nz } = field.volume;
  const plane = nx * ny;
  let below = new Uint8Array(plane);
  let here = new Uint8Array(plane);
  if (from > 0) classify(field, from - 1, below);
  let count = 0;
  for (let k = from; k < end; k++) {
    classify(field, k, here);
    for (let row = 0; row < plane; row += nx) {
      let left = 0;
      for (let p = row; p < row + nx; p++) {
        const inside = here[p]!;
        count += (inside ^ left) + (inside ^ below[p]!);
        left = inside;
      }
      count += left;
    }
    for (let p = 0; p < nx; p++) count += here[p]! + here[plane - nx + p]!;
    for (let p = nx; p < plane; p++) count += here[p]! ^ here[p - nx]!;
    [below, here] = [here, below];
  }
  if (end === nz) for (let p = 0; p < plane; p++) count += below[p]!;
  return count;
}

/** 1 where a voxel of a slice is inside, else 0. */
function classify(field: Field, slice: number, out: Uint8Array): void {
  const { data } = field.volume;
  const { mask } = field;
  const { aboveHu, upToHu } = integerLevels(field);
  const beyond = upToHu + 1;
  const start = slice * out.length;
  for (let p = 0; p < out.length; p++) {
    const hu = data[start + p]!;
    // The sign bit of both differences: above the one and below the other.
    out[p] = ((aboveHu - hu) & (hu - beyond)) >>> 31;
  }
  if (mask === null) return;
  for (let p = 0; p < out.length; p++) {
    const rule = mask[start + p]!;
    if (rule === MASK_INSIDE) out[p] = 1;
    else if (rule === MASK_OUTSIDE) out[p] = 0;
  }
}
