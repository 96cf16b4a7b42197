import type { Worker } from 'node:cluster';
import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import { aggregate } from './group-metrics.ts';
import { sendToMember, type FromMember, type Snapshot } from './messages.ts';

/** The hub leaves out a process that sent no metrics within this many ms: it is busy, or it ended. */
const WAIT_MS = 1000;

interface Round {
  readonly open: Set<Worker>;
  readonly snapshots: Snapshot[];
  readonly done: () => void;
}

/** The counts of an ended process stay; its gauges described a present that is over. */
function isCount({ type }: Snapshot[number]): boolean {
  return type === 'counter' || type === 'histogram';
}

/**
 * Collects the metrics of a group of processes for the member that requested them. It adds the last counts of ended
 * processes, so that counters do not decrease when a process is replaced.
 */
export function createMetricsHub(workers: () => readonly Worker[]) {
  const rounds = new Map<number, Round>();
  const last = new Map<Worker, Snapshot>();
  let departed: Snapshot | null = null;
  let count = 0;

  const collect = async (): Promise<Snapshot[]> => {
    const present = workers().filter((worker) => worker.isConnected());
    const round = count++;
    const { promise, resolve } = Promise.withResolvers<void>();
    const open: Round = { open: new Set(present), snapshots: [], done: resolve };
    const limit = setTimeout(resolve, WAIT_MS);
    rounds.set(round, open);
    for (const worker of present) sendToMember(worker, { type: 'metrics.collect', round });
    await promise;
    clearTimeout(limit);
    rounds.delete(round);
    return departed ? [...open.snapshots, departed] : open.snapshots;
  };

  return {
    /** Handles a message of a process of the group. */
    onMessage: (worker: Worker, message: FromMember): void => {
      if (message.type === 'metrics.ask') {
        void collect().then((snapshots) =>
          sendToMember(worker, { type: 'metrics.all', request: message.request, snapshots }),
        );
      } else if (message.type === 'metrics.own') {
        last.set(worker, message.metrics);
        const round = rounds.get(message.round);
        if (!round?.open.delete(worker)) return;
        round.snapshots.push(message.metrics);
        if (round.open.size === 0) round.done();
      }
    },
    /** Keeps the counts of a process that ended. */
    onExit: async (worker: Worker): Promise<void> => {
      for (const round of rounds.values()) if (round.open.delete(worker) && round.open.size === 0) round.done();
      const counted = last.get(worker)?.filter(isCount);
      last.delete(worker);
      if (!counted) return;
      const sum: MetricObjectWithValues<MetricValue<string>>[] = await aggregate(
        departed ? [departed, counted] : [counted],
      ).getMetricsAsJSON();
      departed = sum as unknown as Snapshot;
    },
  };
}
