/**
 * Times of every imaging stage, each run in a process of its own:
 * `npm run bench -- imaging [--runs 3] [--threads 2] [path of a ZIP ...]`
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { RunResult } from './imaging-run.ts';
import { writeLargePhantom } from './large-phantom.ts';

const RUN = fileURLToPath(new URL('./imaging-run.ts', import.meta.url));
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const REAL = ['ct-head-ge.zip', 'ct-phantom-philips.zip'];

export default async function bench(...args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { runs: { type: 'string', default: '3' }, threads: { type: 'string', default: '2' } },
  });
  const directory = await mkdtemp(join(tmpdir(), 'som3d-bench-'));
  try {
    const zips = positionals.length > 0 ? positionals : await defaultZips(directory);
    for (const zip of zips) {
      const results: RunResult[] = [];
      for (let run = 0; run < Number(values.runs); run++) results.push(await runOnce(zip, directory, values.threads));
      print(basename(zip), results);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function defaultZips(directory: string): Promise<string[]> {
  const phantom = join(directory, 'phantom-512x512x320.zip');
  console.log('Writing the 512x512x320 phantom ...');
  await writeLargePhantom(phantom, { size: 512, slices: 320 });
  const real = REAL.map((name) => join(DATA, name)).filter((path) => existsSync(path));
  if (real.length === 0) console.log(`No real scans: ${DATA} is not there.`);
  return [...real, phantom];
}

async function runOnce(zip: string, directory: string, threads: string): Promise<RunResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [RUN, zip, directory, threads]);
  return JSON.parse(stdout) as RunResult;
}

function print(name: string, results: RunResult[]): void {
  const [first] = results;
  if (first === undefined) return;
  const { voxels, rawTriangles, triangles } = first;
  console.log(
    `\n${name}: ${(voxels / 1e6).toFixed(1)} Mvoxel, ${rawTriangles} triangles, ${triangles} after reduction`,
  );
  for (const stage of Object.keys(first.stagesMs)) {
    const ms = median(results.map((result) => result.stagesMs[stage] ?? 0));
    console.log(
      `  ${stage.padEnd(12)} ${ms.toFixed(0).padStart(7)} ms ${(voxels / 1000 / ms).toFixed(1).padStart(9)} Mvoxel/s`,
    );
  }
  const peak = median(results.map((result) => result.peakBytes)) / 1024 ** 2;
  console.log(`  peak memory  ${peak.toFixed(0).padStart(7)} MiB (median of ${results.length} runs)`);
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
