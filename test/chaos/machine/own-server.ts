import type { Program } from './program.ts';

/** A server of the run's own that can be killed and comes back on the same port. */
export interface OwnServer {
  readonly program: Program;
  readonly port: number;
}

/** Where such a server is started. */
export interface Place {
  /** For its data. */
  readonly folder: string;
  readonly logs: string;
  readonly port: number;
}
