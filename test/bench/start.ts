import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { cpuOf, median } from './figures.ts';
import { buildCommit } from './old-commit.ts';

const BASELINE = 'acee5e3';
const ROUNDS = 5;
/** Pause until the process is idle, in ms. */
const IDLE_MS = 3000;
/** The processor time of a start has no target: it is there because a busy machine disturbs it least. */
const TARGETS = { ready: ' (target <= 0.5)', cpu: '', resident: ' (target <= 0.75)' };

interface Start {
  /** From the start of the process to its address, ms. */
  readonly ready: number;
  /** Processor time until then, ms. */
  readonly cpu: number;
  /** Resident memory when idle, MiB. */
  readonly resident: number;
}

function residentOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

async function start(root: string, dataDir: string): Promise<Start> {
  const began = performance.now();
  const child = spawn(process.execPath, [path.join(root, 'server/dist/main.js'), 'serve'], {
    cwd: dataDir,
    env: { ...process.env, SOM3D_DATA_DIR: dataDir, PORT: '0', SOM3D_DEMO: 'false', JWT_SECRET: 'of the bench alone' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('serves at')) break;
  const [pid, ready] = [child.pid ?? 0, performance.now() - began];
  const cpu = cpuOf([pid]);
  await pause(IDLE_MS);
  const resident = residentOf(pid);
  child.kill('SIGTERM');
  await exited;
  return { ready, cpu, resident };
}

/**
 * `serve` on a migrated embedded database until it prints its address, and its memory when idle, against an earlier
 * commit in turn. Each starts twice before, so that the database is migrated and what can be kept is kept.
 */
export default async (): Promise<void> => {
  await using stack = new AsyncDisposableStack();
  const old = stack.use(await buildCommit(BASELINE));
  const places = [];
  for (const root of [process.cwd(), old.folder]) {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'som3d-start-'));
    stack.defer(() => rm(dataDir, { recursive: true, force: true }));
    for (let at = 0; at < 2; at++) await start(root, dataDir);
    places.push({ root, dataDir, starts: [] as Start[] });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { root, dataDir, starts } of places) starts.push(await start(root, dataDir));
  }
  for (const what of ['ready', 'cpu', 'resident'] as const) {
    const [ours = NaN, before = NaN] = places.map(({ starts }) => median(starts.map((each) => each[what])));
    const unit = what === 'resident' ? 'MiB' : 'ms';
    console.log(
      `${what}: ${ours.toFixed(0)} ${unit}, ${BASELINE} ${before.toFixed(0)} ${unit}, ratio ${(ours / before).toFixed(2)}${TARGETS[what]}`,
    );
  }
};
