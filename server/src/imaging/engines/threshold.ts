import { MASK_BY_VALUE, type Field } from '../surface/field.ts';
import type { ResolvedRequest } from '../request.ts';
import { dot, cross, sliceOrigin, type Vector, type Volume } from '../volume.ts';
import type { WorkerPool } from '../workers/pool.ts';
import type { EngineContext, Segment, SegmentationEngine } from './engine.ts';
import { openingRadius } from './opening.ts';
import { tissuesOf, type Tissue } from './tissues.ts';

/** Measured on 2 cores: to find the couch. */
const MS_PER_MVOXEL = 14;
/** Slices that one thread works on at a time: it holds a few copies of them. */
const SLAB_SLICES = 24;

/** The built-in engine: tissues are ranges of HU. */
export const thresholdEngine: SegmentationEngine = {
  name: 'threshold',

  bytesPerVoxel(request: ResolvedRequest): number {
    return thresholdBytesPerVoxel(tissuesOf(request).tissues);
  },

  expectedMs(volume: Volume): number {
    return (volume.data.length / 1e6) * MS_PER_MVOXEL;
  },

  async segment(volume: Volume, context: EngineContext): Promise<Segment[]> {
    const { tissues, unknown } = tissuesOf(context.request);
    for (const task of unknown)
      context.warn(`La tarea «${printable(task)}» no está disponible con el motor de umbrales.`);
    return segmentTissues(volume, tissues, context);
  },
};

/** The couch, and one mask at a time for tissues that need one. */
export function thresholdBytesPerVoxel(tissues: readonly Tissue[]): number {
  if (tissues.length === 0) return 0;
  return 1 + (tissues.some((tissue) => tissue.shape !== undefined) ? 1 : 0);
}

/** Segments of tissues by their HU, without the couch. */
export async function segmentTissues(
  volume: Volume,
  tissues: readonly Tissue[],
  context: EngineContext,
): Promise<Segment[]> {
  if (tissues.length === 0) return [];
  const couch = await context.pool.run('couch', { volume, sliceMm: meanSliceDistance(volume) });
  if (couch !== null) context.warn('Se retiran la mesa y los soportes del paciente.');
  return tissues.map((tissue) => ({
    tissue: tissue.id,
    label: tissue.label,
    thresholdHu: { min: tissue.min, max: tissue.max },
    async load() {
      const { islandMm3, cavityMm3 } = tissue;
      return { field: await fieldOf(volume, tissue, couch, context.pool), islandMm3, cavityMm3, mask: null };
    },
  }));
}

async function fieldOf(
  volume: Volume,
  tissue: Tissue,
  couch: Uint8Array<SharedArrayBuffer> | null,
  pool: WorkerPool,
): Promise<Field> {
  const field: Field = {
    volume,
    // Between integers: `min` itself is inside.
    lower: tissue.min === null ? -Infinity : tissue.min - 0.5,
    upper: tissue.max === null ? Infinity : tissue.max + 0.5,
    mask: couch,
  };
  if (tissue.shape === undefined) return field;
  const mask = new Uint8Array(new SharedArrayBuffer(volume.data.length));
  if (couch === null) mask.fill(MASK_BY_VALUE);
  else mask.set(couch);
  const { columnStep, rowStep } = volume.geometry;
  const spacing = { x: Math.hypot(...columnStep), y: Math.hypot(...rowStep), slice: meanSliceDistance(volume) };
  const radius = openingRadius(spacing);
  const { shape } = tissue;
  await Promise.all(
    slabs(volume.nz).map((range) =>
      shape === 'outer'
        ? pool.run('fill', { field, range, out: mask })
        : pool.run('open', { field, radius, range, out: mask }),
    ),
  );
  return { ...field, mask };
}

function slabs(slices: number): { from: number; end: number }[] {
  return Array.from({ length: Math.ceil(slices / SLAB_SLICES) }, (_, slab) => ({
    from: slab * SLAB_SLICES,
    end: Math.min(slices, (slab + 1) * SLAB_SLICES),
  }));
}

/** Distance of slices along their normal, mm. */
function meanSliceDistance({ geometry, nz }: Volume): number {
  const normal = cross(geometry.columnStep, geometry.rowStep);
  const [first, last] = [sliceOrigin(geometry, 0), sliceOrigin(geometry, nz - 1)];
  const through: Vector = [last[0] - first[0], last[1] - first[1], last[2] - first[2]];
  return Math.abs(dot(normal, through)) / Math.hypot(...normal) / Math.max(1, nz - 1);
}

/** A form field's text, safe for a log line. */
export function printable(text: string): string {
  return text.replace(/[^\p{L}\p{N} _.-]/gu, '').slice(0, 60);
}
