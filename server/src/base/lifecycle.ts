import { setMaxListeners } from 'node:events';

/** Tells the parts of a process that serves that it is about to end, in two steps. */
export interface Lifecycle {
  /** Aborted first: the process still serves, but is not ready for new callers any more. */
  readonly leaving: AbortSignal;
  /** Aborted then: nothing new is accepted, and answers that would go on for long end. */
  readonly draining: AbortSignal;
  leave(): void;
  drain(): void;
}

export function createLifecycle(): Lifecycle {
  const [leaving, draining] = [new AbortController(), new AbortController()];
  // Every open stream listens.
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
