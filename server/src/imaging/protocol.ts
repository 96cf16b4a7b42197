import type { ImagingErrorCode } from './errors.ts';
import type { Manifest } from './manifest.ts';
import type { ConvertRequest } from './request.ts';

/** The stages of a conversion, in their order. */
export type Phase = 'reading' | 'segmenting' | 'meshing' | 'packing';

/** A first model to look at while the conversion goes on: a GLB in the folder of the outputs. */
export interface PreviewFile {
  filename: string;
  sizeBytes: number;
}

/** Where `convert` reports how far it is. */
export interface Reporter {
  /** `percent` is 0..100 over the whole job with one decimal and never goes back. */
  progress(phase: Phase, percent: number): void;
  /** One Spanish line for the job's log, without patient data. */
  log(line: string): void;
  /** Called at most once, long before the end; the file is complete. Without this, no first model is made. */
  preview?(file: PreviewFile): void;
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
  | { type: 'preview'; file: PreviewFile }
  | { type: 'done'; manifest: Manifest }
  | { type: 'error'; code: ImagingErrorCode; message: string; retryable: boolean };
