import { MASK_INSIDE, type Field } from '../surface/field.ts';
import type { ResolvedRequest } from '../request.ts';
import type { Volume } from '../volume.ts';
import type { EngineContext, Segment, SegmentationEngine } from './engine.ts';
import { fillEnclosedAir } from './outer-surface.ts';
import { tissuesOf, type Tissue } from './tissues.ts';

/** The built-in engine: tissues are ranges of HU. */
export const thresholdEngine: SegmentationEngine = {
  name: 'threshold',

  bytesPerVoxel(request: ResolvedRequest): number {
    return tissuesOf(request).tissues.filter((tissue) => tissue.outerOnly).length;
  },

  async segment(volume: Volume, context: EngineContext): Promise<Segment[]> {
    const { tissues, unknown } = tissuesOf(context.request);
    for (const task of unknown)
      context.log(`La tarea «${printable(task)}» no está disponible con el motor de umbrales.`);
    const segments: Segment[] = [];
    for (const [index, tissue] of tissues.entries()) {
      segments.push(await segmentTissue(volume, tissue));
      context.progress((index + 1) / tissues.length);
    }
    return segments;
  },
};

async function segmentTissue(volume: Volume, tissue: Tissue): Promise<Segment> {
  const field: Field = {
    volume,
    // Between integers: `min` itself is inside.
    lower: tissue.min === null ? -Infinity : tissue.min - 0.5,
    upper: tissue.max === null ? Infinity : tissue.max + 0.5,
    mask: null,
  };
  if (tissue.outerOnly === true) field.mask = await fillEnclosedAir(field, MASK_INSIDE);
  return {
    tissue: tissue.id,
    label: tissue.label,
    thresholdHu: { min: tissue.min, max: tissue.max },
    field,
    islandMm3: tissue.islandMm3,
    cavityMm3: tissue.cavityMm3,
  };
}

/** A form field's text, safe for a log line. */
function printable(text: string): string {
  return text.replace(/[^\p{L}\p{N} _.-]/gu, '').slice(0, 60);
}
