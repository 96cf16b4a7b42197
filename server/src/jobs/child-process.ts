import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { getCompileCacheDir } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest } from '../imaging/manifest.ts';
import { isMemoryExhausted, outOfMemory } from '../imaging/memory.ts';
import type { ChildMessage, Reporter, StartMessage } from '../imaging/protocol.ts';
import type { ConvertRequest } from '../imaging/request.ts';
import { standBack } from '../base/priority.ts';
import { watchMemory } from './memory-guard.ts';

export type ChildOutcome =
  | { readonly kind: 'done'; readonly manifest: Manifest }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly retryable: boolean }
  | { readonly kind: 'died'; readonly reason: string; readonly stderr: string }
  /** There never was a process: this machine's fault, not the job's. */
  | { readonly kind: 'unstarted'; readonly error: unknown };

// Source and build look alike: beside this file's folder, with this file's extension.
const ENTRY = fileURLToPath(new URL(`../imaging/child${path.extname(import.meta.filename)}`, import.meta.url));
const MAX_STDERR = 4096;
/** After its last message a child has this long to exit by itself. */
const EXIT_GRACE_MS = 10_000;
/**
 * Large buffers come and go. The C library would keep what is freed in pools for each thread and never map a buffer of
 * its own again once a large one was freed; this way they go back to the system. Other libraries take no notice.
 */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '262144' };

/**
 * Serving comes first: a job takes the processor that is left over, and is what the kernel ends when memory runs out.
 * Linux weighs sessions against each other before processes (autogroup), and a child leads one: both get told.
 */
function yieldToServer(pid: number, niceness: number): void {
  standBack(pid, niceness);
  writeFile(`/proc/${pid}/autogroup`, String(niceness)).catch(() => undefined);
  writeFile(`/proc/${pid}/oom_score_adj`, '500').catch(() => undefined);
}

/** Ends a child and what it has started; it leads a process group of its own. */
function kill(child: ChildProcess): void {
  try {
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

function refusedForMemory(): ChildOutcome {
  const { code, message, retryable } = outOfMemory();
  return { kind: 'refused', code, message, retryable };
}

function reasonOf(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ? `señal ${signal}` : `código de salida ${code ?? 'desconocido'}`;
}

/** The child and its threads use the compiled code that this process keeps. */
function compiledCode(): Record<string, string> {
  const folder = getCompileCacheDir();
  // Node has added a folder for its own version.
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: path.dirname(folder) };
}

/** Throws where the system reports a failure at once; others come as the child's `error` event. */
function start({ outDir }: ConvertRequest, memoryMb: number): ChildProcess {
  return fork(ENTRY, [], {
    cwd: outDir,
    env: { ...ENVIRONMENT, ...compiledCode() },
    execArgv: [`--max-old-space-size=${memoryMb}`],
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

/**
 * Runs one conversion in a process of its own, which gets no secret (nothing of this environment; only the licence of
 * the segmentation tool comes with the request), opens no database and ends with this process.
 *
 * @param memoryMb what the conversion plans with; a process that takes far more all the same is ended, and refused
 * @param niceness of the process, 0..19
 * @param signal kills the child; the outcome is then `died`
 * @returns how it ended, once the process is gone
 */
export async function runChild(
  request: ConvertRequest,
  {
    memoryMb,
    niceness,
    reporter,
    signal,
  }: { memoryMb: number; niceness: number; reporter: Reporter; signal: AbortSignal },
): Promise<ChildOutcome> {
  signal.throwIfAborted();
  let child: ChildProcess;
  try {
    child = start(request, memoryMb);
  } catch (error) {
    return { kind: 'unstarted', error };
  }
  // Messages may still come after the exit: what they say is known when the channel has closed.
  const ended = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  if (child.pid) yieldToServer(child.pid, niceness);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MAX_STDERR);
  });
  let last: ChildOutcome | undefined;
  let grace: NodeJS.Timeout | undefined;
  const finish = (outcome: ChildOutcome): void => {
    last = outcome;
    grace ??= setTimeout(() => kill(child), EXIT_GRACE_MS);
  };
  child.on('message', (message: ChildMessage) => {
    if (message.type === 'progress') reporter.progress(message.phase, message.percent);
    else if (message.type === 'log') reporter.log(message.line);
    else if (message.type === 'preview') reporter.preview?.(message.file);
    else if (message.type === 'done') finish({ kind: 'done', manifest: message.manifest });
    else finish({ kind: 'refused', code: message.code, message: message.message, retryable: message.retryable });
  });
  const onAbort = (): void => kill(child);
  const guard = watchMemory(child.pid, memoryMb, () => {
    last ??= refusedForMemory();
    kill(child);
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const order: StartMessage = { type: 'start', request };
    // A child that is gone already is told by its exit.
    child.send(order, () => undefined);
    const [[code, exitSignal]] = (await ended) as [[number | null, NodeJS.Signals | null], unknown];
    if (last) return last;
    // A heap that is full ends the process; another try would end the same.
    if (isMemoryExhausted(new Error(stderr))) return refusedForMemory();
    return { kind: 'died', reason: reasonOf(code, exitSignal), stderr };
  } catch (error) {
    if (child.pid === undefined) return { kind: 'unstarted', error };
    kill(child);
    return { kind: 'died', reason: 'no se pudo iniciar', stderr: String(error) };
  } finally {
    clearTimeout(grace);
    guard.stop();
    signal.removeEventListener('abort', onAbort);
  }
}
