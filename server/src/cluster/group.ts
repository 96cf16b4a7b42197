import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { sendToMember, type FromMember } from './messages.ts';
import { createMetricsHub } from './metrics-hub.ts';

/** A process that served for this long, in ms, was healthy: its end does not mean that its successor fails too. */
const SOUND_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;
/** Consecutive failed starts, while no process serves, before the group gives up. */
const MAX_FAILURES = 8;

/** No process of the group can serve; `message` gives the reason. */
export class GroupFailedError extends Error {}

interface Member {
  readonly slot: number;
  readonly worker: Worker;
  readyAt: number | null;
  failure: string | null;
}

export interface GroupOptions {
  readonly size: number;
  readonly log: Logger;
  /** Variables of the process in a slot of the group, 0 to `size - 1`, in addition to those of this process. */
  readonly environment: (slot: number) => Readonly<Record<string, string>>;
  /** The group kills a process that still runs this many ms after its stop message. */
  readonly stopWithinMs: number;
}

/**
 * Keeps `size` processes of this program running on one port. The group replaces a process that ends: at once when it
 * was healthy, after a growing pause when processes die soon after their start.
 */
export class Group {
  readonly #options: GroupOptions;
  readonly #members = new Map<number, Member>();
  readonly #pauses = new Set<NodeJS.Timeout>();
  readonly #ready = Promise.withResolvers<string>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #metrics = createMetricsHub(() => [...this.#members.values()].map(({ worker }) => worker));
  #stopping = false;
  #gaveUp: GroupFailedError | null = null;
  #failures = 0;

  constructor(options: GroupOptions) {
    this.#options = options;
    // A caller may await only one of the two; the other rejection must not end the process.
    this.#ready.promise.catch(() => undefined);
    this.#ended.promise.catch(() => undefined);
    // Each process accepts connections from the shared socket itself. If this process distributed them instead,
    // connections for a process that closes at that moment would hang.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    for (let slot = 0; slot < options.size; slot++) this.#begin(slot);
  }

  /** Address of the service; resolves when all its processes serve. @throws GroupFailedError */
  get ready(): Promise<string> {
    return this.#ready.promise;
  }

  /** Resolves when `stop` has ended every process. @throws GroupFailedError when the group gave up */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    const { log, stopWithinMs } = this.#options;
    for (const pause of this.#pauses) clearTimeout(pause);
    for (const { worker } of this.#members.values()) sendToMember(worker, { type: 'stop' });
    setTimeout(() => {
      const left = this.#members.size;
      if (left > 0) log.warn({ left }, 'API processes did not stop in time; killing them');
      this.kill();
    }, stopWithinMs).unref();
    if (this.#members.size === 0) this.#finish();
  }

  /** Ends every process at once. */
  kill(): void {
    for (const { worker } of this.#members.values()) worker.process.kill('SIGKILL');
  }

  #finish(): void {
    if (this.#gaveUp) this.#ended.reject(this.#gaveUp);
    else this.#ended.resolve();
  }

  #giveUp(reason: string): void {
    this.#gaveUp ??= new GroupFailedError(reason);
    this.#ready.reject(this.#gaveUp);
    this.stop();
  }

  #begin(slot: number): void {
    const worker = cluster.fork(this.#options.environment(slot));
    const member: Member = { slot, worker, readyAt: null, failure: null };
    this.#members.set(slot, member);
    worker.on('message', (message: FromMember) => {
      if (message.type === 'ready') this.#onReady(member, message.url);
      else if (message.type === 'failed') member.failure = message.reason;
      else this.#metrics.onMessage(worker, message);
    });
    worker.once('exit', (code: number | null, signal: string | null) => this.#onExit(member, code, signal));
    worker.once('error', (error) => {
      this.#options.log.error({ err: error }, 'cannot reach an API process');
      worker.process.kill('SIGKILL');
      if (worker.process.pid === undefined) this.#onExit(member, null, null);
    });
  }

  #onReady(member: Member, url: string): void {
    member.readyAt = performance.now();
    const members = [...this.#members.values()];
    if (members.length === this.#options.size && members.every(({ readyAt }) => readyAt !== null)) {
      this.#ready.resolve(url);
    }
  }

  #onExit(member: Member, code: number | null, signal: string | null): void {
    if (this.#members.get(member.slot) !== member) return;
    this.#members.delete(member.slot);
    void this.#metrics.onExit(member.worker);
    if (this.#stopping) {
      if (this.#members.size === 0) this.#finish();
      return;
    }
    const served = [...this.#members.values()].some(({ readyAt }) => readyAt !== null);
    if (member.failure !== null && !served && member.readyAt === null) return this.#giveUp(member.failure);
    const sound = code === 0 || (member.readyAt !== null && performance.now() - member.readyAt > SOUND_MS);
    this.#failures = sound ? 0 : this.#failures + 1;
    if (this.#failures >= MAX_FAILURES && !served) {
      return this.#giveUp(`No API process stays alive: ${this.#failures} ended one after another. The log shows why.`);
    }
    const pause_ms = sound ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), LONGEST_PAUSE_MS);
    const facts = { ended: member.worker.process.pid, code, signal, reason: member.failure, pause_ms };
    this.#options.log[code === 0 ? 'info' : 'error'](facts, 'API process ended; a new one starts');
    this.#beginAfter(pause_ms, member.slot);
  }

  #beginAfter(ms: number, slot: number): void {
    const pause = setTimeout(() => {
      this.#pauses.delete(pause);
      this.#begin(slot);
    }, ms);
    this.#pauses.add(pause);
  }
}
