import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A line of the service's own log. */
export interface LogLine {
  readonly process: string;
  readonly pid: number;
  /** ms since the epoch */
  readonly at: number;
  readonly level: string;
  readonly msg: string;
  readonly job_id?: string;
  readonly attempt?: number;
  readonly text: string;
}

export interface Logs {
  readonly lines: readonly LogLine[];
  /** What is no log line and tells of a crash. */
  readonly crashes: readonly string[];
}

const CRASH = /uncaught|unhandled|FATAL ERROR|Segmentation fault|heap out of memory|MaxListenersExceeded/i;

function parse(process: string, text: string): LogLine | undefined {
  try {
    const { time, ...line } = JSON.parse(text) as Record<string, unknown>;
    return { ...(line as unknown as LogLine), process, at: Date.parse(String(time)), text };
  } catch {
    return undefined;
  }
}

/** Reads what the processes of the service have written. The lines of a process whose clock jumps are its own times. */
export async function readLogs(folder: string): Promise<Logs> {
  const lines: LogLine[] = [];
  const crashes: string[] = [];
  for (const file of await readdir(folder)) {
    if (!/^(api|worker)-/.test(file)) continue;
    const name = path.basename(file, '.log');
    for (const text of (await readFile(path.join(folder, file), 'utf8')).split('\n')) {
      const line = parse(name, text);
      if (line) lines.push(line);
      else if (CRASH.test(text)) crashes.push(`${name}: ${text}`);
    }
  }
  return { lines, crashes };
}
