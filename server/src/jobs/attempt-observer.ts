import type { Logger } from 'pino';
import type { Reporter } from '../imaging/protocol.ts';
import type { Telemetry } from '../observability/telemetry.ts';

interface ObservedJob {
  readonly job_id: string;
  readonly attempts: number;
  readonly trace_parent: string | null;
}

/** How an attempt left its job. */
export type AttemptOutcome = 'done' | 'error' | 'requeued' | 'lost';

/** Milliseconds from an instant of the steady clock to now. */
function since(at: number): number {
  return Math.round(performance.now() - at);
}

/**
 * Follows one attempt at a job: its log lines, its numbers, and its part of the trace that the upload began.
 *
 * @param worker who computes it
 */
export function observeAttempt({ instruments, tracing }: Telemetry, log: Logger, job: ObservedJob, worker: string) {
  const { stages, attempts, outcomes, running } = instruments.jobs;
  const attributes = { 'som3d.job_id': job.job_id, 'som3d.attempt': job.attempts };
  const span = tracing.begin('job attempt', { kind: 'consumer', attributes, parent: job.trace_parent });
  const lines = log.child({
    job_id: job.job_id,
    attempt: job.attempts,
    ...(span.traceId ? { trace_id: span.traceId } : {}),
  });
  const started = performance.now();
  let stage: { readonly name: string; readonly at: number; readonly end: () => void } | null = null;
  let told = false;
  running.inc();
  lines.info({ worker }, 'job started');

  const endStage = (): void => {
    if (!stage) return;
    const { name, at } = stage;
    stage.end();
    stage = null;
    stages.observe({ stage: name }, since(at) / 1000);
    lines.info({ stage: name, ms: since(at) }, 'job stage ended');
  };
  const beginStage = (name: string): void => {
    if (stage?.name === name) return;
    endStage();
    const own = tracing.within(span, () => tracing.begin(`job ${name}`, { attributes }));
    stage = { name, at: performance.now(), end: () => own.end() };
  };

  return {
    /** Runs the attempt so that what it does belongs to its span. */
    run: <T>(work: () => Promise<T>): Promise<T> => tracing.within(span, work),
    /** Lets what the child reports pass, and learns its stages from it. */
    reporter: (inner: Reporter): Reporter => ({
      progress: (phase, percent) => {
        beginStage(phase);
        inner.progress(phase, percent);
      },
      log: (line) => inner.log(line),
      preview: (file) => inner.preview?.(file),
    }),
    storing: async <T>(work: () => Promise<T>): Promise<T> => {
      beginStage('storing');
      const result = await work();
      endStage();
      return result;
    },
    /** Says once how the attempt left its job; what says nothing has lost it to somebody else. */
    ended: (outcome: AttemptOutcome, code = ''): void => {
      if (told) return;
      told = true;
      endStage();
      running.dec();
      attempts.observe({ outcome }, since(started) / 1000);
      outcomes.inc({ outcome, code });
      span.set({ 'som3d.outcome': outcome, ...(code ? { 'som3d.error_code': code } : {}) });
      span.end(outcome === 'error' ? code : undefined);
      lines.info({ outcome, code: code || null, ms: since(started) }, 'job attempt ended');
    },
  };
}
export type AttemptObserver = ReturnType<typeof observeAttempt>;
