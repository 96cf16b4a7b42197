import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isTransientError } from '../db/errors.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { releaseOwnedName, takeOwnedName } from '../gateways/storage/owned-name.ts';
import { runChild, type ChildOutcome } from './child-process.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createJobLog } from './job-log.ts';
import { attemptPrefix, resultsOf } from './keys.ts';
import { metricsOf } from './metrics.ts';
import { OutputError, storeOutputs } from './outputs.ts';
import type { ClaimedJob, JobFailure, JobQueue, JobResult } from './queue.ts';
import { requestOf } from './request.ts';
import { MAX_ATTEMPTS } from './states.ts';

/** Why a job is stopped from outside. */
export type StopReason = 'lost' | 'timeout' | 'shutdown';

type Outcome =
  | { readonly kind: 'done'; readonly result: JobResult; readonly models: number }
  | { readonly kind: 'failed'; readonly retryable: boolean; readonly failure: JobFailure };

export type AttemptDeps = Pick<Deps, 'orm' | 'clock' | 'config' | 'log' | 'storage'> & { readonly queue: JobQueue };

/** Where attempts work: a folder for each, named by the process that owns it. */
export const workFolder = (dataDir: string): string => path.join(dataDir, 'work');

const failed = (code: string, message: string, retryable: boolean): Outcome => ({
  kind: 'failed',
  retryable,
  failure: { code, message },
});

/** What a child's end means for the job, when it has no result. */
const fromChild = (child: Exclude<ChildOutcome, { kind: 'done' }>): Outcome => {
  if (child.kind === 'died') {
    return failed('WORKER_DIED', `El proceso de conversión terminó de forma inesperada (${child.reason}).`, true);
  }
  // The child's own sentence promises another try; whether there is one is decided here.
  if (child.retryable) return failed(child.code, 'La conversión falló por un error inesperado.', true);
  return failed(child.code, child.message, false);
};

const fromError = (error: unknown): Outcome => {
  if (error instanceof AppError && error.kind === 'not_found') {
    return failed('INPUT_MISSING', 'El archivo subido ya no está disponible: súbalo de nuevo.', false);
  }
  if (error instanceof AppError) return failed('STORAGE', `${error.detail}.`, true);
  if (error instanceof OutputError) return failed('OUTPUT', 'La conversión dejó un resultado incompleto.', true);
  return failed('INTERNAL', 'La conversión falló por un error inesperado.', true);
};

const SPENT = `Se intentó ${MAX_ATTEMPTS} veces; si se repite al subirlo de nuevo, avise al soporte.`;

/** How long a job's last word is repeated while the database can not be reached. */
const SETTLE_MS = 60_000;
const RETRY_MS = 500;

/** Repeats a statement while the database is away for a moment: hours of work hang on it. */
const persistently = async <T>(work: () => Promise<T>): Promise<T> => {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isTransientError(error) || performance.now() > deadline) throw error;
      await delay(RETRY_MS);
    }
  }
};

/** One attempt at a job that this worker has claimed, from its input to the last word in its row. */
export const runAttempt = async (deps: AttemptDeps, job: ClaimedJob, controller: AbortController): Promise<void> => {
  const { config, queue, storage, clock, log } = deps;
  const { signal } = controller;
  const jobLog = createJobLog(deps, job.job_id);
  const heartbeat = startHeartbeat(deps, job, jobLog, () => controller.abort('lost'));
  const timeout = setTimeout(() => controller.abort('timeout'), config.SOM3D_JOB_TIMEOUT_MINUTES * 60_000);
  const name = takeOwnedName();
  const folder = path.join(workFolder(config.dataDir), name);

  const compute = async (): Promise<Outcome> => {
    jobLog.add(`Conversión iniciada (intento ${job.attempts} de ${MAX_ATTEMPTS}).`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const child = await storage.withLocalFile(job.input_key, (inputZip) =>
      runChild(requestOf(job, { inputZip, outDir: folder, config }), {
        memoryMb: config.SOM3D_WORKER_MEMORY_MB,
        reporter: heartbeat.reporter,
        signal,
      }),
    );
    if (child.kind === 'died' && child.stderr) log.warn({ job_id: job.job_id, stderr: child.stderr }, 'a child died');
    if (child.kind !== 'done') return fromChild(child);
    const { manifest } = child;
    const zip = await storeOutputs(storage, job, { folder, manifest, now: clock(), signal });
    const result = { metrics: metricsOf(manifest), key: zip.key, size: zip.size, etag: zip.etag };
    return { kind: 'done', result, models: manifest.meshes.length };
  };

  /** Cleaning up decides nothing: what fails here is found by the sweeper. */
  const tidy = async (work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => log.warn({ err: error, job_id: job.job_id }, 'a job left files behind'));
  };
  const discardOutputs = (): Promise<void> => tidy(() => storage.removeAll(attemptPrefix(job.job_id, job.token)));
  const removeInput = async (): Promise<void> => {
    if (!config.SOM3D_KEEP_INPUT) await tidy(() => storage.remove(job.input_key));
  };
  const discardOlder = (): Promise<void> =>
    tidy(async () => {
      const kept = attemptPrefix(job.job_id, job.token);
      for await (const { key } of storage.list(resultsOf(job.job_id))) {
        if (!key.startsWith(kept)) await storage.remove(key);
      }
    });

  const finish = async ({ result, models }: Extract<Outcome, { kind: 'done' }>): Promise<void> => {
    jobLog.add(`Conversión terminada: ${models} ${models === 1 ? 'modelo' : 'modelos'}.`);
    await jobLog.flush();
    if (!(await persistently(() => queue.finish(job.job_id, job.token, result)))) return await discardOutputs();
    await removeInput();
    await discardOlder();
  };

  const fail = async ({ retryable, failure }: Extract<Outcome, { kind: 'failed' }>): Promise<void> => {
    const again = retryable && job.attempts < MAX_ATTEMPTS;
    const message = retryable && !again ? `${failure.message} ${SPENT}` : failure.message;
    jobLog.add(again ? `${message} El trabajo vuelve a la cola.` : message);
    await jobLog.flush();
    const ended = await persistently(() =>
      again
        ? queue.handBack(job.job_id, job.token, job.attempts)
        : queue.fail(job.job_id, job.token, { ...failure, message }),
    );
    await discardOutputs();
    if (ended && !again) await removeInput();
  };

  const stop = async (reason: StopReason): Promise<void> => {
    if (reason === 'timeout') {
      const minutes = config.SOM3D_JOB_TIMEOUT_MINUTES;
      const message = `La conversión superó el tiempo máximo de ${minutes} ${minutes === 1 ? 'minuto' : 'minutos'}.`;
      return await fail({ kind: 'failed', retryable: false, failure: { code: 'TIMEOUT', message } });
    }
    if (reason === 'shutdown') {
      jobLog.add('El servicio se detuvo; el trabajo vuelve a la cola.');
      await jobLog.flush();
      // Stopping the service is nobody's failed attempt.
      await queue.handBack(job.job_id, job.token, job.attempts - 1);
    }
    await discardOutputs();
  };

  try {
    const outcome = await compute().catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error, job_id: job.job_id }, 'an attempt at a job failed');
      return fromError(error);
    });
    clearTimeout(timeout);
    await heartbeat.stop();
    // A result that is complete is kept, whatever came in its last moment: the row decides.
    if (outcome.kind === 'done') await finish(outcome);
    else if (signal.aborted) await stop(signal.reason as StopReason);
    else await fail(outcome);
  } finally {
    clearTimeout(timeout);
    await heartbeat.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    releaseOwnedName(name);
  }
};
