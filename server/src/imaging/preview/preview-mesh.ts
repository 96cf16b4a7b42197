import { MeshoptSimplifier } from 'meshoptimizer/simplifier';
import { findCouch } from '../engines/couch.ts';
import { dropSmallComponents } from '../surface/components.ts';
import type { Field } from '../surface/field.ts';
import { createInsideBits } from '../surface/inside-bits.ts';
import { emitRows } from '../surface/marching-cubes.ts';
import { triangleCount, type Mesh } from '../surface/mesh.ts';
import { countRows, emptyPlan, sumRows } from '../surface/row-counts.ts';
import { voxelCount, voxelSize, type Volume, type VolumeShape } from '../volume.ts';
import { shrinkVolume, type Factors } from './shrink.ts';

/** No preview has more. */
export const PREVIEW_TRIANGLES = 60_000;
/** Of the small volume that it is made from, about. */
const PREVIEW_VOXELS = 1_500_000;
/** A surface that cannot be reduced that far, or has too many triangles itself, is made from so many times fewer voxels. */
const RETRY_FACTOR = 2;
/** Reducing takes some 200 bytes for each triangle. */
const MAX_ROUGH_TRIANGLES = 400_000;
/** Below this there is nothing to see. */
const MIN_VOXELS = 1000;
/** No bound: the number of triangles is one. Share of the mesh's size. */
const ANY_ERROR = 1;
/** The small volume and the search for its couch; the surface with what reducing it takes. */
const BYTES_PER_VOXEL = 48;
const SURFACE_BYTES = 230 * MAX_ROUGH_TRIANGLES;

/** What to show: a range of HU between integers, see `Field`, and the least volume of a piece, mm3. */
export interface PreviewRange {
  lower: number;
  upper: number;
  islandMm3: number;
}

/** What making a preview takes beside the volume, bytes. */
export function previewBytes(shape: VolumeShape): number {
  return BYTES_PER_VOXEL * Math.min(voxelCount(shape), 2 * PREVIEW_VOXELS) + SURFACE_BYTES;
}

/**
 * A rough surface in a fraction of the time that the model takes: of a smaller volume, without the couch, small pieces
 * and cavities, reduced to at most PREVIEW_TRIANGLES. Made in this thread alone. Null where there is nothing to show.
 */
export async function previewMesh(volume: Volume, range: PreviewRange): Promise<Mesh | null> {
  await MeshoptSimplifier.ready;
  for (let voxels = PREVIEW_VOXELS; voxels >= MIN_VOXELS; voxels /= RETRY_FACTOR) {
    const rough = roughSurface(shrinkVolume(volume, factorsFor(volume, voxels)), range);
    if (rough === null) continue;
    if (rough.triangles.length === 0) return null;
    const mesh = reduce(rough);
    if (triangleCount(mesh) <= PREVIEW_TRIANGLES) return mesh;
  }
  return null;
}

/** Makes voxels as even as whole factors allow, and about so many. */
function factorsFor(volume: Volume, voxels: number): Factors {
  const { x, y, slice } = voxelSize(volume);
  const edgeMm = Math.cbrt((voxelCount(volume) * x * y * slice) / voxels);
  const factor = (mm: number, count: number): number => Math.min(Math.max(1, Math.round(edgeMm / mm)), count);
  return { x: factor(x, volume.nx), y: factor(y, volume.ny), z: factor(slice, volume.nz) };
}

/** Null where it has too many triangles, which are counted before it is made. */
function roughSurface(volume: Volume, { lower, upper, islandMm3 }: PreviewRange): Mesh | null {
  const field: Field = { volume, lower, upper, mask: findCouch(volume).mask };
  const plan = emptyPlan(createInsideBits(field));
  const { slices, rows } = plan.inside;
  countRows(field, plan, { first: 0, end: slices - 1 });
  const { vertices, triangles } = sumRows(plan);
  if (triangles > MAX_ROUGH_TRIANGLES) return null;
  const mesh = { positions: new Float32Array(3 * vertices), triangles: new Uint32Array(3 * triangles) };
  // The last row has none behind it.
  emitRows(field, plan, { first: 0, end: slices * rows - 1 }, mesh);
  return dropSmallComponents(mesh, { islandMm3, cavityMm3: Infinity }).mesh;
}

/** Quadric error collapses (Garland and Heckbert), then only the vertices that are left. */
function reduce({ positions, triangles }: Mesh): Mesh {
  const target = Math.min(triangles.length, 3 * PREVIEW_TRIANGLES);
  const [reduced] = MeshoptSimplifier.simplify(triangles, positions, 3, target, ANY_ERROR);
  const [renumbered, count] = MeshoptSimplifier.compactMesh(reduced);
  const kept = new Float32Array(3 * count);
  for (let v = 0; v < renumbered.length; v++) {
    const to = renumbered[v]!;
    if (to < count) kept.set(positions.subarray(3 * v, 3 * v + 3), 3 * to);
  }
  return { positions: kept, triangles: reduced };
}
