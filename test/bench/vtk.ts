/**
 * Our imaging kernels against VTK's in the same run, in turn, so that other load on the machine meets both:
 * `npm run bench -- vtk [--rows kernels,reduction,whole,long] [--runs 5] [--python /usr/bin/python3]`.
 * VTK is Debian's `python3-vtk9`, or that of another Python: a virtual environment with PyPI's newest `vtk`.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { median } from './figures.ts';
import type { RunResult } from './imaging-run.ts';
import { writeLargePhantom } from './large-phantom.ts';
import { unpack, type KernelAnswer } from './vtk-volume.ts';

const VTK = fileURLToPath(new URL('./vtk.py', import.meta.url));
const OURS = fileURLToPath(new URL('./vtk-run.ts', import.meta.url));
const WHOLE = fileURLToPath(new URL('./imaging-run.ts', import.meta.url));
const REAL = fileURLToPath(new URL('../../../shared/data/ct-phantom-philips.zip', import.meta.url));

/** HU, between integers for both. The second is what whole conversions take as bone. */
const LEVEL = 226.5;
const WHOLE_LEVEL = 225.5;
const GIB = 1024 ** 3;
const execute = promisify(execFile);

interface Setting {
  directory: string;
  runs: number;
  /** The interpreter that has VTK. */
  python: string;
  /** Null where VTK is not installed. */
  vtk: string | null;
}

interface Kernels {
  ask: (kernel: string) => Promise<KernelAnswer>;
  close: () => Promise<void>;
}

interface Measured {
  ours: KernelAnswer[];
  vtk: KernelAnswer[];
}

export default async function bench(...args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      python: { type: 'string', default: '/usr/bin/python3' },
      rows: { type: 'string', default: 'kernels,reduction,whole,long' },
      runs: { type: 'string', default: '5' },
    },
  });
  const directory = await mkdtemp(join(tmpdir(), 'som3d-vtk-'));
  const { python } = values;
  const setting = { directory, runs: Number(values.runs), python, vtk: await vtkVersion(python) };
  const rows = values.rows.split(',');
  try {
    printHead(setting);
    if (rows.includes('kernels') || rows.includes('reduction')) await compareKernels(setting, rows);
    if (rows.includes('whole')) await compareWhole(setting);
    if (rows.includes('long')) await compareLengths(setting);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function vtkVersion(python: string): Promise<string | null> {
  try {
    const { stdout } = await execute(python, [VTK, 'version']);
    const { version, backend } = JSON.parse(stdout) as { version: string; backend: string };
    return `${version}, ${backend}`;
  } catch {
    return null;
  }
}

function printHead({ vtk, runs }: Setting): void {
  const load = loadavg()[0]?.toFixed(1);
  console.log(vtk === null ? 'VTK is not installed (Debian: python3-vtk9): ours alone.' : `VTK ${vtk}`);
  console.log(`Node ${process.version}, ${availableParallelism()} cores, load ${load}; medians of ${runs}, in turn.`);
  console.log('Ours: threads started, kernels uncompiled at the first call ("cold"), which is not in the medians.');
  console.log('Processor time is that of all threads of the process, ratios are ours/VTK.\n');
}

async function compareKernels(setting: Setting, rows: string[]): Promise<void> {
  const synthetic = join(setting.directory, 'synthetic-320.zip');
  if (rows.includes('kernels')) await writeLargePhantom(synthetic, { size: 512, slices: 320 });
  for (const [name, zip] of [
    ['real', REAL],
    ['synthetic', synthetic],
  ] as const) {
    if (!existsSync(zip)) {
      if (zip === REAL) console.log(`No real scan: ${zip} is not there.`);
      continue;
    }
    const { meta, volume } = await unpack(zip, join(setting.directory, name));
    const size = `${name} ${volume.nx}x${volume.ny}x${volume.nz}`;
    const reduces = name === 'real' && rows.includes('reduction');
    let slowest: KernelAnswer[] = [];
    for (const threads of [1, 2])
      slowest = await compareOn(setting, { size, meta, threads, kernels: rows.includes('kernels'), reduces, slowest });
  }
}

interface Comparison {
  size: string;
  meta: string;
  threads: number;
  kernels: boolean;
  reduces: boolean;
  /** VTK's reduction takes long and knows no threads: measured once for all numbers of them. */
  slowest: KernelAnswer[];
}

/** @returns VTK's reduction */
async function compareOn(setting: Setting, comparison: Comparison): Promise<KernelAnswer[]> {
  const { size, meta, threads, kernels, reduces, slowest } = comparison;
  const input = [meta, String(LEVEL), String(threads)];
  const ours = await start(process.execPath, [OURS, ...input]);
  const vtk = setting.vtk === null ? null : await start(setting.python, [VTK, 'kernels', ...input]);
  const measure = async (kernel: string, runs: { ours: number; vtk: number }): Promise<Measured> => {
    const measured: Measured = { ours: [], vtk: [] };
    for (let run = 0; run < Math.max(runs.ours, runs.vtk); run++) {
      if (run < runs.ours) measured.ours.push(await ours.ask(kernel));
      if (vtk !== null && run < runs.vtk) measured.vtk.push(await vtk.ask(kernel));
    }
    return measured;
  };
  const runs = kernels ? 1 + setting.runs : 1;
  const title = `${size}, ${threads} thread(s)`;
  const targets = threads === 1 ? { isosurface: 0.85, smoothing: 0.8 } : { isosurface: 0.9, smoothing: 0.65 };
  for (const kernel of ['isosurface', 'smoothing'] as const) {
    const measured = await measure(kernel, { ours: runs, vtk: runs });
    if (kernels) printKernel(`${title}: ${kernel}`, measured, targets[kernel]);
  }
  let reduction: Measured = { ours: [], vtk: slowest };
  if (reduces) {
    const measured = await measure('reduction', { ours: 1 + setting.runs, vtk: slowest.length > 0 ? 0 : 1 });
    reduction = { ours: measured.ours, vtk: [...slowest, ...measured.vtk] };
    printKernel(`${title}: reduction and repair`, reduction, 0.2);
  }
  await Promise.all([ours.close(), vtk?.close()]);
  return reduction.vtk;
}

function printKernel(title: string, { ours, vtk }: Measured, target: number): void {
  const [cold, ...warm] = ours;
  const later = vtk.length > 1 ? vtk.slice(1) : vtk;
  const ms = (answers: KernelAnswer[]): number => median(answers.map((answer) => answer.ms));
  const cpuMs = (answers: KernelAnswer[]): number => median(answers.map((answer) => answer.cpuMs));
  console.log(`${title} (${cold?.triangles} triangles, VTK ${later[0]?.triangles ?? '-'})`);
  console.log(
    `  wall      ours ${whole(ms(warm))} ms (cold ${whole(cold?.ms ?? NaN)})  ${ratio(ms(warm), ms(later), target)}`,
  );
  console.log(
    `  processor ours ${whole(cpuMs(warm))} ms (cold ${whole(cold?.cpuMs ?? NaN)})  ${ratio(cpuMs(warm), cpuMs(later), target)}`,
  );
}

function whole(value: number): string {
  return value.toFixed(0).padStart(6);
}

function ratio(ours: number, vtk: number, target: number): string {
  if (Number.isNaN(vtk)) return `VTK not measured, target <= ${target}x`;
  const verdict = ours / vtk <= target ? 'met' : 'missed';
  return `VTK ${whole(vtk)}  ratio ${(ours / vtk).toFixed(2)}  target <= ${target}: ${verdict}`;
}

/** Starts one half and waits until it has read the volume. */
async function start(command: string, args: string[]): Promise<Kernels> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${command} ended early`);
    return JSON.parse(value);
  };
  await next();
  return {
    ask: (kernel) => {
      child.stdin.write(`${kernel}\n`);
      return next() as Promise<KernelAnswer>;
    },
    close: () => {
      child.stdin.end();
      return ended;
    },
  };
}

/** A whole process; `wallMs` includes its start. */
async function runWhole<T>(command: string, args: string[]): Promise<T & { wallMs: number }> {
  const started = performance.now();
  const { stdout } = await execute(command, args);
  return { ...(JSON.parse(stdout) as T), wallMs: performance.now() - started };
}

function convert(zip: string, directory: string): Promise<RunResult & { wallMs: number }> {
  return runWhole<RunResult>(process.execPath, [WHOLE, zip, directory, '2']);
}

async function compareWhole({ directory, runs, python, vtk }: Setting): Promise<void> {
  if (!existsSync(REAL)) return console.log(`No real scan: ${REAL} is not there.`);
  const { meta } = await unpack(REAL, join(directory, 'whole'));
  const ours: (RunResult & { wallMs: number })[] = [];
  let theirs = { wallMs: NaN, peakBytes: NaN };
  for (let run = 0; run < runs; run++) {
    ours.push(await convert(REAL, directory));
    if (run > 0 || vtk === null) continue;
    const stl = join(directory, 'vtk.stl');
    theirs = await runWhole<{ peakBytes: number }>(python, [VTK, 'whole', meta, String(WHOLE_LEVEL), '2', stl]);
  }
  const wallMs = median(ours.map((run) => run.wallMs));
  const peak = median(ours.map((run) => run.peakBytes)) / 1024 ** 2;
  console.log(`ZIP to reduced STL, real, 2 threads, whole cold processes, VTK once (${ours[0]?.triangles} triangles)`);
  console.log('  VTK starts from the volume that we unpacked, which favours it.');
  console.log(`  wall ms    ours ${whole(wallMs)}  ${ratio(wallMs, theirs.wallMs, 0.25)}`);
  console.log(`  peak MiB   ours ${whole(peak)}  ${ratio(peak, theirs.peakBytes / 1024 ** 2, 0.7)}`);
}

async function compareLengths({ directory }: Setting): Promise<void> {
  const slices = [250, 500, 1000];
  console.log('Synthetic 512x512, ZIP to reduced STL, 2 threads, once, ours alone');
  const perSlice: number[] = [];
  for (const count of slices) {
    const zip = join(directory, `synthetic-${count}.zip`);
    await writeLargePhantom(zip, { size: 512, slices: count });
    const { stagesMs, wallMs, cpuMs, peakBytes, triangles } = await convert(zip, directory);
    await rm(zip);
    perSlice.push(cpuMs / count);
    const stages = Object.entries(stagesMs).map(([stage, ms]) => `${stage} ${(ms / count).toFixed(1)}`);
    console.log(
      `  ${String(count).padStart(4)} slices ${whole(wallMs)} ms, a slice ${(wallMs / count).toFixed(1)} ms and ` +
        `${(cpuMs / count).toFixed(1)} ms of processor time, peak ${(peakBytes / GIB).toFixed(2)} GiB (target < 3), ` +
        `${triangles} triangles`,
    );
    console.log(`       ms a slice: ${stages.join(', ')}`);
  }
  const [short = NaN, ...longer] = perSlice;
  const ratios = longer.map((ms, i) => `${slices[i + 1]} slices ${(ms / short).toFixed(2)}x`);
  console.log(`  processor time of a slice against that of ${slices[0]} slices: ${ratios.join(', ')} (target <= 1.15)`);
}
