/**
 * Damaged, lying and exploding ZIPs and DICOM files through reading, and every tenth through a whole conversion, in
 * processes with a limit of time and memory:
 * `npm run bench -- fuzz [--cases 10000] [--from 1] [--processes 2] [--whole-every 10]`
 */
import { fork, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { FuzzReply } from './fuzz-child.ts';

const CHILD = fileURLToPath(new URL('./fuzz-child.ts', import.meta.url));
/** Processor time of a case, ms: on a busy machine the clock says nothing. What stands still uses none. */
const PROCESSOR_LIMIT_MS = 30_000;
const STANDSTILL_LIMIT_MS = 300_000;
const TICK_MS = 10;
const MEMORY_LIMIT_BYTES = 2 * 1024 ** 3;
const WATCH_EVERY_MS = 100;
const LOWEST_PRIORITY = 19;
/** A new process from time to time, so that what one case leaves behind cannot be blamed on many. */
const CASES_PER_PROCESS = 500;

interface Ended extends FuzzReply {
  peakBytes: number;
}

export default async function bench(...args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      cases: { type: 'string', default: '10000' },
      from: { type: 'string', default: '1' },
      processes: { type: 'string', default: '2' },
      'whole-every': { type: 'string', default: '10' },
    },
  });
  const first = Number(values.from);
  const seeds = Array.from({ length: Number(values.cases) }, (_, i) => first + i);
  const total = seeds.length;
  const ended: Ended[] = [];
  const started = performance.now();
  const runners = Array.from({ length: Number(values.processes) }, async () => {
    while (seeds.length > 0) await runProcess(seeds, values['whole-every'], ended);
  });
  const ticker = setInterval(() => console.log(`${ended.length} of ${total} ...`), 30_000);
  await Promise.all(runners);
  clearInterval(ticker);
  print(ended, (performance.now() - started) / 1000);
  process.exitCode = ended.some(({ fault }) => fault !== null) ? 1 : 0;
}

/** Has one process do cases until it has done enough or died. */
async function runProcess(seeds: number[], wholeEvery: string, ended: Ended[]): Promise<void> {
  const child = fork(CHILD, [wholeEvery], { silent: true });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2000)));
  if (child.pid !== undefined) setPriority(child.pid, LOWEST_PRIORITY);
  try {
    await nextMessage(child);
    for (let i = 0; i < CASES_PER_PROCESS; i++) {
      const seed = seeds.shift();
      if (seed === undefined) return;
      const result = await runCase(child, seed);
      if (result.outcome === 'died') result.fault = `${result.fault ?? ''} ${stderr}`;
      ended.push(result);
      if (result.outcome === 'died') return;
    }
  } finally {
    child.kill('SIGKILL');
  }
}

async function runCase(child: ChildProcess, seed: number): Promise<Ended> {
  let peakBytes = 0;
  let killedFor: string | null = null;
  const started = performance.now();
  const startedCpu = await processorMs(child.pid);
  const look = async (): Promise<void> => {
    const bytes = await residentBytes(child.pid);
    peakBytes = Math.max(peakBytes, bytes);
    if ((await processorMs(child.pid)) - startedCpu > PROCESSOR_LIMIT_MS) killedFor = 'too long';
    else if (performance.now() - started > STANDSTILL_LIMIT_MS) killedFor = 'standing still';
    else if (bytes > MEMORY_LIMIT_BYTES) killedFor = 'too much memory';
    if (killedFor !== null) child.kill('SIGKILL');
  };
  const watch = setInterval(() => void look(), WATCH_EVERY_MS);
  const answer = nextMessage(child);
  child.send(seed);
  const reply = (await answer) as FuzzReply | null;
  clearInterval(watch);
  peakBytes = Math.max(peakBytes, await residentBytes(child.pid));
  const ms = performance.now() - started;
  if (reply === null) return { seed, kind: '', outcome: 'died', fault: killedFor ?? 'crashed', ms, peakBytes };
  return { ...reply, peakBytes };
}

/** The next message of a process, or null when it ends without. */
function nextMessage(child: ChildProcess): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const onMessage = (message: unknown): void => resolve(message);
  const onExit = (): void => resolve(null);
  child.once('message', onMessage);
  child.once('exit', onExit);
  return promise.finally(() => {
    child.off('message', onMessage);
    child.off('exit', onExit);
  });
}

async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
}

/** User and system time of all threads of a process. */
async function processorMs(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // After the name in brackets, which may hold spaces: state is the first field, user and system time the 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return TICK_MS * (Number(fields[11] ?? 0) + Number(fields[12] ?? 0));
}

function print(ended: Ended[], seconds: number): void {
  console.log(`\n${ended.length} cases in ${seconds.toFixed(0)} s`);
  table('outcome', ended, ({ outcome }) => outcome);
  table('kind', ended, ({ kind }) => kind);
  console.log('slowest:');
  for (const { seed, kind, outcome, ms } of ended.toSorted((a, b) => b.ms - a.ms).slice(0, 8))
    console.log(`  ${ms.toFixed(0).padStart(7)} ms  seed ${seed}, ${kind}: ${outcome}`);
  const heaviest = ended.toSorted((a, b) => b.peakBytes - a.peakBytes)[0];
  if (heaviest !== undefined)
    console.log(
      `most memory: ${(heaviest.peakBytes / 1024 ** 2).toFixed(0)} MiB, seed ${heaviest.seed}, ${heaviest.kind}`,
    );
  const faults = ended.filter(({ fault }) => fault !== null);
  console.log(`faults: ${faults.length}`);
  for (const { seed, kind, outcome, fault } of faults.slice(0, 20))
    console.log(`  seed ${seed}, ${kind}: ${outcome}: ${fault}`);
}

function table(title: string, ended: Ended[], by: (each: Ended) => string): void {
  console.log(`by ${title}:`);
  for (const [name, group] of Map.groupBy(ended, by)) console.log(`  ${String(group.length).padStart(6)}  ${name}`);
}
