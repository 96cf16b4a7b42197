import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** From source (type stripping) as from the build. */
const GUARD = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './guard.ts' : './guard.js', import.meta.url));

/** What is kept of the output, to find out why a run failed, characters. */
const MAX_TAIL = 16_384;
/** A line is cut off here: some programs never end one. */
const MAX_LINE = 2000;

export interface Run {
  command: string;
  args: readonly string[];
  cwd: string;
  environment: Readonly<Record<string, string>>;
  timeoutMs: number;
  /** Each line of stdout and stderr; a carriage return ends one too, as progress bars use it. */
  onLine: (line: string) => void;
}

export interface RunEnd {
  /** 128 + n after signal n. */
  code: number;
  timedOut: boolean;
  /** The end of its output. */
  tail: string;
}

/**
 * Runs a command to its end, without a shell. It and whatever it starts end with this process, and at the time limit.
 * @throws when the guard itself can not be started
 */
export async function run({ command, args, cwd, environment, timeoutMs, onLine }: Run): Promise<RunEnd> {
  const guard = spawn(process.execPath, [GUARD, command, ...args], {
    cwd,
    env: environment,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // Its closing is the message; that it is broken when the guard ends is none.
  guard.stdin.on('error', () => undefined);
  let tail = '';
  const lines = [new LineSplitter(onLine), new LineSplitter(onLine)];
  for (const [index, stream] of [guard.stdout, guard.stderr].entries())
    stream.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-MAX_TAIL);
      lines[index]!.push(text);
    });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(guard.pid);
  }, timeoutMs);
  try {
    const closed = once(guard, 'close');
    const [code, signal] = (await once(guard, 'exit')) as [number | null, NodeJS.Signals | null];
    // Helpers that it left behind hold its output open, and memory.
    killGroup(guard.pid);
    await closed;
    for (const splitter of lines) splitter.end();
    return { code: code ?? (signal === 'SIGKILL' ? 137 : 128), timedOut, tail };
  } finally {
    clearTimeout(timer);
  }
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}

class LineSplitter {
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(text: string): void {
    const parts = (this.#rest + text).split(/[\r\n]+/);
    this.#rest = (parts.pop() ?? '').slice(0, MAX_LINE);
    for (const line of parts) this.#onLine(line.slice(0, MAX_LINE));
  }

  end(): void {
    if (this.#rest !== '') this.#onLine(this.#rest);
    this.#rest = '';
  }
}
