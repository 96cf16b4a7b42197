/**
 * Our half of the comparison with VTK: `vtk-run.ts <meta> <level> <threads>` reads a raw volume and answers each
 * line of stdin (isosurface, smoothing or reduction) with one JSON object; the same dialogue as `vtk.py kernels`.
 */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import {
  extractSurface,
  finishInParts,
  type Mesh,
  smoothSurface,
  type Volume,
  WorkerPool,
} from '@som3d/server/testing/imaging';
import type { KernelAnswer, RawVolume } from './vtk-volume.ts';

const ITERATIONS = 20;
const REDUCTION = 0.75;
const LIMITS = { islandMm3: 200, cavityMm3: 200 };

async function readVolume({ path, nx, ny, nz, spacing }: RawVolume): Promise<Volume> {
  const bytes = await readFile(path);
  const data = new Int16Array(new SharedArrayBuffer(bytes.length));
  data.set(new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2));
  const origins = new Float64Array(3 * nz);
  for (let k = 0; k < nz; k++) origins[3 * k + 2] = k * spacing[2];
  return { data, nx, ny, nz, geometry: { columnStep: [spacing[0], 0, 0], rowStep: [0, spacing[1], 0], origins } };
}

/** Threads that have done something, as they have in a job that read its slices; the kernels are still uncompiled. */
async function startThreads(pool: WorkerPool): Promise<void> {
  const grid = { path: '/dev/null', nx: 2, ny: 2, nz: 2, spacing: [1, 1, 1] } as const;
  const empty = { ...(await readVolume(grid)), data: new Int16Array(new SharedArrayBuffer(16)) };
  await extractSurface({ volume: empty, lower: 0.5, upper: Infinity, mask: null }, pool);
}

async function serve(meta: string, level: number, threads: number): Promise<void> {
  const volume = await readVolume(JSON.parse(await readFile(meta, 'utf8')) as RawVolume);
  const pool = new WorkerPool(threads);
  await startThreads(pool);
  const nothing: Mesh = { positions: new Float32Array(), triangles: new Uint32Array() };
  let [raw, smoothed] = [nothing, nothing];
  const kernels: Record<string, () => Promise<Mesh>> = {
    isosurface: async () => (raw = await extractSurface({ volume, lower: level, upper: Infinity, mask: null }, pool)),
    smoothing: async () => (smoothed = await smoothSurface(raw, ITERATIONS, pool)),
    reduction: async () => (await finishInParts({ raw, smoothed, reduction: REDUCTION, limits: LIMITS }, pool)).mesh,
  };
  console.log(JSON.stringify({ ready: true }));
  for await (const line of createInterface({ input: process.stdin })) {
    const kernel = kernels[line];
    if (kernel === undefined) throw new Error(`No kernel is called ${line}`);
    const [cpu, start] = [process.cpuUsage(), performance.now()];
    const mesh = await kernel();
    const ms = performance.now() - start;
    const used = process.cpuUsage(cpu);
    const answer = { ms, cpuMs: (used.user + used.system) / 1000, triangles: mesh.triangles.length / 3 };
    console.log(JSON.stringify(answer satisfies KernelAnswer));
  }
  await pool.close();
}

const [meta = '', level = '', threads = ''] = process.argv.slice(2);
await serve(meta, Number(level), Number(threads));
