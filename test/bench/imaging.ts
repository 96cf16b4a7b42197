/**
 * Times of every imaging stage, each run in a process of its own, and when a job has its first model:
 * `npm run bench -- imaging [--runs 5] [--threads 2] [--baseline FOLDER] [path of a ZIP ...]`. The baseline is a built
 * checkout of another commit; both take turns, so that other load on the machine meets both.
 */
import { execFile, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { once } from 'node:events';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { RunResult } from './imaging-run.ts';
import { CHILD_PROGRAM, type ChildMessage } from '@som3d/server/testing/imaging';
import { median } from './figures.ts';
import { writeLargePhantom } from './large-phantom.ts';

const RUN = fileURLToPath(new URL('./imaging-run.ts', import.meta.url));
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
/** Of the baseline's time. */
const TARGETS: Readonly<Record<string, number>> = { 'headers + pixels': 0.55, components: 0.4, isosurface: 0.75 };
const PREVIEW_TARGET = 0.3;
const MEMORY_TARGET = 0.85;
const REAL = ['ct-head-ge.zip', 'ct-phantom-philips.zip'];

export default async function bench(...args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '5' },
      threads: { type: 'string', default: '2' },
      baseline: { type: 'string' },
    },
  });
  const directory = await mkdtemp(join(tmpdir(), 'som3d-bench-'));
  try {
    const zips = positionals.length > 0 ? positionals : await defaultZips(directory);
    for (const zip of zips) {
      const results: RunResult[] = [];
      const before: RunResult[] = [];
      const previews: Preview[] = [];
      for (let run = 0; run < Number(values.runs); run++) {
        if (values.baseline) before.push(await runOnce(runOf(values.baseline), zip, directory, values.threads));
        results.push(await runOnce(RUN, zip, directory, values.threads));
        previews.push(await firstModel(zip, directory, Number(values.threads)));
      }
      print(basename(zip), results, before);
      printPreview(previews);
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

function runOf(checkout: string): string {
  return resolve(checkout, 'test/bench/imaging-run.ts');
}

async function runOnce(program: string, zip: string, directory: string, threads: string): Promise<RunResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, zip, directory, threads]);
  return withReading(JSON.parse(stdout) as RunResult);
}

/** Headers and pixels are read of the same bytes: what one saves the other may have to do. */
function withReading(result: RunResult): RunResult {
  const { headers = 0, pixels = 0, ...stages } = result.stagesMs;
  return { ...result, stagesMs: { headers, pixels, 'headers + pixels': headers + pixels, ...stages } };
}

interface Preview {
  previewMs: number;
  totalMs: number;
}

/** A whole conversion in its process, as a job starts it. */
async function firstModel(inputZip: string, directory: string, threads: number): Promise<Preview> {
  const outDir = await mkdtemp(join(directory, 'out-'));
  const started = performance.now();
  const child = fork(CHILD_PROGRAM, [], { cwd: outDir });
  let previewMs = NaN;
  child.on('message', ({ type }: ChildMessage) => {
    if (type === 'preview') previewMs = performance.now() - started;
  });
  child.send({ type: 'start', request: { inputZip, outDir, threads } });
  await once(child, 'exit');
  await rm(outDir, { recursive: true, force: true });
  return { previewMs, totalMs: performance.now() - started };
}

function printPreview(previews: Preview[]): void {
  const at = median(previews.map(({ previewMs }) => previewMs));
  const total = median(previews.map(({ totalMs }) => totalMs));
  const share = median(previews.map(({ previewMs, totalMs }) => previewMs / totalMs));
  console.log(
    `  first model  ${at.toFixed(0).padStart(7)} ms of the ${total.toFixed(0)} ms of the job, ${verdict(share, PREVIEW_TARGET)}`,
  );
}

function verdict(ratio: number, target: number | undefined): string {
  const wanted = target === undefined ? '' : `  target <= ${target}: ${ratio <= target ? 'met' : 'missed'}`;
  return `ratio ${ratio.toFixed(2)}${wanted}`;
}

function print(name: string, results: RunResult[], before: RunResult[]): void {
  const [first] = results;
  if (first === undefined) return;
  const { voxels, rawTriangles, triangles } = first;
  console.log(
    `\n${name}: ${(voxels / 1e6).toFixed(1)} Mvoxel, ${rawTriangles} triangles, ${triangles} after reduction`,
  );
  for (const stage of Object.keys(first.stagesMs)) {
    const msOf = (runs: RunResult[]): number => median(runs.map((result) => result.stagesMs[stage] ?? NaN));
    const ms = msOf(results);
    const against = before.length > 0 ? `  ${verdict(ms / msOf(before), TARGETS[stage])}` : '';
    console.log(
      `  ${stage.padEnd(16)} ${ms.toFixed(0).padStart(7)} ms ${(voxels / 1000 / ms).toFixed(1).padStart(9)} Mvoxel/s${against}`,
    );
  }
  const peakOf = (runs: RunResult[]): number => median(runs.map(({ peakBytes }) => peakBytes)) / 1024 ** 2;
  const cpuOf = (runs: RunResult[]): number => median(runs.map(({ cpuMs }) => cpuMs));
  const memory = before.length > 0 ? `  ${verdict(peakOf(results) / peakOf(before), MEMORY_TARGET)}` : '';
  const processor = before.length > 0 ? `  ${verdict(cpuOf(results) / cpuOf(before), undefined)}` : '';
  console.log(`  processor    ${cpuOf(results).toFixed(0).padStart(7)} ms of all threads${processor}`);
  console.log(
    `  peak memory  ${peakOf(results).toFixed(0).padStart(7)} MiB (median of ${results.length} runs)${memory}`,
  );
}
