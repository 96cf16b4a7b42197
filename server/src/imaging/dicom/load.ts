import { coarseShape } from '../coarsen.ts';
import type { MemoryBudget } from '../memory.ts';
import { voxelCount, type Geometry, type Volume, type VolumeShape } from '../volume.ts';
import type { ZipExtent } from '../zip.ts';
import type { WorkerPool } from '../workers/pool.ts';
import type { DecodeTask } from '../workers/tasks.ts';
import { decodingBytes } from './decode.ts';
import { highBitOf, mergeReports, NO_VALUES, type ValueReport } from './hounsfield.ts';
import { layoutOf } from './pixels.ts';
import type { Stack } from './series.ts';
import { Watchdog } from './watchdog.ts';

const VOXEL_BYTES = 2;
const STALL_MS = 60_000;
const STALL_MS_PER_PIXEL = 0.002;

export interface LoadOptions {
  budget: MemoryBudget;
  /** What the segmentation will need beside a volume of this shape, bytes. */
  besideBytes: (shape: VolumeShape) => number;
  pool: WorkerPool;
  progress: (fraction: number) => void;
}

export interface LoadedVolume {
  volume: Volume;
  values: ValueReport;
  coarse: boolean;
  bitsMoved: boolean;
}

/**
 * Decodes a stack's slices into a volume, in the pool's threads.
 * @returns the volume, what its values are, whether it has half as many columns and rows because the whole would not
 * fit, and whether the highest bit was another than the file says
 * @throws ImagingError VOLUME_TOO_LARGE, where that does not fit either, before anything is allocated
 */
export async function loadVolume(zipPath: string, stack: Stack, options: LoadOptions): Promise<LoadedVolume> {
  layoutOf(stack.header);
  const { rows, columns } = stack.header;
  const whole = { nx: columns, ny: rows, nz: stack.slices.length, geometry: geometryOf(stack) };
  const { shape, coarse } = fittingShape(whole, stack, options);
  const data = new Int16Array(new SharedArrayBuffer(VOXEL_BYTES * voxelCount(shape)));
  const decode = (source: Stack): Promise<ValueReport> => decodeInto(data, coarse, zipPath, source, options);
  const values = await decode(stack);
  const volume = { ...shape, data };
  const moved = withHighBits(stack, values);
  if (moved === null) return { volume, values, coarse, bitsMoved: false };
  return { volume, values: await decode(moved), coarse, bitsMoved: true };
}

/** The stack with the highest bits that its pixels show; null where these are as the files say. */
function withHighBits(stack: Stack, values: ValueReport): Stack | null {
  const headers = new Map(
    stack.slices.map(({ header }) => [header, { ...header, highBit: highBitOf(header, values) }]),
  );
  if ([...headers].every(([said, found]) => said.highBit === found.highBit)) return null;
  return { ...stack, slices: stack.slices.map((slice) => ({ ...slice, header: headers.get(slice.header)! })) };
}

/** The whole shape where reading and segmenting it fit, or else half of its columns and rows. */
function fittingShape(
  whole: VolumeShape,
  stack: Stack,
  { budget, besideBytes, pool }: LoadOptions,
): { shape: VolumeShape; coarse: boolean } {
  const files = new Map(stack.slices.map(({ extent, header }) => [extent, header]));
  const decoding = [...files]
    .map(([extent, header]) => decodingBytes(extent, header))
    .toSorted((a, b) => b - a)
    .slice(0, pool.threads)
    .reduce((sum, bytes) => sum + bytes, 0);
  const needed = (shape: VolumeShape): number =>
    VOXEL_BYTES * voxelCount(shape) + Math.max(decoding, besideBytes(shape));
  if (budget.fits(needed(whole))) return { shape: whole, coarse: false };
  const shape = coarseShape(whole);
  if (voxelCount(shape) > 0 && budget.fits(needed(shape))) return { shape, coarse: true };
  return budget.refuseVolume(needed(whole));
}

async function decodeInto(
  data: Int16Array<SharedArrayBuffer>,
  coarse: boolean,
  zipPath: string,
  stack: Stack,
  options: LoadOptions,
): Promise<ValueReport> {
  const tasks = decodeTasks(zipPath, stack, { volume: data, coarse });
  const watchdog = new Watchdog(stallLimitMs(tasks));
  let done = 0;
  const work = tasks.map(async (task) => {
    const report = await options.pool.run('decode', task);
    watchdog.sign();
    options.progress(++done / tasks.length);
    return report;
  });
  try {
    const reports = await Promise.race([watchdog.stalled, Promise.all(work)]);
    return reports.reduce(mergeReports, NO_VALUES);
  } finally {
    watchdog.stop();
  }
}

function geometryOf(stack: Stack): Geometry {
  const { rowDirection, columnDirection, spacing } = stack.frame;
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
function decodeTasks(zipPath: string, stack: Stack, target: Pick<DecodeTask, 'volume' | 'coarse'>): DecodeTask[] {
  const tasks = new Map<ZipExtent, DecodeTask>();
  for (const [slice, { extent, header, frame }] of stack.slices.entries()) {
    const task = tasks.get(extent) ?? { zipPath, extent, header, frames: [], ...target };
    task.frames.push({ frame, slice });
    tasks.set(extent, task);
  }
  return [...tasks.values()];
}
