import { refuseTooLarge } from '../memory.ts';
import type { Geometry, Volume } from '../volume.ts';
import type { ZipExtent } from '../zip.ts';
import type { WorkerPool } from '../workers/pool.ts';
import type { DecodeTask } from '../workers/tasks.ts';
import { layoutOf } from './pixels.ts';
import type { Stack } from './series.ts';
import { Watchdog } from './watchdog.ts';

const VOXEL_BYTES = 2;
const STALL_MS = 60_000;
const STALL_MS_PER_PIXEL = 0.002;

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
  const watchdog = new Watchdog(stallLimitMs(tasks));
  let done = 0;
  const work = tasks.map(async (task) => {
    await options.pool.run('decode', task);
    watchdog.sign();
    options.progress(++done / tasks.length);
  });
  try {
    await Promise.race([watchdog.stalled, Promise.all(work)]);
  } finally {
    watchdog.stop();
  }
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

/** The slowest decoder takes 0.1 us for a pixel; a machine may be slow and busy, but not without end. */
function stallLimitMs(tasks: DecodeTask[]): number {
  const pixels = Math.max(...tasks.map(({ header, frames }) => header.rows * header.columns * frames.length));
  return STALL_MS + pixels * STALL_MS_PER_PIXEL;
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
