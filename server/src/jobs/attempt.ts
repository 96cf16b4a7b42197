import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isTransientError } from '../db/errors.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../base/errors.ts';
import type { AttemptObserver } from './attempt-observer.ts';
import { asDiskError } from '../gateways/storage/errors.ts';
import { releaseOwnedName, takeOwnedName } from '../gateways/storage/owned-name.ts';
import { runChild, type ChildOutcome } from './child-process.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createJobLog } from './job-log.ts';
import { attemptPrefix, resultsOf } from './keys.ts';
import { metricsOf } from './metrics.ts';
import { OutputError, storeOutputs } from './outputs.ts';
import type { ClaimedJob, HandBack, JobFailure, JobQueue, JobResult } from './queue.ts';
import { requestOf } from './request.ts';
import { LONGEST_OUTAGE_MS, outagePauseMs, retryPauseMs, UNSTARTED_PAUSE_MS } from './retry.ts';
import type { JobSignals } from './signals.ts';
import { MAX_ATTEMPTS } from './states.ts';

/** Why a job is stopped from outside. */
export type StopReason = 'lost' | 'timeout' | 'shutdown';

type Outcome =
  | { readonly kind: 'done'; readonly result: JobResult; readonly models: number }
  | { readonly kind: 'failed'; readonly retryable: boolean; readonly failure: JobFailure }
  | { readonly kind: 'outage'; readonly failure: JobFailure }
  | { readonly kind: 'unstarted' };

/** How an attempt left its job. */
export interface AttemptEnd {
  /** Set when the job is in the queue again. */
  readonly again: HandBack | null;
  /** No process could be started: this worker had better wait. */
  readonly unstarted: boolean;
}
const ENDED: AttemptEnd = { again: null, unstarted: false };

export type AttemptDeps = Pick<Deps, 'orm' | 'clock' | 'config' | 'log' | 'storage' | 'redis'> & {
  readonly queue: JobQueue;
  readonly signals: JobSignals;
  readonly observer: AttemptObserver;
};

/** Where attempts work: a folder for each, named by the process that owns it. */
export function workFolder(dataDir: string): string {
  return path.join(dataDir, 'work');
}

function failed(code: string, message: string, retryable: boolean): Outcome {
  return {
    kind: 'failed',
    retryable,
    failure: { code, message },
  };
}

/** What a child's end means for the job, when it has no result. */
function fromChild(child: Exclude<ChildOutcome, { kind: 'done' }>): Outcome {
  if (child.kind === 'unstarted') return { kind: 'unstarted' };
  if (child.kind === 'died') {
    return failed('WORKER_DIED', `El proceso de conversión terminó de forma inesperada (${child.reason}).`, true);
  }
  // The child's own sentence promises another try; whether there is one is decided here.
  if (child.retryable) return failed(child.code, 'La conversión falló por un error inesperado.', true);
  return failed(child.code, child.message, false);
}

function fromError(error: unknown): Outcome {
  const known = asDiskError(error);
  if (known instanceof AppError && known.kind === 'not_found') {
    // The row names it, so it was there: a storage that has just come back may not know it yet.
    return failed('INPUT_MISSING', 'El archivo subido ya no está disponible: súbalo de nuevo.', true);
  }
  if (known instanceof AppError) return { kind: 'outage', failure: { code: 'STORAGE', message: `${known.detail}.` } };
  if (error instanceof OutputError) return failed('OUTPUT', 'La conversión dejó un resultado incompleto.', true);
  return failed('INTERNAL', 'La conversión falló por un error inesperado.', true);
}

const SPENT = `Se intentó ${MAX_ATTEMPTS} veces; si se repite al subirlo de nuevo, avise al soporte.`;

/** How long a job's last word is repeated while the database can not be reached. */
const SETTLE_MS = 60_000;
const RETRY_MS = 500;

/** Repeats a statement while the database is away for a moment: hours of work hang on it. */
async function persistently<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isTransientError(error) || performance.now() > deadline) throw error;
      await delay(RETRY_MS);
    }
  }
}

/** One attempt at a job that this worker has claimed, from its input to the last word in its row. */
export async function runAttempt(deps: AttemptDeps, job: ClaimedJob, controller: AbortController): Promise<AttemptEnd> {
  const { config, queue, signals, observer, storage, clock, log } = deps;
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
        reporter: observer.reporter(heartbeat.reporter),
        signal,
      }),
    );
    if (child.kind === 'died' && child.stderr)
      log.warn({ job_id: job.job_id, stderr: child.stderr }, 'child process died');
    if (child.kind === 'unstarted') log.error({ err: child.error, job_id: job.job_id }, 'cannot start a child process');
    if (child.kind !== 'done') return fromChild(child);
    const { manifest } = child;
    const { zip, bytes } = await observer.storing(() =>
      storeOutputs(storage, job, { folder, manifest, now: clock(), signal }),
    );
    const result = { metrics: metricsOf(manifest), key: zip.key, size: zip.size, etag: zip.etag, bytes };
    return { kind: 'done', result, models: manifest.meshes.length };
  };

  /** Cleaning up decides nothing: what fails here is found by the sweeper. */
  const tidy = async (work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => log.warn({ err: error, job_id: job.job_id }, 'files of a job not removed'));
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

  const finish = async ({ result, models }: Extract<Outcome, { kind: 'done' }>): Promise<AttemptEnd> => {
    const line = `Conversión terminada: ${models} ${models === 1 ? 'modelo' : 'modelos'}.`;
    const ended = await persistently(async () => {
      await jobLog.flush();
      return await queue.finish(job.job_id, job.token, result, line);
    });
    if (ended) {
      observer.ended('done');
      signals.emit('progress', job.job_id, { status: 'done', phase: 'finished', percent: 100, error: null });
      await removeInput();
      await discardOlder();
    } else await discardOutputs();
    return ENDED;
  };

  const handBack = async (again: HandBack, line: string, code = ''): Promise<HandBack | null> => {
    jobLog.add(line);
    await jobLog.flush();
    const percent = heartbeat.reached();
    const write = (): Promise<boolean> => queue.handBack(job.job_id, job.token, again, percent);
    // Who is asked to end does not wait for a database that is away: the lease runs out.
    const back = await (signal.reason === 'shutdown' ? write() : persistently(write));
    if (back) signals.emit('progress', job.job_id, { status: 'queued', phase: 'queued', percent, error: null });
    observer.ended(back ? 'requeued' : 'lost', code);
    await discardOutputs();
    return back ? again : null;
  };

  const afterPause = (ms: number): Date => new Date(clock().getTime() + ms);

  const giveUp = async (failure: JobFailure): Promise<AttemptEnd> => {
    const percent = heartbeat.reached();
    const ended = await persistently(async () => {
      await jobLog.flush();
      return await queue.fail(job.job_id, job.token, failure, percent);
    });
    if (ended)
      signals.emit('progress', job.job_id, { status: 'error', phase: 'error', percent, error: failure.message });
    if (ended) observer.ended('error', failure.code);
    await discardOutputs();
    if (ended) await removeInput();
    return ENDED;
  };

  const fail = async ({ retryable, failure }: Extract<Outcome, { kind: 'failed' }>): Promise<AttemptEnd> => {
    if (!retryable) return await giveUp(failure);
    if (job.attempts >= MAX_ATTEMPTS) return await giveUp({ ...failure, message: `${failure.message} ${SPENT}` });
    const again = { attempts: job.attempts, runAfter: afterPause(retryPauseMs(job.attempts)) };
    return {
      again: await handBack(again, `${failure.message} El trabajo vuelve a la cola.`, failure.code),
      unstarted: false,
    };
  };

  /** Nobody's failed attempt: the job waits for this worker to recover, or for another one. */
  const postpone = async (): Promise<AttemptEnd> => {
    const again = { attempts: job.attempts - 1, runAfter: afterPause(UNSTARTED_PAUSE_MS) };
    const line = 'El servidor no pudo iniciar la conversión; el trabajo vuelve a la cola.';
    return { again: await handBack(again, line), unstarted: true };
  };

  /** The storage is away, which says nothing about the job: it waits, for a day if need be. */
  const sitOut = async (failure: JobFailure): Promise<AttemptEnd> => {
    const waitedMs = clock().getTime() - (job.started_at ?? clock()).getTime();
    if (waitedMs > LONGEST_OUTAGE_MS) return await giveUp(failure);
    const again = { attempts: job.attempts - 1, runAfter: afterPause(outagePauseMs(waitedMs)) };
    const line = `${failure.message} El trabajo vuelve a la cola.`;
    return { again: await handBack(again, line, failure.code), unstarted: false };
  };

  const stop = async (reason: StopReason): Promise<AttemptEnd> => {
    if (reason === 'timeout') {
      const minutes = config.SOM3D_JOB_TIMEOUT_MINUTES;
      const message = `La conversión superó el tiempo máximo de ${minutes} ${minutes === 1 ? 'minuto' : 'minutos'}.`;
      return await giveUp({ code: 'TIMEOUT', message });
    }
    if (reason === 'shutdown') {
      // Stopping the service is nobody's failed attempt either.
      const again = { attempts: job.attempts - 1, runAfter: null };
      return { again: await handBack(again, 'El servicio se detuvo; el trabajo vuelve a la cola.'), unstarted: false };
    }
    await discardOutputs();
    return ENDED;
  };

  try {
    const outcome = await compute().catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error, job_id: job.job_id }, 'job attempt failed');
      return fromError(error);
    });
    clearTimeout(timeout);
    await heartbeat.stop();
    // A result that is complete is kept, whatever came in its last moment: the row decides.
    if (outcome.kind === 'done') return await finish(outcome);
    if (signal.aborted) return await stop(signal.reason as StopReason);
    if (outcome.kind === 'unstarted') return await postpone();
    return outcome.kind === 'outage' ? await sitOut(outcome.failure) : await fail(outcome);
  } finally {
    clearTimeout(timeout);
    await heartbeat.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    releaseOwnedName(name);
  }
}
