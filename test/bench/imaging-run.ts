/** One conversion of a ZIP in this process, stage by stage: `imaging-run.ts <zip> <directory> <threads>`, JSON to stdout. */
import { join } from 'node:path';
import { chooseStack } from '@som3d/server/imaging/dicom/choose.js';
import { loadVolume } from '@som3d/server/imaging/dicom/load.js';
import { scanZip } from '@som3d/server/imaging/dicom/scan.js';
import { limitsSchema } from '@som3d/server/imaging/request.js';
import { extractSurface, smoothSurface } from '@som3d/server/imaging/surface/build.js';
import { finishInParts } from '@som3d/server/imaging/surface/finish-in-parts.js';
import { dropSmallComponents } from '@som3d/server/imaging/surface/components.js';
import { writeStl } from '@som3d/server/imaging/surface/stl.js';
import { WorkerPool } from '@som3d/server/imaging/workers/pool.js';
import { ZipSource } from '@som3d/server/imaging/zip.js';

export interface RunResult {
  voxels: number;
  rawTriangles: number;
  triangles: number;
  stagesMs: Record<string, number>;
  peakBytes: number;
}

const BONE = { lower: 225.5, upper: Infinity, mask: null };
const LIMITS = { islandMm3: 200, cavityMm3: 200 };

async function run(zipPath: string, directory: string, threads: number): Promise<RunResult> {
  const stagesMs: Record<string, number> = {};
  const started = performance.now();
  const timed = async <T>(stage: string, work: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    stagesMs[stage] = performance.now() - start;
    return result;
  };
  const pool = new WorkerPool(threads);
  const limits = limitsSchema.parse({});
  const scan = await timed('headers', async () => {
    const zip = await ZipSource.open(zipPath, limits);
    const found = await scanZip(zip, () => {});
    await zip.close();
    return found;
  });
  const { stack } = chooseStack(scan, { ownThreshold: false });
  const options = { memoryMb: limits.memoryMb, extraBytesPerVoxel: 0, pool, progress: () => {} };
  const volume = await timed('pixels', () => loadVolume(zipPath, stack, options));
  const surface = await timed('isosurface', () => extractSurface({ volume, ...BONE }, pool));
  const kept = await timed('components', () => dropSmallComponents(surface, LIMITS));
  const smoothed = await timed('smoothing', () => smoothSurface(kept, 20, pool));
  const finished = await timed('reduction', () =>
    finishInParts({ raw: kept, smoothed, reduction: 0.75, limits: LIMITS }, pool),
  );
  await timed('stl', () => writeStl(finished.mesh, join(directory, 'bench.stl'), 'bench'));
  await pool.close();
  stagesMs['total'] = performance.now() - started;
  return {
    voxels: volume.data.length,
    rawTriangles: surface.triangles.length / 3,
    triangles: finished.mesh.triangles.length / 3,
    stagesMs,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

const [zip = '', directory = '', threads = '2'] = process.argv.slice(2);
console.log(JSON.stringify(await run(zip, directory, Number(threads))));
