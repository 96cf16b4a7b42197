import { antiAlias, LEVEL } from '../surface/anti-alias.ts';
import type { Vector, Volume } from '../volume.ts';
import { affineDistance, movedOrigin, spacingOf, stackGeometry, voxelVolume, type Affine } from './affine.ts';
import { NiftiError } from './header.ts';
import { readNifti, type NiftiImage } from './read.ts';

/** The grid that a mask must be on. */
export interface MaskGrid {
  nx: number;
  ny: number;
  nz: number;
  affine: Affine;
}

/** A mask cut to the voxels that are set, with a margin. */
export interface CroppedMask {
  /** Not HU: +LEVEL inside and -LEVEL outside, see `antiAlias`. LPS, mm. */
  volume: Volume;
  spacing: [number, number, number];
  /** Of the voxels that are set. */
  volumeMm3: number;
}

/** Voxels kept around the label, so that smoothing has room. */
const MARGIN = 3;
/** Tools store coordinates as float32 and may go through another representation, mm. */
const SAME_PLACE_MM = 0.05;
/** Masks are 0 and 1; also where they come as probabilities or scaled. */
const INSIDE = 0.5;

/**
 * Reads a mask and cuts it to its bounding box: only that much is kept, whatever the size of the image.
 * @returns null where no voxel is set
 * @throws NiftiError where it is no mask on this grid
 */
export async function readMask(path: string, grid: MaskGrid): Promise<CroppedMask | null> {
  const image = await readNifti(path, grid.nx * grid.ny * grid.nz);
  const { header } = image;
  const size: Vector = [grid.nx, grid.ny, grid.nz];
  if (header.nx !== size[0] || header.ny !== size[1] || header.nz !== size[2])
    throw new NiftiError('the mask has another size than the image');
  if (affineDistance(header.affine, grid.affine, size) > SAME_PLACE_MM)
    throw new NiftiError('the mask is in another place than the image');
  const box = boundingBox(image);
  if (box === null) return null;
  const from = box.min.map((value) => Math.max(0, value - MARGIN)) as Vector;
  const to = box.max.map((value, axis) => Math.min(size[axis]! - 1, value + MARGIN)) as Vector;
  return {
    volume: crop(image, grid.affine, from, to),
    spacing: spacingOf(grid.affine),
    volumeMm3: box.voxels * voxelVolume(grid.affine),
  };
}

/** Says for stored values whether they are inside. */
function insideTest({ header: { slope, intercept } }: NiftiImage): (stored: number) => boolean {
  return (stored) => stored * slope + intercept > INSIDE;
}

function boundingBox(image: NiftiImage): { min: Vector; max: Vector; voxels: number } | null {
  const { data, header } = image;
  const { nx, ny, nz } = header;
  const isInside = insideTest(image);
  const [min, max]: [Vector, Vector] = [
    [nx, ny, nz],
    [-1, -1, -1],
  ];
  let voxels = 0;
  for (let k = 0, voxel = 0; k < nz; k++)
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++, voxel++) {
        // Nearly all voxels of nearly all masks are zero as stored.
        if (data[voxel] === 0 && header.intercept === 0) continue;
        if (!isInside(data[voxel]!)) continue;
        voxels++;
        if (i < min[0]) min[0] = i;
        if (i > max[0]) max[0] = i;
        if (j < min[1]) min[1] = j;
        if (j > max[1]) max[1] = j;
        if (k < min[2]) min[2] = k;
        max[2] = k;
      }
  return voxels === 0 ? null : { min, max, voxels };
}

function crop(image: NiftiImage, affine: Affine, from: Vector, to: Vector): Volume {
  const [nx, ny, nz] = from.map((value, axis) => to[axis]! - value + 1) as Vector;
  const data = new Int16Array(new SharedArrayBuffer(2 * nx * ny * nz));
  const isInside = insideTest(image);
  const { nx: width, ny: height } = image.header;
  for (let k = 0, voxel = 0; k < nz; k++)
    for (let j = 0; j < ny; j++) {
      const row = ((k + from[2]) * height + j + from[1]) * width + from[0];
      for (let i = 0; i < nx; i++, voxel++) data[voxel] = isInside(image.data[row + i]!) ? LEVEL : -LEVEL;
    }
  return { data, nx, ny, nz, geometry: stackGeometry(movedOrigin(affine, from), nz) };
}

/** Takes the stairs out of a cropped mask, in place. */
export function smoothMask({ volume, spacing }: CroppedMask): void {
  antiAlias(volume.data, [volume.nx, volume.ny, volume.nz], spacing);
}
