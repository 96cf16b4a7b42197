import type { ResolvedRequest } from '../request.ts';
import type { Field } from '../surface/field.ts';
import { dot, cross, sliceOrigin, type Vector, type Volume } from '../volume.ts';
import type { EngineContext, Segment, SegmentationEngine } from './engine.ts';
import { fillEnclosedAir } from './outer-surface.ts';
import { tissuesOf, type Tissue } from './tissues.ts';

/** The built-in engine: tissues are ranges of HU. */
export const thresholdEngine: SegmentationEngine = {
  name: 'threshold',

  bytesPerVoxel(request: ResolvedRequest): number {
    const couchMask = 1;
    return couchMask + tissuesOf(request).tissues.filter((tissue) => tissue.outerOnly).length;
  },

  async segment(volume: Volume, context: EngineContext): Promise<Segment[]> {
    const { tissues, unknown } = tissuesOf(context.request);
    for (const task of unknown)
      context.log(`La tarea «${printable(task)}» no está disponible con el motor de umbrales.`);
    const couch = await context.pool.run('couch', { volume, sliceMm: meanSliceDistance(volume) });
    if (couch !== null) context.log('Se retiran la mesa y los soportes del paciente.');
    const segments: Segment[] = [];
    for (const [index, tissue] of tissues.entries()) {
      context.progress((index + 1) / (tissues.length + 1));
      segments.push(await segmentTissue(volume, tissue, couch));
    }
    context.progress(1);
    return segments;
  },
};

async function segmentTissue(
  volume: Volume,
  tissue: Tissue,
  couch: Uint8Array<SharedArrayBuffer> | null,
): Promise<Segment> {
  const field: Field = {
    volume,
    // Between integers: `min` itself is inside.
    lower: tissue.min === null ? -Infinity : tissue.min - 0.5,
    upper: tissue.max === null ? Infinity : tissue.max + 0.5,
    mask: couch,
  };
  if (tissue.outerOnly === true) field.mask = await fillEnclosedAir(field);
  return {
    tissue: tissue.id,
    label: tissue.label,
    thresholdHu: { min: tissue.min, max: tissue.max },
    field,
    islandMm3: tissue.islandMm3,
    cavityMm3: tissue.cavityMm3,
  };
}

/** Distance of slices along their normal, mm. */
function meanSliceDistance({ geometry, nz }: Volume): number {
  const normal = cross(geometry.columnStep, geometry.rowStep);
  const [first, last] = [sliceOrigin(geometry, 0), sliceOrigin(geometry, nz - 1)];
  const through: Vector = [last[0] - first[0], last[1] - first[1], last[2] - first[2]];
  return Math.abs(dot(normal, through)) / Math.hypot(...normal) / Math.max(1, nz - 1);
}

/** A form field's text, safe for a log line. */
function printable(text: string): string {
  return text.replace(/[^\p{L}\p{N} _.-]/gu, '').slice(0, 60);
}
