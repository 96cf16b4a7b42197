import { AggregatorRegistry, type Registry } from 'prom-client';
import { isMember, onPrimaryMessage, sendToPrimary, type Snapshot } from './messages.ts';

/** Longest wait for the primary, in ms. After it this process answers with its own metrics alone. */
const WAIT_MS = 2000;

let asked = 0;
const waiting = new Map<number, (snapshots: readonly Snapshot[]) => void>();
let reported: Registry | undefined;

/** Answers the primary's requests for the metrics of this process. */
export function reportToGroup(registry: Registry): void {
  if (!isMember() || reported) return;
  reported = registry;
  onPrimaryMessage((message) => {
    if (message.type === 'metrics.collect') {
      void registry
        .getMetricsAsJSON()
        .then((metrics) => sendToPrimary({ type: 'metrics.own', round: message.round, metrics }));
    } else if (message.type === 'metrics.all') waiting.get(message.request)?.(message.snapshots);
  });
}

/** Aggregates the metrics of several processes. */
export function aggregate(snapshots: readonly Snapshot[]): Registry {
  return AggregatorRegistry.aggregate(snapshots as unknown as object[]);
}

async function askPrimary(): Promise<readonly Snapshot[]> {
  const request = asked++;
  const { promise, resolve } = Promise.withResolvers<readonly Snapshot[]>();
  const limit = setTimeout(() => resolve([]), WAIT_MS);
  waiting.set(request, resolve);
  sendToPrimary({ type: 'metrics.ask', request });
  try {
    return await promise;
  } finally {
    clearTimeout(limit);
    waiting.delete(request);
  }
}

/** The metrics of all processes of this group, or of this process outside a group, in Prometheus's text format. */
export async function groupMetrics(registry: Registry): Promise<string> {
  const snapshots = reported === registry ? await askPrimary() : [];
  return await (snapshots.length > 0 ? aggregate(snapshots) : registry).metrics();
}
