import { sliceOrigin, type Geometry, type Volume } from '../volume.ts';

/** How many voxels become one along columns, rows and slices. */
export interface Factors {
  x: number;
  y: number;
  z: number;
}

/**
 * A smaller volume: means of boxes of voxels, of which only two along each axis are read, as far from the middle on either
 * side. What is left over at the end of an axis is left out.
 */
export function shrinkVolume(volume: Volume, factors: Factors): Volume {
  const nx = Math.floor(volume.nx / factors.x);
  const ny = Math.floor(volume.ny / factors.y);
  const nz = Math.floor(volume.nz / factors.z);
  const data = new Int16Array(new SharedArrayBuffer(2 * nx * ny * nz));
  const slices = samplesOf(factors.z);
  const rows = samplesOf(factors.y);
  const sums = new Int32Array(nx);
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++) {
      sums.fill(0);
      for (const slice of slices)
        for (const row of rows) addRow(volume, k * factors.z + slice, j * factors.y + row, factors.x, sums);
      const first = (k * ny + j) * nx;
      for (let i = 0; i < nx; i++) data[first + i] = (sums[i]! + 4) >> 3;
    }
  return { data, nx, ny, nz, geometry: shrunkGeometry(volume.geometry, nz, factors) };
}

/** Two places in a box, the same one twice where it has only one. */
function samplesOf(factor: number): [number, number] {
  const first = Math.floor(factor / 4);
  return [first, factor - 1 - first];
}

/** Adds two samples of each box in a row of voxels. */
function addRow({ data, nx, ny }: Volume, slice: number, row: number, factor: number, sums: Int32Array): void {
  const [first, second] = samplesOf(factor);
  for (let i = 0, voxel = (slice * ny + row) * nx; i < sums.length; i++, voxel += factor)
    sums[i]! += data[voxel + first]! + data[voxel + second]!;
}

/** A voxel is where the middle of its box was. */
function shrunkGeometry(geometry: Geometry, nz: number, { x, y, z }: Factors): Geometry {
  const { columnStep, rowStep } = geometry;
  const origins = new Float64Array(3 * nz);
  for (let k = 0; k < nz; k++)
    for (let slice = k * z; slice < (k + 1) * z; slice++) {
      const origin = sliceOrigin(geometry, slice);
      for (const c of [0, 1, 2] as const) {
        const middle = origin[c] + ((x - 1) / 2) * columnStep[c] + ((y - 1) / 2) * rowStep[c];
        origins[3 * k + c]! += middle / z;
      }
    }
  return {
    columnStep: [x * columnStep[0], x * columnStep[1], x * columnStep[2]],
    rowStep: [y * rowStep[0], y * rowStep[1], y * rowStep[2]],
    origins,
  };
}
