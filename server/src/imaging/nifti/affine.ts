import { cross, dot, type Geometry, type Vector } from '../volume.ts';

/**
 * Where the voxels of a regular grid are, in DICOM patient coordinates (LPS, mm): voxel (i, j, k) is at
 * origin + i * columnStep + j * rowStep + k * sliceStep.
 */
export interface Affine {
  columnStep: Vector;
  rowStep: Vector;
  sliceStep: Vector;
  origin: Vector;
}

/**
 * Between LPS (DICOM: x to the left, y to the back) and RAS (NIfTI: x to the right, y to the front). Both have z
 * to the head, so x and y change their sign; the way back is the same.
 */
export function flipLpsRas(vector: Vector): Vector {
  return [-vector[0], -vector[1], vector[2]];
}

/** The same grid as a stack of slices. */
export function stackGeometry({ columnStep, rowStep, sliceStep, origin }: Affine, slices: number): Geometry {
  const origins = new Float64Array(3 * slices);
  for (let k = 0; k < slices; k++) for (let c = 0; c < 3; c++) origins[3 * k + c] = origin[c]! + k * sliceStep[c]!;
  return { columnStep, rowStep, origins };
}

/** The part of a grid that begins at another voxel. */
export function movedOrigin(affine: Affine, [i, j, k]: Vector): Affine {
  const { columnStep, rowStep, sliceStep } = affine;
  const origin = affine.origin.map(
    (value, c) => value + i * columnStep[c]! + j * rowStep[c]! + k * sliceStep[c]!,
  ) as Vector;
  return { ...affine, origin };
}

/** mm3 */
export function voxelVolume({ columnStep, rowStep, sliceStep }: Affine): number {
  return Math.abs(dot(cross(columnStep, rowStep), sliceStep));
}

/** Distances of neighbouring voxels, mm. */
export function spacingOf({ columnStep, rowStep, sliceStep }: Affine): Vector {
  return [Math.hypot(...columnStep), Math.hypot(...rowStep), Math.hypot(...sliceStep)];
}

/** The greatest distance, in mm, between the places two affines give to a voxel of a grid of that size. */
export function affineDistance(a: Affine, b: Affine, size: Vector): number {
  const at = ({ columnStep, rowStep, sliceStep, origin }: Affine, [i, j, k]: Vector): Vector =>
    origin.map((value, c) => value + i * columnStep[c]! + j * rowStep[c]! + k * sliceStep[c]!) as Vector;
  let greatest = 0;
  // The difference of two affine maps is greatest at a corner.
  for (let corner = 0; corner < 8; corner++) {
    const voxel = size.map((count, axis) => ((corner >> axis) & 1) * (count - 1)) as Vector;
    const [p, q] = [at(a, voxel), at(b, voxel)];
    greatest = Math.max(greatest, Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]));
  }
  return greatest;
}
