import type { Volume } from '../volume.ts';

/** What is inside: voxels with lower < HU <= upper, unless a mask says otherwise. */
export interface Field {
  volume: Volume;
  /**
   * Levels in HU, between integers (226 and above is written 225.5), so that no voxel lies exactly on the
   * surface, which would make triangles without area. Infinite where a side is open.
   */
  lower: number;
  upper: number;
  /** One of the MASK values for each voxel; null where the HU decide everywhere. */
  mask: Uint8Array<SharedArrayBuffer> | null;
}

export const MASK_BY_VALUE = 0;
export const MASK_INSIDE = 1;
export const MASK_OUTSIDE = 2;

/** Levels as integers: voxel v is inside where v > aboveHu and v <= upToHu. */
export function integerLevels(field: Field): { aboveHu: number; upToHu: number } {
  return {
    aboveHu: Math.floor(Math.max(field.lower, -32_769)),
    upToHu: Math.floor(Math.min(field.upper, 32_767)),
  };
}
