/**
 * Whole cold conversions by an older commit and by the present one, in turn, so that other load on the machine meets
 * both: `npm run bench -- since <commit> [--runs 5] [path of a ZIP ...]`. The commit is built in a temporary folder.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { median } from './figures.ts';
import type { RunResult } from './imaging-run.ts';
import type { SinceResult } from './since-run.ts';

const execute = promisify(execFile);
const PRESENT = fileURLToPath(new URL('../../', import.meta.url));
const RUN = fileURLToPath(new URL('./since-run.ts', import.meta.url));
const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const SCANS = ['ct-phantom-philips.zip', 'ct-head-ge.zip'];
const LEAST_RUNS = 5;
const THREADS = '2';

/** Greatest share of the older commit's figure. */
const TARGETS: Record<string, number> = {
  'whole, wall': 0.55,
  'whole, CPU': 0.55,
  'peak memory': 0.85,
  isosurface: 0.75,
  components: 0.4,
  smoothing: 0.7,
  reduction: 0.45,
};

/** Figures by name: ms, and MiB for memory. */
type Figures = Record<string, number>;

export default async function bench(...args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { runs: { type: 'string', default: String(LEAST_RUNS) } },
  });
  const [commit, ...given] = positionals;
  if (commit === undefined) throw new Error('usage: npm run bench -- since <commit> [--runs 5] [path of a ZIP ...]');
  const zips = given.length > 0 ? given : SCANS.map((name) => join(DATA, name)).filter((path) => existsSync(path));
  if (zips.length === 0) throw new Error(`No real scans: ${DATA} is not there.`);
  const directory = await mkdtemp(join(tmpdir(), 'som3d-since-'));
  const older = join(directory, 'older');
  try {
    await build(commit, older);
    for (const zip of zips) await compare(zip, { commit, older, directory, runs: Number(values.runs) });
  } finally {
    await execute('git', ['worktree', 'remove', '--force', older], { cwd: PRESENT }).catch(() => {});
    await rm(directory, { recursive: true, force: true });
  }
}

async function build(commit: string, folder: string): Promise<void> {
  console.log(`Building ${commit} ...`);
  await execute('git', ['worktree', 'add', '--detach', folder, commit], { cwd: PRESENT });
  await execute('npm', ['run', 'bootstrap'], { cwd: folder });
  await execute('npm', ['run', 'build'], { cwd: folder });
}

async function compare(
  zip: string,
  { commit, older, directory, runs }: { commit: string; older: string; directory: string; runs: number },
): Promise<void> {
  const before: Figures[] = [];
  const after: Figures[] = [];
  for (let run = 0; run < runs; run++) {
    before.push(await measure(older, zip, directory));
    after.push(await measure(PRESENT, zip, directory));
  }
  const load = loadavg()[0]!.toFixed(1);
  console.log(`\n${basename(zip)}, ${THREADS} threads, medians of ${runs} runs, load ${load}`);
  console.log(`  ${''.padEnd(18)}${commit.slice(0, 8).padStart(9)}  present  ratio`);
  for (const name of Object.keys(after[0] ?? {})) {
    const [was, is] = [before, after].map((results) => median(results.map((figures) => figures[name] ?? NaN)));
    if (Number.isNaN(was)) continue;
    const target = TARGETS[name];
    const wanted = target === undefined ? '' : `  target <= ${target.toFixed(2)}`;
    console.log(
      `  ${name.padEnd(18)}${was!.toFixed(0).padStart(9)}${is!.toFixed(0).padStart(9)}${(is! / was!).toFixed(2).padStart(7)}${wanted}`,
    );
  }
}

/** A whole conversion, and then its parts as the commit's own bench times them. */
async function measure(root: string, zip: string, directory: string): Promise<Figures> {
  const outDir = await mkdtemp(join(directory, 'out-'));
  const whole = await json<SinceResult>(RUN, root, zip, outDir);
  const parts = await json<RunResult>(join(root, 'test/bench/imaging-run.ts'), zip, outDir, THREADS);
  await rm(outDir, { recursive: true });
  const { total: _total, ...stagesMs } = parts.stagesMs;
  return {
    'whole, wall': whole.wallMs,
    'whole, CPU': whole.cpuMs,
    'peak memory': whole.peakBytes / 1024 ** 2,
    ...stagesMs,
    'parts, CPU': parts.cpuMs,
  };
}

async function json<T>(program: string, ...args: string[]): Promise<T> {
  const { stdout } = await execute(process.execPath, [program, ...args]);
  return JSON.parse(stdout) as T;
}
