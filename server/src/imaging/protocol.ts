import type { ImagingErrorCode } from './errors.ts';
import type { Manifest } from './manifest.ts';
import type { ConvertRequest } from './request.ts';

/** The stages of a conversion, in their order. */
export type Phase = 'reading' | 'segmenting' | 'meshing' | 'packing';

/** Where `convert` tells how far it is. */
export interface Reporter {
  /** `percent` is 0..100 over the whole job with one decimal and never goes back. */
  progress(phase: Phase, percent: number): void;
  /** One Spanish line for the job's log, without patient data. */
  log(line: string): void;
}

/** Parent to child: sent once. */
export interface StartMessage {
  type: 'start';
  request: ConvertRequest;
}

/** Child to parent. `done` or `error` is the last message; the child exits after it. */
export type ChildMessage =
  | { type: 'progress'; phase: Phase; percent: number }
  | { type: 'log'; line: string }
  | { type: 'done'; manifest: Manifest }
  | { type: 'error'; code: ImagingErrorCode; message: string; retryable: boolean };
