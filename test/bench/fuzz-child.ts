/**
 * Works on the hostile cases whose seeds come as messages, one after the other, and tells how each ended: reads the
 * study as a conversion does, and converts every `<n>`th of them whole: `fuzz-child.ts <n>`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  chooseStack,
  convert,
  ImagingError,
  limitsSchema,
  loadVolume,
  MemoryBudget,
  type ScanResult,
  scanZip,
  WorkerPool,
  ZipSource,
} from '@som3d/server/testing/imaging';
import { hostileCase, honestStudies } from '../support/phantom/hostile.ts';

export interface FuzzReply {
  seed: number;
  kind: string;
  /** `converted`, `read`, the code of the refusal, or `unexpected`. */
  outcome: string;
  /** What makes the outcome a fault. */
  fault: string | null;
  ms: number;
}

const MEMORY_MB = 512;
const limits = limitsSchema.parse({ memoryMb: MEMORY_MB });
const wholeEvery = Number(process.argv[2] ?? 1);
const studies = await honestStudies();
/** For cases that are only read: threads that are warm make a case ten times cheaper. */
const pool = new WorkerPool(1);

async function attempt(seed: number): Promise<FuzzReply> {
  const directory = await mkdtemp(join(tmpdir(), 'som3d-fuzz-'));
  const { kind, zip } = hostileCase(studies, seed);
  const inputZip = join(directory, 'hostile.zip');
  await writeFile(inputZip, zip);
  const started = performance.now();
  try {
    if (seed % wholeEvery !== 0) {
      await read(inputZip);
      return { seed, kind, outcome: 'read', fault: null, ms: performance.now() - started };
    }
    const request = {
      inputZip,
      outDir: join(directory, 'out'),
      threads: 1,
      suavizado: 2,
      limits: { memoryMb: MEMORY_MB },
    };
    const { meshes } = await convert(request, { progress: () => {}, log: () => {} });
    const open = meshes.filter((mesh) => !mesh.watertight).length;
    const fault = open > 0 ? `${open} meshes with defects` : null;
    return { seed, kind, outcome: 'converted', fault, ms: performance.now() - started };
  } catch (error) {
    const ms = performance.now() - started;
    if (!(error instanceof ImagingError)) {
      const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { seed, kind, outcome: 'unexpected', fault, ms };
    }
    const clear = error.code !== 'INTERNAL' && !error.retryable && /^\p{Lu}.*\.$/u.test(error.message);
    return { seed, kind, outcome: error.code, fault: clear ? null : error.message, ms };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function scan(path: string): Promise<ScanResult> {
  const zip = await ZipSource.open(path, limits);
  try {
    return await scanZip(zip, () => {});
  } finally {
    await zip.close();
  }
}

async function read(path: string): Promise<void> {
  const { stack } = chooseStack(await scan(path), { ownThreshold: false });
  const budget = new MemoryBudget(limits.memoryMb, pool.threads);
  await loadVolume(path, stack, { budget, besideBytes: () => 0, pool, progress: () => {} });
}

process.on('disconnect', () => process.exit(0));
process.on('message', (seed: number) => {
  void attempt(seed).then((reply) => process.send?.(reply));
});
process.send?.('ready');
