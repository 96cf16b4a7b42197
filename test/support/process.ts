import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { TestDatabase } from './database.ts';

const COMPILE_CACHE = path.join(tmpdir(), 'som3d-test-compile-cache');
const MAIN = path.join(import.meta.dirname, '../../server/dist/main.js');

/** One line of the log. */
export interface LogLine {
  readonly level: string;
  readonly pid: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A program of the service as a process of its own, to be killed. */
export interface RunningProcess {
  readonly pid: number;
  /** What it has logged so far, with the processes that it has started itself. */
  readonly lines: readonly LogLine[];
  /** Sends a signal and waits for the end. @returns the exit code, `null` when the signal ended it */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

export interface ServerProcess extends RunningProcess {
  readonly url: string;
  /** What it has printed for the operator so far; the end of it. */
  printed(): string;
}

type Environment = Readonly<Record<string, string>>;
type Home = Pick<TestDatabase, 'dataDir' | 'env'>;

function collectLines(stream: NodeJS.ReadableStream): LogLine[] {
  const lines: LogLine[] = [];
  createInterface({ input: stream }).on('line', (line) => {
    if (line.startsWith('{')) lines.push(JSON.parse(line) as LogLine);
  });
  return lines;
}

/** How a command of the service ended. */
export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function environmentOf(database: Home, env: Environment): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    // Compiling the service's modules anew takes a quarter of a start.
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    PORT: '0',
    SOM3D_DATA_DIR: database.dataDir,
    SOM3D_DEMO: 'false',
    SOM3D_UPLOAD_REQUIRES: 'any',
    SOM3D_QUOTA_WAITING_JOBS: '1000',
    SOM3D_PICTURE_PIXELS: '64',
    // Beside busy tests a conversion that takes what they leave over would take minutes.
    SOM3D_JOB_NICENESS: '0',
    SOM3D_PASSWORD_MEMORY_MIB: '1',
    JWT_SECRET: 'a secret of the tests alone',
    ...database.env,
    ...env,
  };
}

/** Runs a command of the service to its end. */
export async function runCommand(
  command: readonly string[],
  database: Home,
  env: Environment = {},
): Promise<CommandEnd> {
  return await new Promise((resolve) => {
    const options = { cwd: database.dataDir, env: environmentOf(database, env) };
    execFile(process.execPath, [MAIN, ...command], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** Starts a command of the service, up to the line that matches. @returns what the first group of `ready` matched */
async function startCommand(command: readonly string[], database: Home, env: Environment, ready: RegExp) {
  const child = spawn(process.execPath, [MAIN, ...command], {
    cwd: database.dataDir,
    env: environmentOf(database, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const lines = collectLines(child.stderr);
  let output = '';
  const matched = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-20_000);
        const match = ready.exec(output);
        if (match) resolve(match[1] ?? '');
      });
    }
    void exited.then(() => reject(new Error(`the service ended:\n${output}`)));
  });
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> => {
    child.kill(signal);
    const [code] = await exited;
    return code;
  };
  return { matched: await matched, pid: child.pid ?? 0, lines, end, printed: () => output };
}

/**
 * Starts `som3d-server serve` on a free port, with the given database and its folder.
 *
 * @param args behind the command
 * @throws with what it has printed, when it ends before it serves
 */
export async function startProcess(
  database: Home,
  env: Environment = {},
  args: readonly string[] = [],
): Promise<ServerProcess> {
  const { matched: url, ...running } = await startCommand(['serve', ...args], database, env, /SOM3D serves at (\S+)/);
  return { url, ...running };
}

/** Starts `som3d-server worker` beside it. */
export async function startWorker(database: Home, env: Environment = {}): Promise<RunningProcess> {
  return await startCommand(['worker'], database, env, /"msg":"worker started"/);
}
