import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Cluster } from '../machine/cluster.ts';
import type { Logs } from './logs.ts';

/** What a process says once it has started. */
const SERVES: ReadonlySet<string> = new Set(['serving', 'worker started']);

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  readonly cwd: string;
  readonly command: string;
}

function linkOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), parent: Number(parent), state, cwd: linkOf(Number(name)), command }];
      } catch {
        return [];
      }
    });
}

/** Processes that work below the run's folder, and dead ones that nobody has waited for, of these parents. */
export function processesBelow(folder: string, parents: ReadonlySet<number>): string[] {
  return processes()
    .filter(({ cwd, parent, state }) => cwd.startsWith(folder) || (state === 'Z' && parents.has(parent)))
    .map(({ pid, state, command }) => `${pid} (${state}) ${command}`);
}

/** What is wrong with the processes: one that ended although nobody asked, or did not end when asked. */
export function judgeProcesses(
  { processes: all }: Cluster,
  codes: ReadonlyMap<string, number | null>,
  { crashes, lines }: Logs,
): string[] {
  return [
    ...crashes.map((line) => `a crash in the log of ${line}`),
    ...all.flatMap(({ name, program }) =>
      program.lives
        .filter(({ expected, end }) => !expected && end !== undefined)
        // That it does not start without its database is no fault: a service manager tries again.
        .filter(({ pid }) => lines.some((line) => line.process === name && line.pid === pid && SERVES.has(line.msg)))
        .map(({ pid, end }) => `${name} (${pid}) ended by itself: ${end}`),
    ),
    ...[...codes]
      .filter(([, code]) => code !== 0)
      .map(([name, code]) => `${name} ended with ${code} when asked to stop`),
  ];
}
