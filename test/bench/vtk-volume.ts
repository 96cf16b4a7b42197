import { writeFile } from 'node:fs/promises';
import {
  chooseStack,
  limitsSchema,
  loadVolume,
  MemoryBudget,
  scanZip,
  WorkerPool,
  ZipSource,
} from '@som3d/server/testing/imaging';

/** A volume as a file of little-endian int16 HU, row by row, slice by slice. Spacing in mm. */
export interface RawVolume {
  path: string;
  nx: number;
  ny: number;
  nz: number;
  spacing: readonly [number, number, number];
}

/** What both halves answer to the name of a kernel. */
export interface KernelAnswer {
  ms: number;
  /** Of all threads of the process, ms: other load on the machine lengthens `ms`, but hardly this. */
  cpuMs: number;
  triangles: number;
}

/** Unpacks a ZIP by our own reader into `<stem>.raw`, described by `<stem>.json`. Slices become evenly spaced. */
export async function unpack(zipPath: string, stem: string): Promise<{ meta: string; volume: RawVolume }> {
  const limits = limitsSchema.parse({});
  const zip = await ZipSource.open(zipPath, limits);
  const scan = await scanZip(zip, () => {});
  await zip.close();
  const { stack } = chooseStack(scan, { ownThreshold: false });
  const pool = new WorkerPool(1);
  const budget = new MemoryBudget(limits.memoryMb, pool.threads);
  const { volume: read } = await loadVolume(zipPath, stack, { budget, besideBytes: () => 0, pool, progress: () => {} });
  const { data, nx, ny, nz, geometry } = read;
  await pool.close();
  const { columnStep, rowStep, origins } = geometry;
  const last = origins.length - 3;
  const through = [0, 1, 2].map((axis) => origins[last + axis]! - origins[axis]!);
  const spacing = [Math.hypot(...columnStep), Math.hypot(...rowStep), Math.hypot(...through) / (nz - 1)] as const;
  const volume = { path: `${stem}.raw`, nx, ny, nz, spacing };
  await writeFile(volume.path, data);
  await writeFile(`${stem}.json`, JSON.stringify(volume));
  return { meta: `${stem}.json`, volume };
}
