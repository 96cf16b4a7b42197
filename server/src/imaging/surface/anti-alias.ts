/** A cropped mask as numbers of both signs: voxels inside are positive, and nothing is zero. */
export const LEVEL = 30_000;
/** Nearer to zero than this share of the full value no voxel comes: it keeps its side, and edges keep a crossing. */
const FLOOR = Math.round(0.05 * LEVEL);
const STEPS = 20;
/** Of the largest step that is stable in three dimensions (1/6). */
const STEP = 1 / 8;

/**
 * Takes the stairs out of a binary mask, in place: heat flow that no voxel may use to change its side (the
 * constraint of Whitaker 2000). On terraces the values fall evenly from one step to the next, so that the zero level
 * passes between the voxels where a smooth surface would; a plate of one voxel cannot vanish.
 * @param values +LEVEL inside, -LEVEL outside; i runs fastest
 * @param spacing of voxels, mm: the flow is the same in all directions in mm, not in voxels
 */
export function antiAlias(
  values: Int16Array,
  [nx, ny, nz]: readonly [number, number, number],
  spacing: readonly [number, number, number],
): void {
  const finest = Math.min(...spacing);
  const [wx, wy, wz] = spacing.map((mm) => STEP * (finest / mm) ** 2) as [number, number, number];
  const plane = nx * ny;
  // Old values of the slice in work and of the one below it; the one above is still as it was.
  let here = new Int16Array(plane);
  let below = new Int16Array(plane);
  for (let step = 0; step < STEPS; step++) {
    for (let k = 0; k < nz; k++) {
      const start = k * plane;
      [below, here] = [here, below];
      here.set(values.subarray(start, start + plane));
      const lower = k > 0 ? below : here;
      const upper = k + 1 < nz ? values.subarray(start + plane, start + 2 * plane) : here;
      for (let j = 0, p = 0; j < ny; j++) {
        const front = j > 0 ? -nx : 0;
        const back = j + 1 < ny ? nx : 0;
        for (let i = 0; i < nx; i++, p++) {
          const v = here[p]!;
          const left = i > 0 ? here[p - 1]! : v;
          const right = i + 1 < nx ? here[p + 1]! : v;
          const [before, behind, under, over] = [here[p + front]!, here[p + back]!, lower[p]!, upper[p]!];
          const moved = v + wx * (left + right - 2 * v) + wy * (before + behind - 2 * v) + wz * (under + over - 2 * v);
          values[start + p] = Math.round(v > 0 ? Math.max(FLOOR, moved) : Math.min(-FLOOR, moved));
        }
      }
    }
  }
}
