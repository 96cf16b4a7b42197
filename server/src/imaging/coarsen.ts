import { MASK_BY_VALUE, type Field } from './surface/field.ts';
import type { Geometry, Volume, VolumeShape } from './volume.ts';

/** Pixels that become one, along rows and along columns. */
export const COARSENING = 2;

/**
 * The shape of a volume with half as many columns and rows; slices stay as they are, for they are further apart than
 * pixels. An odd column or row at the end is left out.
 */
export function coarseShape({ nx, ny, nz, geometry }: VolumeShape): VolumeShape {
  return {
    nx: Math.floor(nx / COARSENING),
    ny: Math.floor(ny / COARSENING),
    nz,
    geometry: coarseGeometry(geometry),
  };
}

/** The first voxel's centre moves to the middle of the pixels that it stands for. */
function coarseGeometry({ columnStep, rowStep, origins }: Geometry): Geometry {
  const shift = (COARSENING - 1) / 2;
  return {
    columnStep: [COARSENING * columnStep[0], COARSENING * columnStep[1], COARSENING * columnStep[2]],
    rowStep: [COARSENING * rowStep[0], COARSENING * rowStep[1], COARSENING * rowStep[2]],
    origins: origins.map((value, i) => value + shift * (columnStep[i % 3]! + rowStep[i % 3]!)),
  };
}

/**
 * One slice with half as many columns and rows: means of 2 x 2 pixels, rounded.
 * @param columns of the slice
 * @param out floor(columns / 2) values for each pair of rows
 */
export function coarsenSlice(pixels: Int16Array, columns: number, out: Int16Array): void {
  const nx = Math.floor(columns / COARSENING);
  for (let at = 0, row = 0; at < out.length; row += COARSENING * columns)
    for (let i = 0, p = row; i < nx; i++, p += COARSENING, at++)
      out[at] = Math.round((pixels[p]! + pixels[p + 1]! + pixels[p + columns]! + pixels[p + columns + 1]!) / 4);
}

/** A field with half as many columns and rows. A mask decides where it does for two of the four pixels. */
export function coarsenField({ volume, lower, upper, mask }: Field): Field {
  const shape = coarseShape(volume);
  const [plane, coarsePlane] = [volume.nx * volume.ny, shape.nx * shape.ny];
  const data = new Int16Array(new SharedArrayBuffer(2 * coarsePlane * shape.nz));
  for (let k = 0; k < shape.nz; k++)
    coarsenSlice(
      volume.data.subarray(k * plane, (k + 1) * plane),
      volume.nx,
      data.subarray(k * coarsePlane, (k + 1) * coarsePlane),
    );
  const coarse: Volume = { ...shape, data };
  return { volume: coarse, lower, upper, mask: mask === null ? null : coarsenMask(mask, volume, shape) };
}

function coarsenMask(mask: Uint8Array, { nx, ny }: VolumeShape, shape: VolumeShape): Uint8Array<SharedArrayBuffer> {
  const out = new Uint8Array(new SharedArrayBuffer(shape.nx * shape.ny * shape.nz));
  for (let k = 0, at = 0; k < shape.nz; k++)
    for (let j = 0; j < shape.ny; j++) {
      const row = (k * ny + COARSENING * j) * nx;
      for (let i = 0, p = row; i < shape.nx; i++, p += COARSENING, at++)
        out[at] = commonRule(mask[p]!, mask[p + 1]!, mask[p + nx]!, mask[p + nx + 1]!);
    }
  return out;
}

function commonRule(a: number, b: number, c: number, d: number): number {
  if (a === b || a === c || a === d) return a;
  if (b === c || b === d) return b;
  return c === d ? c : MASK_BY_VALUE;
}
