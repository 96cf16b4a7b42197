import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobProgress } from '@som3d/contract';
import { plusMs } from '../base/backoff.ts';
import { isTransientError } from '../db/errors.ts';
import type { Deps } from '../deps.ts';
import { AttemptPreview } from './attempt-preview.ts';
import type { AttemptObserver } from './attempt-observer.ts';
import { fromChild, fromError, type Outcome } from './attempt-outcome.ts';
import { releaseOwnedName, takeOwnedName } from '../gateways/storage/owned-name.ts';
import { runChild } from './child-process.ts';
import { Heartbeat } from './heartbeat.ts';
import { createJobLog, type JobLog } from './job-log.ts';
import { attemptPrefix, previewKey, resultsOf } from './keys.ts';
import { metricsOf } from './metrics.ts';
import { storeOutputs } from './outputs.ts';
import type { ClaimedJob, HandBack, JobFailure, JobQueue } from './queue.ts';
import { requestOf } from './request.ts';
import { LONGEST_OUTAGE_MS, outagePauseMs, retryPauseMs, UNSTARTED_PAUSE_MS } from './retry.ts';
import type { JobSignals } from './signals.ts';
import { MAX_ATTEMPTS } from './states.ts';

/** Why a job is stopped from outside. */
export type StopReason = 'lost' | 'timeout' | 'shutdown';

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

const SPENT = `Se intentó ${MAX_ATTEMPTS} veces; si se repite al subirlo de nuevo, avise al soporte.`;

/** How long the end of a job is written again while the database cannot be reached, in ms. */
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

/** One attempt at a job that this worker has claimed, from its input to what its row says at the end. */
export class Attempt {
  readonly #deps: AttemptDeps;
  readonly #job: ClaimedJob;
  readonly #controller: AbortController;
  readonly #jobLog: JobLog;
  readonly #heartbeat: Heartbeat;
  readonly #preview: AttemptPreview;
  readonly #name = takeOwnedName();
  readonly #folder: string;

  /** @param controller aborted with a `StopReason` to end the attempt */
  constructor(deps: AttemptDeps, job: ClaimedJob, controller: AbortController) {
    this.#deps = deps;
    this.#job = job;
    this.#controller = controller;
    this.#jobLog = createJobLog(deps, job.job_id);
    this.#heartbeat = new Heartbeat(deps, job, this.#jobLog, () => controller.abort('lost'));
    this.#folder = path.join(workFolder(deps.config.dataDir), this.#name);
    this.#preview = new AttemptPreview(deps, job, { folder: this.#folder, signal: controller.signal });
  }

  async run(): Promise<AttemptEnd> {
    const { config } = this.#deps;
    const timeout = setTimeout(() => this.#controller.abort('timeout'), config.SOM3D_JOB_TIMEOUT_MINUTES * 60_000);
    try {
      const outcome = await this.#compute().catch((error: unknown) => this.#outcomeOf(error));
      clearTimeout(timeout);
      await this.#preview.settled();
      await this.#heartbeat.stop();
      return await this.#settle(outcome);
    } finally {
      clearTimeout(timeout);
      await this.#heartbeat.stop();
      await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
      releaseOwnedName(this.#name);
    }
  }

  async #compute(): Promise<Outcome> {
    const { config, storage, observer, log, clock } = this.#deps;
    const { signal } = this.#controller;
    const job = this.#job;
    this.#jobLog.add(`Conversión iniciada (intento ${job.attempts} de ${MAX_ATTEMPTS}).`);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const child = await storage.withLocalFile(job.input_key, (inputZip) =>
      runChild(requestOf(job, { inputZip, outDir: this.#folder, config }), {
        memoryMb: config.SOM3D_WORKER_MEMORY_MB,
        niceness: config.SOM3D_JOB_NICENESS,
        reporter: observer.reporter({
          ...this.#heartbeat.reporter,
          preview: (file) => this.#preview.store(file, (size) => this.#heartbeat.showPreview(size)),
        }),
        signal,
      }),
    );
    if (child.kind === 'died' && child.stderr) {
      log.warn({ job_id: job.job_id, stderr: child.stderr }, 'child process died');
    }
    if (child.kind === 'unstarted') log.error({ err: child.error, job_id: job.job_id }, 'cannot start a child process');
    if (child.kind !== 'done') return fromChild(child);
    const { manifest } = child;
    const { zip, bytes } = await observer.storing(() =>
      storeOutputs(storage, job, { folder: this.#folder, manifest, now: clock(), signal }),
    );
    const { meshes } = manifest;
    const models = { files: meshes.length, bytes: meshes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
    const result = { metrics: metricsOf(manifest), key: zip.key, size: zip.size, etag: zip.etag, bytes, models };
    return { kind: 'done', result };
  }

  #outcomeOf(error: unknown): Outcome {
    const { log } = this.#deps;
    if (!this.#controller.signal.aborted) log.error({ err: error, job_id: this.#job.job_id }, 'job attempt failed');
    return fromError(error);
  }

  async #settle(outcome: Outcome): Promise<AttemptEnd> {
    const { signal } = this.#controller;
    // A result that is complete is kept, also when the attempt was stopped at its last moment: the row decides.
    if (outcome.kind === 'done') return await this.#finish(outcome);
    if (signal.aborted) return await this.#stop(signal.reason as StopReason);
    if (outcome.kind === 'unstarted') return await this.#postpone();
    return outcome.kind === 'outage' ? await this.#sitOut(outcome.failure) : await this.#fail(outcome);
  }

  async #finish({ result }: Extract<Outcome, { kind: 'done' }>): Promise<AttemptEnd> {
    const { queue, observer } = this.#deps;
    const { files } = result.models;
    const line = `Conversión terminada: ${files} ${files === 1 ? 'modelo' : 'modelos'}.`;
    const ended = await persistently(async () => {
      await this.#jobLog.flush();
      return await queue.finish(this.#job.job_id, this.#job.token, result, line);
    });
    if (ended) {
      observer.ended('done');
      this.#report({ status: 'done', phase: 'finished', percent: 100, error: null });
      await this.#removeInput();
      await this.#discardOlder();
    } else await this.#discardOutputs();
    return ENDED;
  }

  async #fail({ retryable, failure }: Extract<Outcome, { kind: 'failed' }>): Promise<AttemptEnd> {
    const { attempts } = this.#job;
    if (!retryable) return await this.#giveUp(failure);
    if (attempts >= MAX_ATTEMPTS) return await this.#giveUp({ ...failure, message: `${failure.message} ${SPENT}` });
    const again = { attempts, runAfter: this.#after(retryPauseMs(attempts)) };
    const line = `${failure.message} El trabajo vuelve a la cola.`;
    return { again: await this.#handBack(again, line, failure.code), unstarted: false };
  }

  /** This costs no attempt: the job waits for this worker to recover, or for another one. */
  async #postpone(): Promise<AttemptEnd> {
    const again = { attempts: this.#job.attempts - 1, runAfter: this.#after(UNSTARTED_PAUSE_MS) };
    const line = 'El servidor no pudo iniciar la conversión; el trabajo vuelve a la cola.';
    return { again: await this.#handBack(again, line), unstarted: true };
  }

  /** The storage is unavailable, which is no fault of the job: it waits, for a day if need be. */
  async #sitOut(failure: JobFailure): Promise<AttemptEnd> {
    const now = this.#deps.clock();
    const waitedMs = now.getTime() - (this.#job.started_at ?? now).getTime();
    if (waitedMs > LONGEST_OUTAGE_MS) return await this.#giveUp(failure);
    const again = { attempts: this.#job.attempts - 1, runAfter: this.#after(outagePauseMs(waitedMs)) };
    const line = `${failure.message} El trabajo vuelve a la cola.`;
    return { again: await this.#handBack(again, line, failure.code), unstarted: false };
  }

  async #stop(reason: StopReason): Promise<AttemptEnd> {
    if (reason === 'timeout') {
      const minutes = this.#deps.config.SOM3D_JOB_TIMEOUT_MINUTES;
      const message = `La conversión superó el tiempo máximo de ${minutes} ${minutes === 1 ? 'minuto' : 'minutos'}.`;
      return await this.#giveUp({ code: 'TIMEOUT', message });
    }
    if (reason === 'shutdown') {
      // To stop the service costs no attempt either.
      const again = { attempts: this.#job.attempts - 1, runAfter: null };
      const line = 'El servicio se detuvo; el trabajo vuelve a la cola.';
      return { again: await this.#handBack(again, line), unstarted: false };
    }
    await this.#discardOutputs();
    return ENDED;
  }

  async #handBack(again: HandBack, line: string, code = ''): Promise<HandBack | null> {
    const { queue, observer } = this.#deps;
    this.#jobLog.add(line);
    await this.#jobLog.flush();
    const percent = this.#heartbeat.percent;
    const write = (): Promise<boolean> => queue.handBack(this.#job.job_id, this.#job.token, again, percent);
    // A process that stops does not wait for an unavailable database: the lease runs out.
    const back = await (this.#controller.signal.reason === 'shutdown' ? write() : persistently(write));
    if (back) this.#report({ status: 'queued', phase: 'queued', percent, error: null });
    observer.ended(back ? 'requeued' : 'lost', code);
    await this.#discardOutputs();
    return back ? again : null;
  }

  async #giveUp(failure: JobFailure): Promise<AttemptEnd> {
    const { queue, observer } = this.#deps;
    const percent = this.#heartbeat.percent;
    const ended = await persistently(async () => {
      await this.#jobLog.flush();
      return await queue.fail(this.#job.job_id, this.#job.token, failure, percent);
    });
    if (ended) {
      this.#report({ status: 'error', phase: 'error', percent, error: failure.message });
      observer.ended('error', failure.code);
    }
    await this.#discardOutputs();
    if (ended) await this.#removeInput();
    return ENDED;
  }

  #report(progress: JobProgress): void {
    this.#deps.signals.emit('progress', this.#job.job_id, progress);
  }

  #after(pauseMs: number): Date {
    return plusMs(this.#deps.clock(), pauseMs);
  }

  /** To clean up decides nothing: the sweeper finds what fails here. */
  async #tidy(work: () => Promise<void>): Promise<void> {
    const { log } = this.#deps;
    await work().catch((error: unknown) => {
      log.warn({ err: error, job_id: this.#job.job_id }, 'files of a job not removed');
    });
  }

  async #discardOutputs(): Promise<void> {
    const { storage } = this.#deps;
    const { job_id, token } = this.#job;
    await this.#tidy(() => storage.remove(previewKey(job_id, token)));
    await this.#tidy(() => storage.removeAll(attemptPrefix(job_id, token)));
  }

  async #removeInput(): Promise<void> {
    const { config, storage } = this.#deps;
    if (!config.SOM3D_KEEP_INPUT) await this.#tidy(() => storage.remove(this.#job.input_key));
  }

  async #discardOlder(): Promise<void> {
    const { storage } = this.#deps;
    const kept = attemptPrefix(this.#job.job_id, this.#job.token);
    await this.#tidy(async () => {
      for await (const { key } of storage.list(resultsOf(this.#job.job_id))) {
        if (!key.startsWith(kept)) await storage.remove(key);
      }
    });
  }
}
