/** One conversion of a ZIP in this process, stage by stage: `imaging-run.ts <zip> <directory> <threads>`, JSON to stdout. */
import { join } from 'node:path';
import {
  chooseStack,
  dropSmallComponents,
  extractSurface,
  finishInParts,
  limitsSchema,
  loadVolume,
  MemoryBudget,
  type Mesh,
  releaseMemory,
  scanZip,
  smoothSurface,
  type Volume,
  WorkerPool,
  writeStl,
  ZipSource,
} from '@som3d/server/testing/imaging';

export interface RunResult {
  voxels: number;
  rawTriangles: number;
  triangles: number;
  stagesMs: Record<string, number>;
  /** Of all threads of the process, ms. */
  cpuMs: number;
  peakBytes: number;
}

const BONE = { lower: 225.5, upper: Infinity, mask: null };
const LIMITS = { islandMm3: 200, cavityMm3: 200 };

async function run(zipPath: string, directory: string, threads: number): Promise<RunResult> {
  const stagesMs: Record<string, number> = {};
  const started = performance.now();
  const pool = new WorkerPool(threads);
  // As a conversion does: what a stage leaves to nobody is given back before the next one.
  const timed = async <T>(stage: string, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    await releaseMemory(pool);
    const result = await work();
    stagesMs[stage] = performance.now() - start;
    return result;
  };
  const limits = limitsSchema.parse({});
  const scan = await timed('headers', async () => {
    const zip = await ZipSource.open(zipPath, limits);
    const found = await scanZip(zip, () => {});
    await zip.close();
    return found;
  });
  const { stack } = chooseStack(scan, { ownThreshold: false });
  const budget = new MemoryBudget(limits.memoryMb, threads);
  const options = { budget, besideBytes: () => 0, pool, progress: () => {} };
  let volume: Volume | null = (await timed('pixels', () => loadVolume(zipPath, stack, options))).volume;
  const voxels = volume.data.length;
  let surface: Mesh | null = await timed('isosurface', () => surfaceOf(volume, pool));
  volume = null;
  const rawTriangles = surface.triangles.length / 3;
  const kept = await timed('components', () => largeParts(surface));
  surface = null;
  const smoothed = await timed('smoothing', () => smoothSurface(kept, 20, pool));
  const finished = await timed('reduction', () =>
    finishInParts({ raw: kept, smoothed, reduction: 0.75, limits: LIMITS }, pool),
  );
  await timed('stl', () =>
    writeStl(finished.mesh, join(directory, 'bench.stl'), { caseName: undefined, tissue: 'bench' }),
  );
  await pool.close();
  const used = process.cpuUsage();
  stagesMs['total'] = performance.now() - started;
  return {
    voxels,
    rawTriangles,
    triangles: finished.mesh.triangles.length / 3,
    stagesMs,
    cpuMs: (used.user + used.system) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

function surfaceOf(volume: Volume | null, pool: WorkerPool): Promise<Mesh> {
  if (volume === null) throw new Error('The volume is gone');
  return extractSurface({ volume, ...BONE }, pool);
}

function largeParts(surface: Mesh | null): Mesh {
  if (surface === null) throw new Error('The surface is gone');
  return dropSmallComponents(surface, LIMITS).mesh;
}

const [zip = '', directory = '', threads = '2'] = process.argv.slice(2);
console.log(JSON.stringify(await run(zip, directory, Number(threads))));
