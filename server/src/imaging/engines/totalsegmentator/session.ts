import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { EngineContext } from '../engine.ts';
import { failureError, failureOf, type Failure } from './outcome.ts';
import { deidentify, TaskOutput } from './output.ts';
import { run } from './run.ts';
import type { Task } from './tasks.ts';

/** A mask that a task has written. */
export interface MaskFile {
  task: string;
  /** The class, as the tool calls it. */
  name: string;
  path: string;
}

/** What the runs of one job share. */
export interface SessionOptions {
  command: string;
  environment: Readonly<Record<string, string>>;
  image: string;
  device: 'gpu' | 'cpu';
  /** By the clock of `performance.now`. */
  deadline: number;
}

const MASK_FILE = /^(.+?)\.nii(?:\.gz)?$/;
/** Failures of a task that say nothing about the next one. */
const OF_THE_TASK: ReadonlySet<Failure> = new Set<Failure>(['license', 'unknown', 'weights']);
/** Of the output, for the log of the process. */
const DETAIL_LENGTH = 2000;

/** Runs the tasks of one job one after the other, and goes over to the CPU for good once the GPU has failed. */
export class Session {
  readonly #options: SessionOptions;
  readonly #context: EngineContext;
  #device: 'gpu' | 'cpu';

  constructor(options: SessionOptions, context: EngineContext) {
    this.#options = options;
    this.#context = context;
    this.#device = options.device;
  }

  /**
   * @returns the masks of all tasks; tasks without licence or models, or unknown to the tool, are told as warnings
   * @throws ImagingError where a task fails in another way, or none of them has a result
   */
  async runAll(tasks: readonly Task[], progress: (fraction: number) => void): Promise<MaskFile[]> {
    const masks: MaskFile[] = [];
    let refusal: Error | null = null;
    for (const [index, task] of tasks.entries()) {
      const result = await this.#runTask(task, (fraction) => progress((index + fraction) / tasks.length));
      if (result instanceof Error) {
        refusal ??= result;
        if (tasks.length > 1) this.#context.warn(result.message);
      } else masks.push(...result);
    }
    if (refusal !== null && masks.length === 0) throw refusal;
    return masks;
  }

  async #runTask(task: Task, progress: (fraction: number) => void): Promise<MaskFile[] | Error> {
    const attempt = await this.#attempt(task, progress);
    if (attempt.failure === null) return this.#collect(task, attempt.folder);
    if (attempt.failure === 'gpu') {
      this.#context.warn('La GPU falló durante la segmentación (memoria o controlador); se continúa con la CPU.');
      this.#device = 'cpu';
      return this.#runTask(task, progress);
    }
    const detail = deidentify(attempt.tail.slice(-DETAIL_LENGTH), this.#context.request.segmentation.license);
    const error = failureError(attempt.failure, task.name, detail);
    if (OF_THE_TASK.has(attempt.failure)) return error;
    throw error;
  }

  async #attempt(
    task: Task,
    progress: (fraction: number) => void,
  ): Promise<{ failure: Failure | null; folder: string; tail: string }> {
    const { command, environment, image, deadline } = this.#options;
    const { workDir, log, request } = this.#context;
    const folder = path.join(workDir, `${task.name}-${this.#device}`);
    await mkdir(folder);
    log(`TotalSegmentator: tarea «${task.name}» en la ${this.#device.toUpperCase()}.`);
    const output = new TaskOutput({ log, progress }, request.segmentation.license);
    const end = await run({
      command,
      args: argumentsOf(task, image, folder, this.#device),
      cwd: workDir,
      environment,
      timeoutMs: Math.max(1, deadline - performance.now()),
      onLine: (line) => output.line(line),
    });
    return { failure: failureOf(end, this.#device), folder, tail: end.tail };
  }

  /** @throws ImagingError where the run has ended well and masks are missing all the same. */
  async #collect(task: Task, folder: string): Promise<MaskFile[]> {
    const names = (await readdir(folder)).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    const masks = names.flatMap((file) => {
      const name = MASK_FILE.exec(file)?.[1];
      return name === undefined ? [] : [{ task: task.name, name, path: path.join(folder, file) }];
    });
    const missing = task.classes.filter((name) => !masks.some((mask) => mask.name === name));
    if (masks.length > 0 && missing.length === 0) return masks;
    throw failureError('crash', task.name, `exit 0, but no mask of ${missing.join(', ') || 'anything'}`);
  }
}

function argumentsOf(task: Task, image: string, folder: string, device: 'gpu' | 'cpu'): string[] {
  const args = ['-i', image, '-o', folder, '--task', task.name, '--device', device];
  return task.classes.length === 0 ? args : [...args, '--roi_subset', ...task.classes];
}
