import path from 'node:path';
import { ImagingError } from '../../errors.ts';
import { regularGrid, type RegularGrid } from '../../nifti/regular-grid.ts';
import { writeNifti } from '../../nifti/write.ts';
import type { ResolvedRequest } from '../../request.ts';
import { fieldOfMask } from '../../surface/label-mesh.ts';
import type { Volume, VolumeShape } from '../../volume.ts';
import { once, type EngineContext, type Segment, type SegmentationEngine } from '../engine.ts';
import { printable, segmentTissues, tissueBytes } from '../threshold.ts';
import { findCommand, findGpus } from './device.ts';
import { toolEnvironment } from './home.ts';
import { fileStem, spanishLabel } from './labels.ts';
import { Session, type MaskFile } from './session.ts';
import { planTasks } from './tasks.ts';

/** For the pace of the progress between the tool's own bars. */
const TASK_MS = 120_000;
/** Share of the segmentation that writing the image takes. */
const WRITE_SHARE = 0.03;
const SLAB_SLICES = 16;
/** One mask as stored, and its cut-out of two bytes a voxel, which is the whole at worst. */
const MASK_BYTES_PER_VOXEL = 3;
/** Pieces smaller than this, and than this share of their label, are noise; small bones are not. */
const ISLAND_MM3 = 20;
const ISLAND_SHARE = 0.02;
const CAVITY_MM3 = 50;

/** Segments by the command line of TotalSegmentator; ranges of HU in the same job by the built-in engine. */
export const totalSegmentatorEngine: SegmentationEngine = {
  name: 'totalsegmentator',

  memoryBytes(shape: VolumeShape, request: ResolvedRequest, threads: number): number {
    const { tasks, tissues } = planTasks(request);
    const ofTissues = tissueBytes(tissues, shape, threads);
    if (tasks.length === 0) return ofTissues;
    const grid = regularGrid(shape);
    // The image is written in slabs, each with copies of four bytes a pixel of its two slices.
    const slab = grid.exact ? 0 : grid.nx * grid.ny * (2 * SLAB_SLICES + 8);
    return ofTissues + Math.max(slab, MASK_BYTES_PER_VOXEL * grid.nx * grid.ny * grid.nz);
  },

  expectedMs(_volume: Volume, request: ResolvedRequest): number {
    return TASK_MS * Math.max(1, planTasks(request).tasks.length);
  },

  async segment(volume: Volume, context: EngineContext): Promise<Segment[]> {
    const { tasks, tissues, refused } = planTasks(context.request);
    for (const name of refused) context.warn(`«${printable(name)}» no es el nombre de una tarea; se omite.`);
    const ofTissues = await segmentTissues(volume, tissues, context);
    if (tasks.length === 0) return ofTissues;
    if (context.modality !== 'CT') {
      context.warn('TotalSegmentator solo se usa con TC: sus tareas se omiten en esta serie.');
      return ofTissues;
    }
    const { segmentation } = context.request;
    const command = await findCommand(segmentation.command, segmentation.environment['PATH']);
    if (command === null)
      throw new ImagingError(
        'SEGMENTATION_UNAVAILABLE',
        'El motor de segmentación TotalSegmentator no está instalado en el servidor.',
      );
    const deadline = performance.now() + segmentation.timeoutMinutes * 60_000;
    const grid = regularGrid(volume);
    const image = path.join(context.workDir, 'ct.nii');
    await writeImage(volume, grid, image, context);
    const device = (await findGpus(segmentation.environment)).length > 0 ? 'gpu' : 'cpu';
    const environment = await toolEnvironment(segmentation, context.workDir);
    const session = new Session({ command, environment, image, device, deadline }, context);
    const masks = await session.runAll(tasks, (fraction) =>
      context.progress(WRITE_SHARE + (1 - WRITE_SHARE) * fraction),
    );
    return [...ofTissues, ...segmentsOf(masks, grid, context)];
  },
};

async function writeImage(volume: Volume, grid: RegularGrid, file: string, context: EngineContext): Promise<void> {
  const { nx, ny, nz, affine, exact } = grid;
  if (!exact) {
    const mm = Math.hypot(...affine.sliceStep).toFixed(2);
    context.log(`Cortes inclinados o desiguales: se remuestrean a ${nz} cortes cada ${mm} mm para segmentar.`);
  }
  async function* slabs(): AsyncGenerator<Int16Array> {
    if (exact) {
      yield volume.data;
      return;
    }
    for (let from = 0; from < nz; from += SLAB_SLICES) {
      const range = { from, end: Math.min(nz, from + SLAB_SLICES) };
      yield await context.pool.run('resample', { volume, grid, range });
      context.progress((WRITE_SHARE * range.end) / nz);
    }
  }
  await writeNifti(file, { nx, ny, nz, type: 'int16', affine, slope: 1, intercept: 0 }, slabs());
}

/** Segments named by their masks; where two tasks have one of the same name, the later is named by its task too. */
function segmentsOf(
  masks: readonly MaskFile[],
  grid: RegularGrid,
  { pool, request: { fragmentoMin } }: EngineContext,
): Segment[] {
  const taken = new Set<string>();
  const free = (name: string): boolean => !taken.has(name.toLowerCase());
  return masks.map((mask) => {
    const stem = fileStem(mask.name);
    const candidates = [stem, `${fileStem(mask.task)}_${stem}`];
    let tissue = candidates.find(free) ?? `${stem}_2`;
    for (let n = 3; !free(tissue); n++) tissue = `${stem}_${n}`;
    taken.add(tissue.toLowerCase());
    return {
      tissue,
      label: tissue === stem ? spanishLabel(mask.name) : `${spanishLabel(mask.name)} (${mask.task})`,
      thresholdHu: { min: null, max: null },
      sourceBytes: 0,
      load: once(async () => {
        const cropped = await pool.run('readMask', { path: mask.path, grid });
        if (cropped === null) return null;
        const islandMm3 = fragmentoMin ?? Math.min(ISLAND_MM3, ISLAND_SHARE * cropped.volumeMm3);
        return { field: fieldOfMask(cropped), islandMm3, cavityMm3: CAVITY_MM3, mask: cropped };
      }),
    };
  });
}
