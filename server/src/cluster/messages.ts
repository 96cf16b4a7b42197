import cluster, { type Worker } from 'node:cluster';

/** The metrics of one process, as prom-client gives them for aggregation. */
export type Snapshot = readonly { readonly name: string; readonly type: string | number }[];

/** What an API process tells the primary of its group. */
export type FromMember =
  | { readonly type: 'ready'; readonly url: string }
  /** It could not start, and a further try would not change that. */
  | { readonly type: 'failed'; readonly reason: string }
  /** It wants the metrics of all. */
  | { readonly type: 'metrics.ask'; readonly request: number }
  | { readonly type: 'metrics.own'; readonly round: number; readonly metrics: Snapshot };

/** What the primary tells an API process. */
export type FromPrimary =
  | { readonly type: 'stop' }
  | { readonly type: 'metrics.collect'; readonly round: number }
  | { readonly type: 'metrics.all'; readonly request: number; readonly snapshots: readonly Snapshot[] };

/** Sends to the primary; a channel that is gone says so by its end. */
export function tellPrimary(message: FromMember): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** Calls `listener` with what the primary tells this process. */
export function onPrimaryMessage(listener: (message: FromPrimary) => void): void {
  process.on('message', listener);
}

/** Sends to one process of the group; one that is gone says so by its exit. */
export function tellMember(worker: Worker, message: FromPrimary): void {
  if (worker.isConnected()) worker.send(message, undefined, () => undefined);
}

/** Whether this process is one of a group. */
export function isMember(): boolean {
  return cluster.isWorker;
}
