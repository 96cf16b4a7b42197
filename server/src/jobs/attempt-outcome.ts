import { AppError } from '../base/errors.ts';
import { asDiskError } from '../gateways/storage/errors.ts';
import type { ChildOutcome } from './child-process.ts';
import { OutputError } from './outputs.ts';
import type { JobFailure, JobResult } from './queue.ts';

/** How the work on a job ended, before its row says so. */
export type Outcome =
  | { readonly kind: 'done'; readonly result: JobResult }
  | { readonly kind: 'failed'; readonly retryable: boolean; readonly failure: JobFailure }
  | { readonly kind: 'outage'; readonly failure: JobFailure }
  | { readonly kind: 'unstarted' };

function failed(code: string, message: string, retryable: boolean): Outcome {
  return {
    kind: 'failed',
    retryable,
    failure: { code, message },
  };
}

/** What a child's end means for the job, when it has no result. */
export function fromChild(child: Exclude<ChildOutcome, { kind: 'done' }>): Outcome {
  if (child.kind === 'unstarted') return { kind: 'unstarted' };
  if (child.kind === 'died') {
    return failed('WORKER_DIED', `El proceso de conversión terminó de forma inesperada (${child.reason}).`, true);
  }
  // The child's own sentence promises another try; whether there is one is decided here.
  if (child.retryable) return failed(child.code, 'La conversión falló por un error inesperado.', true);
  return failed(child.code, child.message, false);
}

/** What an error of the worker itself means for the job. */
export function fromError(error: unknown): Outcome {
  const known = asDiskError(error);
  if (known instanceof AppError && known.kind === 'not_found') {
    // The row names it, so it was there: a storage that has just come back may not know it yet.
    return failed('INPUT_MISSING', 'El archivo subido ya no está disponible: súbalo de nuevo.', true);
  }
  if (known instanceof AppError) return { kind: 'outage', failure: { code: 'STORAGE', message: `${known.detail}.` } };
  if (error instanceof OutputError) return failed('OUTPUT', 'La conversión dejó un resultado incompleto.', true);
  return failed('INTERNAL', 'La conversión falló por un error inesperado.', true);
}
