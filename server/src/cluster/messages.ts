import cluster, { type Worker } from 'node:cluster';

/** The metrics of one process, in prom-client's form for aggregation. */
export type Snapshot = readonly { readonly name: string; readonly type: string | number }[];

/** What an API process sends to the primary of its group. */
export type FromMember =
  | { readonly type: 'ready'; readonly url: string }
  /** It cannot start, and another attempt does not help. */
  | { readonly type: 'failed'; readonly reason: string }
  /** It requests the metrics of all. */
  | { readonly type: 'metrics.ask'; readonly request: number }
  | { readonly type: 'metrics.own'; readonly round: number; readonly metrics: Snapshot };

/** What the primary sends to an API process. */
export type FromPrimary =
  | { readonly type: 'stop' }
  | { readonly type: 'metrics.collect'; readonly round: number }
  | { readonly type: 'metrics.all'; readonly request: number; readonly snapshots: readonly Snapshot[] };

/** Sends to the primary. Errors are ignored: a closed channel emits `disconnect`. */
export function sendToPrimary(message: FromMember): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** Calls `listener` with each message of the primary. */
export function onPrimaryMessage(listener: (message: FromPrimary) => void): void {
  process.on('message', listener);
}

/** Sends to one process of the group. Errors are ignored: an ended process emits `exit`. */
export function sendToMember(worker: Worker, message: FromPrimary): void {
  if (worker.isConnected()) worker.send(message, undefined, () => undefined);
}

/** Whether this process is a member of a group. */
export function isMember(): boolean {
  return cluster.isWorker;
}
