import { MASK_BY_VALUE, type Field } from '../surface/field.ts';
import type { ResolvedRequest } from '../request.ts';
import { voxelCount, voxelSize, type Volume, type VolumeShape } from '../volume.ts';
import type { WorkerPool } from '../workers/pool.ts';
import { couchCellBytes } from './couch.ts';
import { ENAMEL_HU, lacksEnamel } from './enamel.ts';
import { once, type EngineContext, type Segment, type SegmentationEngine } from './engine.ts';
import { openingRadius } from './opening.ts';
import { tissuesOf, TISSUES, type Tissue } from './tissues.ts';

/** Measured on 2 cores: to find the couch. */
const MS_PER_MVOXEL = 14;
const NO_ENAMEL =
  `${TISSUES.teeth.label}: casi nada de lo hallado es tan denso como el esmalte (${ENAMEL_HU} HU); ` +
  'puede ser hueso denso y no dientes.';
/** Slices that one thread works on at a time: it holds a few copies of them. */
const SLAB_SLICES = 24;
const SLAB_COPIES = 4;

/** The built-in engine: tissues are ranges of HU. */
export const thresholdEngine: SegmentationEngine = {
  name: 'threshold',

  memoryBytes(shape: VolumeShape, request: ResolvedRequest, threads: number): number {
    return tissueBytes(tissuesOf(request).tissues, shape, threads);
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

/** The couch, and for tissues that need one a mask of their own, one at a time, with what finding them takes. */
export function tissueBytes(tissues: readonly Tissue[], shape: VolumeShape, threads: number): number {
  if (tissues.length === 0) return 0;
  const couch = voxelCount(shape);
  if (tissues.every((tissue) => tissue.shape === undefined)) return couch + couchCellBytes(shape);
  const slices = Math.min(shape.nz, SLAB_SLICES + 4 * openingRadius(voxelSize(shape)).z);
  const opening = SLAB_COPIES * threads * slices * shape.nx * shape.ny;
  return couch + Math.max(couchCellBytes(shape), voxelCount(shape) + opening);
}

/** Segments of tissues by their HU, without the couch. */
export async function segmentTissues(
  volume: Volume,
  tissues: readonly Tissue[],
  context: EngineContext,
): Promise<Segment[]> {
  if (tissues.length === 0) return [];
  const { mask: couch, doubtful } = await context.pool.run('couch', { volume });
  if (couch !== null) context.warn('Se retiran la mesa y los soportes del paciente.');
  for (const size of doubtful)
    context.warn(
      `Una pieza de ${size.map((mm) => Math.round(mm)).join(' x ')} mm rodeada de aire puede ser un soporte y no del paciente; se conserva.`,
    );
  return tissues.map((tissue) => ({
    tissue: tissue.id,
    label: tissue.label,
    thresholdHu: { min: tissue.min, max: tissue.max },
    sourceBytes: volume.data.byteLength + (couch?.byteLength ?? 0),
    load: once(async () => {
      const { fragmentoMin, separarPartes } = context.request;
      const islandMm3 = fragmentoMin ?? (separarPartes ? tissue.partMm3 : undefined) ?? tissue.islandMm3;
      const { cavityMm3 } = tissue;
      const field = await fieldOf(volume, tissue, couch, context.pool);
      if (tissue.id === TISSUES.teeth.id && lacksEnamel(field)) context.warn(NO_ENAMEL);
      return { field, islandMm3, cavityMm3, mask: null };
    }),
  }));
}

/** Levels between integers: `min` and `max` themselves are inside. */
export function levelsOf({ min, max }: Tissue): { lower: number; upper: number } {
  return { lower: min === null ? -Infinity : min - 0.5, upper: max === null ? Infinity : max + 0.5 };
}

async function fieldOf(
  volume: Volume,
  tissue: Tissue,
  couch: Uint8Array<SharedArrayBuffer> | null,
  pool: WorkerPool,
): Promise<Field> {
  const field: Field = {
    volume,
    ...levelsOf(tissue),
    mask: couch,
  };
  if (tissue.shape === undefined) return field;
  const mask = new Uint8Array(new SharedArrayBuffer(volume.data.length));
  if (couch === null) mask.fill(MASK_BY_VALUE);
  else mask.set(couch);
  const radius = openingRadius(voxelSize(volume));
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

/** A form field's text, safe for a log line. */
export function printable(text: string): string {
  return text.replace(/[^\p{L}\p{N} _.-]/gu, '').slice(0, 60);
}
