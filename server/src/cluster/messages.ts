import cluster, { type Worker } from 'node:cluster';

/** What an API process tells the primary of its group. */
export type FromMember =
  | { readonly type: 'ready'; readonly url: string }
  /** It could not start, and a further try would not change that. */
  | { readonly type: 'failed'; readonly reason: string };

/** What the primary tells an API process. */
export type FromPrimary = { readonly type: 'stop' };

/** Sends to the primary; a channel that is gone says so by its end. */
export const tellPrimary = (message: FromMember): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};

/** Sends to one process of the group; one that is gone says so by its exit. */
export const tellMember = (worker: Worker, message: FromPrimary): void => {
  if (worker.isConnected()) worker.send(message, undefined, () => undefined);
};

/** Whether this process is one of a group. */
export const isMember = (): boolean => cluster.isWorker;
