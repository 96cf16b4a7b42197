import { basename } from 'node:path';
import type { Job } from '../generated/types.ts';
import {
  RESUMABLE_FROM,
  uploadJob,
  waitForJob,
  type Client,
  type Pace,
  type StreamSource,
  type UploadFields,
} from '../index.ts';
import { saveJob } from './download.ts';
import { InterruptedError } from './failure.ts';
import { makeDirectory, openZip } from './files.ts';
import { formatBytes, formatSeconds, makeProgress, note, print, printable } from './output.ts';
import { sessionClient } from './session.ts';
import { unfinishedUploads } from './unfinished.ts';
import { say } from './texts.ts';

export interface UploadCommandOptions {
  readonly name?: string;
  readonly patient?: number;
  readonly ortopedia?: boolean;
  readonly appendicular?: boolean;
  readonly muscles?: boolean;
  readonly hipImplant?: boolean;
  readonly teeth?: boolean;
  readonly cranio?: boolean;
  readonly extraTasks?: string;
  readonly huesoCortical?: boolean;
  readonly tejidoBlando?: boolean;
  readonly grasa?: boolean;
  readonly piel?: boolean;
  readonly umbralMin?: number;
  readonly umbralMax?: number;
  readonly suavizado?: number;
  readonly reduccion?: number;
  readonly separarPartes?: boolean;
  readonly fragmentoMin?: number;
  readonly acomodar?: boolean;
  readonly serie?: string;
  readonly wait?: boolean;
  readonly out?: string;
  readonly all?: boolean;
}

/** Tissues that have a flag here and no field of their own: they go as further tasks, each once. */
const TASK_FLAGS = {
  huesoCortical: 'hueso_cortical',
  tejidoBlando: 'tejido_blando',
  grasa: 'grasa',
  piel: 'piel',
} as const;

function extraTasksOf(options: UploadCommandOptions): string | undefined {
  const flags = Object.keys(TASK_FLAGS) as (keyof typeof TASK_FLAGS)[];
  const tasks = flags.filter((flag) => options[flag]).map((flag) => TASK_FLAGS[flag]);
  const all = [...(options.extraTasks === undefined ? [] : [options.extraTasks]), ...tasks];
  return all.length === 0 ? undefined : all.join(',');
}

function fieldsOf(options: UploadCommandOptions): UploadFields {
  return {
    nombre_proceso: options.name,
    id_paciente: options.patient,
    enable_ortopedia: options.ortopedia,
    enable_appendicular: options.appendicular,
    enable_muscles: options.muscles,
    enable_hip_implant: options.hipImplant,
    teeth: options.teeth,
    cranio: options.cranio,
    extra_tasks: extraTasksOf(options),
    umbral_min: options.umbralMin,
    umbral_max: options.umbralMax,
    suavizado: options.suavizado,
    reduccion: options.reduccion,
    separar_partes: options.separarPartes,
    fragmento_min: options.fragmentoMin,
    acomodar: options.acomodar,
    serie: options.serie,
  };
}

/** Runs work that Ctrl-C ends with a sentence. */
async function interruptible<T>(sentence: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort(new InterruptedError(sentence));
  process.once('SIGINT', stop);
  try {
    return await run(controller.signal);
  } finally {
    process.removeListener('SIGINT', stop);
  }
}

async function send(client: Client, file: StreamSource, filename: string, options: UploadCommandOptions): Promise<Job> {
  const progress = makeProgress();
  const onProgress = (loaded: number, total: number, { bytesPerSecond, secondsLeft }: Pace) => {
    const details = [
      say.of(formatBytes(loaded), formatBytes(total)),
      ...(bytesPerSecond > 0 ? [`${formatBytes(Math.round(bytesPerSecond))}/s`] : []),
      ...(secondsLeft === undefined ? [] : [formatSeconds(secondsLeft)]),
    ];
    progress.update((loaded / total) * 100, say.uploading, details.join(', '));
  };
  const resumable = file.size >= RESUMABLE_FROM && unfinishedUploads;
  return interruptible(resumable ? say.heldUpload : say.canceledUpload, (signal) =>
    uploadJob(client, { file, filename, fields: fieldsOf(options), resumable, onProgress, signal }),
  ).finally(() => progress.end());
}

async function follow(client: Client, jobId: string): Promise<Job> {
  const progress = makeProgress();
  return interruptible(say.goesOn(jobId), (signal) =>
    waitForJob(client, jobId, {
      signal,
      onProgress: ({ percent, phase }) => progress.update(percent, say.phases[phase]),
    }),
  ).finally(() => progress.end());
}

/** `som3d upload`. `--out` waits too, because there is nothing to save before the end. */
export async function upload(path: string, options: UploadCommandOptions): Promise<void> {
  const file = await openZip(path);
  const client = await sessionClient();
  if (options.out !== undefined) await makeDirectory(options.out);
  const job = await send(client, file, basename(path), options);
  print(say.job(printable(job.job_id)));
  if (!options.wait && options.out === undefined) return note(say.follow);
  await follow(client, job.job_id);
  note(say.done);
  if (options.out === undefined) return note(say.fetchModels(printable(job.job_id)));
  await saveJob(client, job.job_id, options.out, options);
}
