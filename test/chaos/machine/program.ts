import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export interface ProgramOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing of this process's is passed on. */
  readonly env: Readonly<Record<string, string>>;
  /** Where both outputs are appended to. */
  readonly logFile: string;
  /** Whether it serves; asked until it says yes. */
  readonly ready: () => Promise<boolean>;
}

/** One life of a process. */
export interface Life {
  readonly pid: number;
  /** ms since the epoch */
  readonly from: number;
  until?: number;
  /** What it ended by: a signal's name or an exit code. */
  end?: string;
  /** Whether it was asked for. */
  expected?: boolean;
}

/** A program that is started again whenever it ends, as a service manager does, until it is stopped. */
export interface Program {
  readonly name: string;
  readonly lives: readonly Life[];
  readonly pid: () => number | undefined;
  /** Starts it and waits until it serves. */
  start(): Promise<void>;
  /** @throws Error when it does not serve within 60 s */
  untilReady(): Promise<void>;
  /** Sends a signal that ends it; it is started again after `restartMs`. Nothing happens when it is not running. */
  kill(signal: 'SIGKILL' | 'SIGTERM', restartMs: number): void;
  /** Sends a signal that it lives on with. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Ends it for good. @returns the exit code; null when it had to be killed */
  stop(graceMs: number): Promise<number | null>;
}

/** Ends every program, also when the run is broken off. */
const programs = new Set<() => void>();
process.once('exit', () => {
  for (const end of programs) end();
});

const READY_MS = 60_000;
/** After an end that nobody asked for, and after a start that failed. */
const RESTART_MS = 500;

export function createProgram(options: ProgramOptions): Program {
  const { name, command, args, cwd, env, logFile } = options;
  const lives: Life[] = [];
  const log = createWriteStream(logFile, { flags: 'a' });
  programs.add(() => child?.kill('SIGKILL'));
  let child: ChildProcess | undefined;
  let exited: Promise<void> = Promise.resolve();
  let stopping = false;
  let expected = false;
  let restartMs = RESTART_MS;

  const launch = (): void => {
    const started = spawn(command, [...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const life: Life = { pid: started.pid ?? 0, from: Date.now() };
    lives.push(life);
    child = started;
    expected = false;
    restartMs = RESTART_MS;
    started.stdout?.pipe(log, { end: false });
    started.stderr?.pipe(log, { end: false });
    exited = endOf(started, life);
  };

  const endOf = async (started: ChildProcess, life: Life): Promise<void> => {
    const [code, signal] = (await once(started, 'exit')) as [number | null, NodeJS.Signals | null];
    child = undefined;
    Object.assign(life, { until: Date.now(), end: String(signal ?? code), expected: expected || stopping });
    if (stopping) return;
    await pause(restartMs);
    if (!stopping) launch();
  };

  const untilReady = async (): Promise<void> => {
    const deadline = Date.now() + READY_MS;
    while (!(await options.ready().catch(() => false))) {
      if (Date.now() > deadline) throw new Error(`${name} does not serve after ${READY_MS} ms; see ${logFile}`);
      await pause(100);
    }
  };

  return {
    name,
    lives,
    pid: () => child?.pid,
    start: async () => {
      launch();
      await untilReady();
    },
    untilReady,
    kill: (signal, pauseMs) => {
      if (!child) return;
      expected = true;
      restartMs = pauseMs;
      child.kill(signal);
    },
    signal: (signal) => void child?.kill(signal),
    stop: async (graceMs) => {
      stopping = true;
      const running = child;
      if (!running) return 0;
      running.kill('SIGCONT');
      running.kill('SIGTERM');
      const timer = setTimeout(() => running.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
      return running.exitCode;
    },
  };
}
