import { ImagingError, type ImagingErrorCode } from '../../errors.ts';
import type { RunEnd } from './run.ts';

/** Why a task has no result. */
export type Failure = 'license' | 'unknown' | 'weights' | 'gpu' | 'timeout' | 'not-started' | 'crash';

const LICENSE = /requires? a licen[sc]e|invalid licen[sc]e|licen[sc]e number has not been set|need a licen[sc]e/i;
const UNKNOWN = /invalid choice|unknown task|unrecognized task/i;
const GPU = /out of memory|CUDA (?:driver )?error|CUDA runtime|cudnn|CUBLAS_STATUS|no kernel image|NVIDIA driver/i;
/** What Python says where the tool can not fetch its models. */
const OFFLINE =
  /Max retries exceeded|NameResolutionError|name resolution|Name or service not known|getaddrinfo failed|Network is unreachable|URLError|ConnectionError|ConnectTimeout|ProxyError|SSLError/i;
const NOT_STARTED = 127;

/** Reads from a run's end what went wrong; null where it ended well. */
export function failureOf({ code, timedOut, tail }: RunEnd, device: 'gpu' | 'cpu'): Failure | null {
  if (timedOut) return 'timeout';
  // Older versions exit with 0 where the licence is missing.
  if (LICENSE.test(tail)) return 'license';
  if (code === 0) return null;
  if (code === NOT_STARTED) return 'not-started';
  if (UNKNOWN.test(tail)) return 'unknown';
  if (OFFLINE.test(tail)) return 'weights';
  return device === 'gpu' && GPU.test(tail) ? 'gpu' : 'crash';
}

/** How failures are told. What another try may mend is retryable. */
const ERRORS: Readonly<Record<Failure, { code: ImagingErrorCode; sentence: (task: string) => string }>> = {
  license: {
    code: 'SEGMENTATION_LICENSE',
    sentence: (task) =>
      `La tarea «${task}» de TotalSegmentator necesita una licencia válida y el servidor no la tiene.`,
  },
  unknown: {
    code: 'SEGMENTATION_TASK',
    sentence: (task) => `La versión instalada de TotalSegmentator no conoce la tarea «${task}».`,
  },
  weights: {
    code: 'SEGMENTATION_WEIGHTS',
    sentence: (task) =>
      `TotalSegmentator no tiene en el servidor los pesos (modelos) de la tarea «${task}» y no puede descargarlos sin ` +
      `red: el administrador debe instalarlos con «totalseg_download_weights -t ${task}» o dar acceso a Internet.`,
  },
  timeout: {
    code: 'SEGMENTATION_TIMEOUT',
    sentence: (task) => `La segmentación superó el tiempo máximo durante la tarea «${task}».`,
  },
  'not-started': {
    code: 'SEGMENTATION_UNAVAILABLE',
    sentence: () => 'No se pudo iniciar TotalSegmentator en el servidor.',
  },
  gpu: { code: 'SEGMENTATION_FAILED', sentence: (task) => `La GPU falló en la tarea «${task}» de TotalSegmentator.` },
  crash: { code: 'SEGMENTATION_FAILED', sentence: (task) => `TotalSegmentator falló en la tarea «${task}».` },
};

/** @param detail for the log of the process, without paths */
export function failureError(failure: Failure, task: string, detail: string): ImagingError {
  const { code, sentence } = ERRORS[failure];
  const cause = new Error(`TotalSegmentator, task ${task}: ${detail}`);
  return new ImagingError(code, sentence(task), { retryable: code === 'SEGMENTATION_FAILED', cause });
}
