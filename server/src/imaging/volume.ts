/** How large a stack of slices is, and where. */
export interface VolumeShape {
  /** Columns, rows, slices. */
  nx: number;
  ny: number;
  nz: number;
  geometry: Geometry;
}

/** A stack of slices in HU, shared between threads. */
export interface Volume extends VolumeShape {
  /** HU, slice by slice, row by row: index (k * ny + j) * nx + i. Backed by a SharedArrayBuffer. */
  data: Int16Array<SharedArrayBuffer>;
}

/**
 * Where voxels are, in patient coordinates (LPS, mm): voxel (i, j, k) is at
 * origins[k] + i * columnStep + j * rowStep. Slices keep their own origin, so a
 * gantry tilt stays a shear and uneven spacing stays uneven.
 */
export interface Geometry {
  /** From one column to the next (i). */
  columnStep: Vector;
  /** From one row to the next (j). */
  rowStep: Vector;
  /** Three coordinates for each slice. */
  origins: Float64Array;
}

export type Vector = [number, number, number];

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** Origin of slice k, which may lie one outside the stack: then the neighbouring distance is carried on. */
export function sliceOrigin(geometry: Geometry, k: number): Vector {
  const { origins } = geometry;
  const count = origins.length / 3;
  const at = (slice: number): Vector => [
    origins[3 * slice] ?? 0,
    origins[3 * slice + 1] ?? 0,
    origins[3 * slice + 2] ?? 0,
  ];
  if (k >= 0 && k < count) return at(k);
  const edge = k < 0 ? 0 : count - 1;
  const neighbour = k < 0 ? 1 : count - 2;
  const [from, to] = [at(edge), count > 1 ? at(neighbour) : at(edge)];
  return [2 * from[0] - to[0], 2 * from[1] - to[1], 2 * from[2] - to[2]];
}

export function voxelCount({ nx, ny, nz }: VolumeShape): number {
  return nx * ny * nz;
}

/** Lengths of a voxel's edges within a slice and the mean distance of slices along their normal, mm. */
export function voxelSize({ geometry, nz }: VolumeShape): { x: number; y: number; slice: number } {
  const { columnStep, rowStep } = geometry;
  const normal = cross(columnStep, rowStep);
  const [first, last] = [sliceOrigin(geometry, 0), sliceOrigin(geometry, nz - 1)];
  const through: Vector = [last[0] - first[0], last[1] - first[1], last[2] - first[2]];
  const slice = Math.abs(dot(normal, through)) / Math.hypot(...normal) / Math.max(1, nz - 1);
  return { x: Math.hypot(...columnStep), y: Math.hypot(...rowStep), slice };
}

/** True where i, j, k turn like a left hand: surfaces must then be flipped to face outward. */
export function isLeftHanded(geometry: Geometry): boolean {
  const count = geometry.origins.length / 3;
  const [first, last] = [sliceOrigin(geometry, 0), sliceOrigin(geometry, count - 1)];
  const through: Vector = [last[0] - first[0], last[1] - first[1], last[2] - first[2]];
  return dot(cross(geometry.columnStep, geometry.rowStep), through) < 0;
}
