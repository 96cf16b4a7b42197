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

export interface Group {
  /** Address of the service; resolves when all its processes serve. @throws GroupFailedError */
  readonly ready: Promise<string>;
  /** Resolves when `stop` has ended every process. @throws GroupFailedError when the group gave up */
  readonly ended: Promise<void>;
  stop(): void;
  /** Ends every process at once. */
  kill(): void;
}

/**
 * Keeps `size` processes of this program running on one port. The group replaces a process that ends: at once when it
 * was healthy, after a growing pause when processes die soon after their start.
 */
export function startGroup({ size, log, environment, stopWithinMs }: GroupOptions): Group {
  const members = new Map<number, Member>();
  const pauses = new Set<NodeJS.Timeout>();
  const ready = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<void>();
  // A caller may await only one of the two; the other rejection must not end the process.
  ready.promise.catch(() => undefined);
  ended.promise.catch(() => undefined);
  let stopping = false;
  let gaveUp: GroupFailedError | null = null;
  let failures = 0;

  const metrics = createMetricsHub(() => [...members.values()].map(({ worker }) => worker));

  const finish = (): void => {
    if (gaveUp) ended.reject(gaveUp);
    else ended.resolve();
  };

  const kill = (): void => {
    for (const { worker } of members.values()) worker.process.kill('SIGKILL');
  };

  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    for (const pause of pauses) clearTimeout(pause);
    for (const { worker } of members.values()) sendToMember(worker, { type: 'stop' });
    setTimeout(() => {
      if (members.size > 0) log.warn({ left: members.size }, 'API processes did not stop in time; killing them');
      kill();
    }, stopWithinMs).unref();
    if (members.size === 0) finish();
  };

  const giveUp = (reason: string): void => {
    gaveUp ??= new GroupFailedError(reason);
    ready.reject(gaveUp);
    stop();
  };

  const onReady = (member: Member, url: string): void => {
    member.readyAt = performance.now();
    if (members.size === size && [...members.values()].every(({ readyAt }) => readyAt !== null)) ready.resolve(url);
  };

  const onExit = (member: Member, code: number | null, signal: string | null): void => {
    if (members.get(member.slot) !== member) return;
    members.delete(member.slot);
    void metrics.onExit(member.worker);
    if (stopping) {
      if (members.size === 0) finish();
      return;
    }
    const served = [...members.values()].some(({ readyAt }) => readyAt !== null);
    if (member.failure !== null && !served && member.readyAt === null) return giveUp(member.failure);
    const sound = code === 0 || (member.readyAt !== null && performance.now() - member.readyAt > SOUND_MS);
    failures = sound ? 0 : failures + 1;
    if (failures >= MAX_FAILURES && !served) {
      return giveUp(`No API process stays alive: ${failures} ended one after another. The log shows why.`);
    }
    const pause_ms = sound ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
    const facts = { ended: member.worker.process.pid, code, signal, reason: member.failure, pause_ms };
    log[code === 0 ? 'info' : 'error'](facts, 'API process ended; a new one starts');
    const pause = setTimeout(() => {
      pauses.delete(pause);
      begin(member.slot);
    }, pause_ms);
    pauses.add(pause);
  };

  const begin = (slot: number): void => {
    const worker = cluster.fork(environment(slot));
    const member: Member = { slot, worker, readyAt: null, failure: null };
    members.set(slot, member);
    worker.on('message', (message: FromMember) => {
      if (message.type === 'ready') onReady(member, message.url);
      else if (message.type === 'failed') member.failure = message.reason;
      else metrics.onMessage(worker, message);
    });
    worker.once('exit', (code: number | null, signal: string | null) => onExit(member, code, signal));
    worker.once('error', (error) => {
      log.error({ err: error }, 'cannot reach an API process');
      worker.process.kill('SIGKILL');
      if (worker.process.pid === undefined) onExit(member, null, null);
    });
  };

  // Each process accepts connections from the shared socket itself. If this process distributed them instead,
  // connections for a process that closes at that moment would hang.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  for (let slot = 0; slot < size; slot++) begin(slot);
  return {
    ready: ready.promise,
    ended: ended.promise,
    stop,
    kill,
  };
}
