import { refuseTooLarge } from '../memory.ts';
import type { Geometry, Volume } from '../volume.ts';
import type { ZipExtent } from '../zip.ts';
import type { WorkerPool } from '../workers/pool.ts';
import type { DecodeTask } from '../workers/tasks.ts';
import { layoutOf } from './pixels.ts';
import type { Stack } from './series.ts';

const VOXEL_BYTES = 2;

/**
 * Decodes a stack's slices into a volume, in the pool's threads.
 * @param options.extraBytesPerVoxel what the segmentation will need beside the volume
 * @throws ImagingError VOLUME_TOO_LARGE before anything is allocated
 */
export async function loadVolume(
  zipPath: string,
  stack: Stack,
  options: { memoryMb: number; extraBytesPerVoxel: number; pool: WorkerPool; progress: (fraction: number) => void },
): Promise<Volume> {
  const { rows, columns } = stack.group.header;
  layoutOf(stack.group.header);
  const voxels = rows * columns * stack.slices.length;
  refuseTooLarge(voxels * (VOXEL_BYTES + options.extraBytesPerVoxel), options.memoryMb);
  const data = new Int16Array(new SharedArrayBuffer(voxels * VOXEL_BYTES));
  const tasks = decodeTasks(zipPath, stack, data);
  let done = 0;
  const work = tasks.map(async (task) => {
    await options.pool.run('decode', task);
    options.progress(++done / tasks.length);
  });
  await Promise.all(work);
  return { data, nx: columns, ny: rows, nz: stack.slices.length, geometry: geometryOf(stack) };
}

function geometryOf(stack: Stack): Geometry {
  const { rowDirection, columnDirection, spacing } = stack.group.frame;
  const origins = new Float64Array(3 * stack.slices.length);
  for (const [k, { frame }] of stack.slices.entries()) origins.set(frame.position, 3 * k);
  return {
    columnStep: [rowDirection[0] * spacing.x, rowDirection[1] * spacing.x, rowDirection[2] * spacing.x],
    rowStep: [columnDirection[0] * spacing.y, columnDirection[1] * spacing.y, columnDirection[2] * spacing.y],
    origins,
  };
}

/** One task for each file: an enhanced object holds many slices and is unpacked once. */
function decodeTasks(zipPath: string, stack: Stack, volume: Int16Array<SharedArrayBuffer>): DecodeTask[] {
  const tasks = new Map<ZipExtent, DecodeTask>();
  for (const [slice, { extent, header, frame }] of stack.slices.entries()) {
    const task = tasks.get(extent) ?? { zipPath, extent, header, frames: [], volume };
    task.frames.push({ frame, slice });
    tasks.set(extent, task);
  }
  return [...tasks.values()];
}
