import { Worker } from 'node:worker_threads';
import { ImagingError } from '../errors.ts';
import type { TaskKind, TaskMap, TaskReply } from './tasks.ts';

interface Job {
  id: number;
  kind: TaskKind;
  input: unknown;
  settle: { resolve: (output: unknown) => void; reject: (error: unknown) => void };
}

interface Member {
  worker: Worker;
  job: Job | null;
}

/** From source (type stripping) as from the build. */
const WORKER_URL = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** A fixed set of worker threads; tasks are begun in the order they are given, one at a time in each thread. */
export class WorkerPool {
  readonly #members: Member[];
  readonly #queue: Job[] = [];
  #nextId = 1;
  #failure: unknown = null;

  constructor(threads: number) {
    this.#members = Array.from({ length: threads }, () => this.#start());
  }

  get threads(): number {
    return this.#members.length;
  }

  run<K extends TaskKind>(kind: K, input: TaskMap[K]['input']): Promise<TaskMap[K]['output']> {
    return new Promise((resolve, reject) => {
      const settle = { resolve: (output: unknown) => resolve(output as TaskMap[K]['output']), reject };
      this.#queue.push({ id: this.#nextId++, kind, input, settle });
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#fail(new Error('The worker pool was closed'));
    await Promise.all(this.#members.map((member) => member.worker.terminate()));
  }

  #start(): Member {
    const member: Member = { worker: new Worker(WORKER_URL), job: null };
    member.worker.on('message', (reply: TaskReply) => this.#finish(member, reply));
    member.worker.on('error', (error) => this.#fail(error));
    member.worker.on('exit', (code) => this.#fail(new Error(`A worker thread ended with code ${code}`)));
    return member;
  }

  #dispatch(): void {
    if (this.#failure !== null) return this.#rejectAll();
    for (const member of this.#members) {
      if (member.job !== null) continue;
      const job = this.#queue.shift();
      if (job === undefined) return;
      member.job = job;
      member.worker.postMessage({ id: job.id, kind: job.kind, input: job.input }, []);
    }
  }

  #finish(member: Member, reply: TaskReply): void {
    const { job } = member;
    if (job === null || job.id !== reply.id) return;
    member.job = null;
    if (reply.ok) job.settle.resolve(reply.output);
    else job.settle.reject(errorOf(reply));
    this.#dispatch();
  }

  /** A thread is lost: nothing that waits for it may wait for ever. */
  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#rejectAll();
  }

  #rejectAll(): void {
    const running = this.#members.flatMap((member) => member.job ?? []);
    for (const member of this.#members) member.job = null;
    for (const job of [...running, ...this.#queue.splice(0)]) job.settle.reject(this.#failure);
  }
}

function errorOf(reply: TaskReply & { ok: false }): Error {
  if (reply.imaging === null) return new Error(reply.detail);
  return new ImagingError(reply.imaging.code, reply.imaging.message);
}
