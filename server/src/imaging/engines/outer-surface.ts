import { setImmediate as nextTurn } from 'node:timers/promises';
import { integerLevels, MASK_INSIDE, MASK_OUTSIDE, type Field } from '../surface/field.ts';
import { floodFromBorder } from './cells.ts';

const REACHED = 3;

/**
 * Adds to a field's mask the air that the body encloses in its slice (airways, lungs, gut), so that only its
 * outer surface is left. Slice by slice, because through mouth and nose that air is joined to the air around.
 */
export async function fillEnclosedAir(field: Field): Promise<Uint8Array<SharedArrayBuffer>> {
  const { data, nx, ny, nz } = field.volume;
  const { aboveHu } = integerLevels(field);
  const mask = new Uint8Array(new SharedArrayBuffer(data.length));
  if (field.mask !== null) mask.set(field.mask);
  const stack = new Int32Array(nx * ny);
  for (let k = 0; k < nz; k++) {
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
    await nextTurn();
  }
  return mask;
}
