#!/usr/bin/env node
/**
 * Behaves as the command line of TotalSegmentator does, as far as the service sees it: its arguments, its output, its
 * exit codes, its files. It reads and writes NIfTI by code of its own. What it finds, and what goes wrong, is told by
 * `scenario.json` in its home folder.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Scenario } from './scenario.ts';

function numbered(count: number, name: string): string[] {
  return Array.from({ length: count }, (_, i) => `${name}${i + 1}`);
}
function bothSides(...names: string[]): string[] {
  return names.flatMap((name) => [`${name}_left`, `${name}_right`]);
}

const CLASSES: Record<string, string[]> = {
  total: [
    'spleen',
    'liver',
    'sacrum',
    'skull',
    'sternum',
    'costal_cartilages',
    'vertebrae_S1',
    ...numbered(5, 'vertebrae_L'),
    ...numbered(12, 'vertebrae_T'),
    ...numbered(7, 'vertebrae_C'),
    ...numbered(12, 'rib_left_'),
    ...numbered(12, 'rib_right_'),
    ...bothSides('humerus', 'scapula', 'clavicula', 'femur', 'hip'),
  ],
  appendicular_bones: ['patella', 'tibia', 'fibula', 'tarsal', 'metatarsal'],
  thigh_shoulder_muscles: ['quadriceps_femoris_left', 'sartorius_right', 'deltoid'],
  hip_implant: ['hip_implant'],
  teeth: ['upper_jawbone', 'lower_jawbone'],
  craniofacial_structures: ['mandible', 'teeth_lower', 'skull', 'head', 'teeth_upper'],
  lung_vessels: ['lung_vessels', 'lung_trachea_bronchia'],
  lung_vessels_LEGACY: ['lung_vessels', 'lung_trachea_bronchia'],
};
const LICENSED = new Set(['appendicular_bones', 'thigh_shoulder_muscles']);

const scenario = JSON.parse(readFileSync(path.join(process.env['HOME'] ?? '', 'scenario.json'), 'utf8')) as Scenario;

function fail(code: number, ...lines: string[]): never {
  for (const line of lines) console.error(line);
  process.exit(code);
}

/** A header of 348 bytes as it came, and the affine in RAS. */
function readImage(file: string) {
  const bytes = readFileSync(file);
  const offset = bytes.readFloatLE(108);
  const [nx, ny, nz] = [42, 44, 46].map((at) => bytes.readInt16LE(at)) as [number, number, number];
  if (bytes.readInt16LE(70) !== 4) fail(1, 'ValueError: expected int16');
  if (bytes.length !== offset + 2 * nx * ny * nz) fail(1, 'ValueError: file size');
  const rows = [280, 296, 312].map((at) => [0, 4, 8, 12].map((step) => bytes.readFloatLE(at + step)));
  const column = (c: number): number[] => rows.map((row) => row[c] ?? 0);
  const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  for (const [a, b] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    const cosine = dot(column(a), column(b)) / Math.hypot(...column(a)) / Math.hypot(...column(b));
    if (Math.abs(cosine) > 1e-4)
      fail(1, 'ITK only supports orthonormal direction cosines. No orthonormal definition found!');
  }
  return { header: bytes.subarray(0, 352), size: [nx, ny, nz] as const, rows };
}

/** A mask of the ball that the scenario has for a class; empty without one. */
function maskOf({ header, size: [nx, ny, nz], rows }: ReturnType<typeof readImage>, name: string): Buffer {
  const mask = Buffer.alloc(nx * ny * nz);
  const ball = scenario.balls[name];
  if (ball !== undefined) {
    const [x, y, z] = ball.centre;
    const centre = [-x, -y, z];
    for (let k = 0, voxel = 0; k < nz; k++)
      for (let j = 0; j < ny; j++)
        for (let i = 0; i < nx; i++, voxel++) {
          const away = rows.map(
            ([a = 0, b = 0, c = 0, d = 0], axis) => a * i + b * j + c * k + d - (centre[axis] ?? 0),
          );
          if (Math.hypot(...away) < ball.radius) mask[voxel] = 1;
        }
  }
  const own = Buffer.from(header);
  own.writeInt16LE(2, 70);
  own.writeInt16LE(8, 72);
  return gzipSync(Buffer.concat([own, mask]), { level: 1 });
}

interface Configuration {
  license_number?: string;
  send_usage_stats?: boolean;
}

function configuration(): Configuration {
  const file = path.join(
    process.env['TOTALSEG_HOME_DIR'] ?? path.join(process.env['HOME'] ?? '/', '.totalsegmentator'),
    'config.json',
  );
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Configuration) : {};
}

function hasLicense(): boolean {
  return configuration().license_number?.length === 18;
}

function bar(percent: number): void {
  process.stderr.write(
    `\r${String(percent).padStart(3)}%|${'#'.repeat(percent / 10).padEnd(10)}| ${percent}/100 [00:01<00:01, 9.9it/s]`,
  );
}

async function appears(file: string): Promise<void> {
  const watcher = watch(path.dirname(file));
  while (!existsSync(file)) await new Promise((resolve) => watcher.once('change', resolve));
  watcher.close();
}

async function main(): Promise<void> {
  // What follows the first class of --roi_subset comes as positionals.
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      i: { type: 'string', short: 'i' },
      o: { type: 'string', short: 'o' },
      task: { type: 'string', default: 'total' },
      roi_subset: { type: 'string' },
      device: { type: 'string', default: 'gpu' },
      version: { type: 'boolean' },
    },
  });
  if (values.version === true) return console.log('2.11.0');
  const { i: input = '', o: output = '', task, device } = values;
  const classes = CLASSES[task];
  const { TOTALSEG_LICENSE, TOTALSEG_WEIGHTS_PATH, TMPDIR } = process.env;
  // The tool sends them unless it is told not to.
  const statistics = configuration().send_usage_stats ?? true;
  appendFileSync(
    scenario.calls,
    `${JSON.stringify({ args: process.argv.slice(2), TOTALSEG_LICENSE, TOTALSEG_WEIGHTS_PATH, TMPDIR, pid: process.pid, statistics })}\n`,
  );
  if (classes === undefined)
    fail(
      2,
      'usage: TotalSegmentator [-h] -i filepath -o directory',
      `TotalSegmentator: error: argument -ta/--task: invalid choice: '${task}' (choose from 'total', 'body')`,
    );
  const wanted = values.roi_subset === undefined ? classes : [values.roi_subset, ...positionals];
  const strange = wanted.find((name) => !classes.includes(name));
  if (strange !== undefined) fail(1, `ValueError: roi_subset contains unknown class ${strange}`);
  if (LICENSED.has(task) && !hasLicense()) {
    console.log('In contrast to the other tasks this task is not openly available.');
    console.log('It requires a license. For non-commercial usage a free license can be');
    console.log('acquired here:\nhttps://backend.totalsegmentator.com/license-academic/');
    process.exit(1);
  }
  console.log('\nIf you use this tool please cite: https://pubs.rsna.org/doi/10.1148/ryai.230024\n');
  if (scenario.chatty === true) for (let n = 0; n < 500; n++) console.log(`Resampling ${input} step ${n}`);
  console.log('Generating rough segmentation for cropping...');
  for (const percent of [0, 50, 100]) bar(percent);
  const image = readImage(input);
  const trouble = scenario.troubles?.[task];
  if (trouble === 'gpu-memory' && device === 'gpu')
    fail(
      1,
      'Traceback (most recent call last):',
      '  File "/opt/venv/lib/python3.11/site-packages/torch/nn/modules/module.py", line 1518, in _call_impl',
      'torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.34 GiB (GPU 0; 7.79 GiB total capacity)',
    );
  if (trouble === 'crash')
    fail(1, 'Traceback (most recent call last):', `RuntimeError: Background workers died: ${input}`);
  if (trouble === 'offline')
    fail(
      1,
      'Downloading model for Task 260 ...',
      'Traceback (most recent call last):',
      "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='github.com', port=443): Max retries exceeded with url: /w.zip",
    );
  if (trouble === 'silent') return;
  for (const part of [1, 2]) {
    console.log(`Predicting part ${part} of 2 ...`);
    for (const percent of [0, 50]) bar(percent);
    if (part === 2 && trouble === 'hold') {
      const helper = spawn('sleep', ['600'], { stdio: 'inherit' });
      writeFileSync(`${scenario.calls}.held`, JSON.stringify([process.pid, helper.pid]));
      await appears(`${scenario.calls}.go`);
      helper.kill();
    }
    bar(100);
  }
  console.log('\nSaving segmentations...');
  mkdirSync(output, { recursive: true });
  for (const name of trouble === 'partial' ? wanted.slice(1) : wanted)
    writeFileSync(path.join(output, `${name}.nii.gz`), maskOf(image, name));
}

await main();
