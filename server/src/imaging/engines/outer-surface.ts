import { integerLevels, MASK_INSIDE, MASK_OUTSIDE, type Field } from '../surface/field.ts';
import { floodFromBorder } from './cells.ts';

const REACHED = 3;

/**
 * Adds to a mask the air that the body encloses in its slice (airways, lungs, gut), so that only its outer surface
 * is left. Slice by slice, because through mouth and nose that air is joined to the air around.
 * @param mask a copy of the field's mask, or zeros; slices from..end - 1 of it are changed
 */
export function fillEnclosedAir(field: Field, mask: Uint8Array, { from, end }: { from: number; end: number }): void {
  const { data, nx, ny } = field.volume;
  const { aboveHu } = integerLevels(field);
  const stack = new Int32Array(nx * ny);
  for (let k = from; k < end; k++) {
    const start = k * nx * ny;
    const isAir = (voxel: number): boolean => mask[voxel] === MASK_OUTSIDE || data[voxel]! <= aboveHu;
    // What is reached from the border is outside in any case: no need to tell the couch from the air.
    floodFromBorder(nx, ny, stack, (pixel) => {
      const voxel = start + pixel;
      if (mask[voxel] === REACHED || !isAir(voxel)) return false;
      mask[voxel] = REACHED;
      return true;
    });
    for (let voxel = start; voxel < start + nx * ny; voxel++) {
      if (mask[voxel] === REACHED) mask[voxel] = MASK_OUTSIDE;
      else if (isAir(voxel)) mask[voxel] = MASK_INSIDE;
    }
  }
}
