import { setMaxListeners } from 'node:events';

/** Notifies the parts of a serving process of its end, in two steps. */
export interface Lifecycle {
  /** Aborted first: the process still serves, but reports that it is not ready for new callers. */
  readonly leaving: AbortSignal;
  /** Aborted second: the process accepts nothing new and ends long answers. */
  readonly draining: AbortSignal;
  leave(): void;
  drain(): void;
}

export function createLifecycle(): Lifecycle {
  const [leaving, draining] = [new AbortController(), new AbortController()];
  // Every open stream adds a listener.
  setMaxListeners(0, leaving.signal, draining.signal);
  return {
    leaving: leaving.signal,
    draining: draining.signal,
    leave: () => leaving.abort(),
    drain: () => {
      leaving.abort();
      draining.abort();
    },
  };
}
