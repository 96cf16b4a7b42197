import { setTimeout as pause } from 'node:timers/promises';
import {
  isApiError,
  JobCanceledError,
  JobFailedError,
  NetworkError,
  TimeoutError,
  uploadJob,
  waitForJob,
  type Client,
} from '@som3d/client';
import { FORM_TYPE, formBytes, openUpload } from '../../support/jobs.ts';
import type { Doctor } from './balancer.ts';
import type { Plan } from './plan.ts';

/** What a client has seen of its job. Instants are ms since the epoch. */
export interface Outcome {
  readonly plan: Plan;
  readonly doctor: Doctor;
  /** Every id that an upload was answered with: there should be one. */
  readonly jobIds: Set<string>;
  sentAt: number;
  end: 'done' | 'error' | 'canceled' | 'unknown';
  endedAt?: number;
  /** How the wish to cancel was answered. */
  cancel?: 'canceled' | 'too late';
  /** What no client should see. */
  readonly faults: string[];
}

const PAUSE_MS = 400;
const POLL_MS = 300;

/** Whether a client sits it out. A 500 is counted elsewhere; the client of a real doctor would try again too. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof NetworkError ||
    error instanceof TimeoutError ||
    (isApiError(error) && (error.status >= 500 || error.status === 429))
  );
}

/** Repeats, each time through some API process, until there is an answer that is not passing trouble. */
async function persist<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      await pause(PAUSE_MS, undefined, { signal });
    }
  }
}

/** Sends half a form and goes away. */
async function breakOff({ study }: Plan, doctor: Doctor): Promise<void> {
  const { url, token } = doctor.raw();
  const form = formBytes([{ name: 'file', filename: 'a.zip', content: study.zip }]);
  const { request } = openUpload(url, {
    authorization: `Bearer ${token}`,
    'content-type': FORM_TYPE,
    'content-length': String(form.length),
  });
  request.on('error', () => undefined);
  await new Promise((resolve) => request.write(form.subarray(0, form.length >> 1), resolve));
  request.destroy();
}

async function send({ plan, doctor, jobIds }: Outcome, signal: AbortSignal): Promise<string> {
  const upload = async (client: Client): Promise<void> => {
    const { job_id } = await uploadJob(client, {
      file: new Blob([plan.study.zip]),
      filename: 'scan.zip',
      idempotencyKey: plan.key,
      signal,
    });
    jobIds.add(job_id);
  };
  if (plan.twice) await Promise.allSettled(doctor.pickTwo().map(upload));
  await persist(() => upload(doctor.pick()), signal);
  const [jobId = ''] = jobIds;
  return jobId;
}

async function cancel(outcome: Outcome, jobId: string, afterMs: number, signal: AbortSignal): Promise<void> {
  await pause(afterMs, undefined, { signal });
  try {
    await persist(() => outcome.doctor.pick().som3d.cancel({ params: { id: jobId } }), signal);
    outcome.cancel = 'canceled';
  } catch (error) {
    if (!isApiError(error, 409)) throw error;
    outcome.cancel = 'too late';
  }
}

async function follow(outcome: Outcome, jobId: string, signal: AbortSignal): Promise<Outcome['end']> {
  try {
    await persist(() => waitForJob(outcome.doctor.pick(), jobId, { pollMs: POLL_MS, signal }), signal);
    return 'done';
  } catch (error) {
    if (error instanceof JobFailedError) return 'error';
    if (error instanceof JobCanceledError) return 'canceled';
    throw error;
  }
}

/** One client from its upload to the end of its job. Never throws: what goes wrong is in the outcome. */
export async function runClient(plan: Plan, doctor: Doctor, signal: AbortSignal): Promise<Outcome> {
  const outcome: Outcome = { plan, doctor, jobIds: new Set(), sentAt: Date.now(), end: 'unknown', faults: [] };
  try {
    if (plan.brokenOffFirst) await breakOff(plan, doctor);
    outcome.sentAt = Date.now();
    const jobId = await send(outcome, signal);
    const [end] = await Promise.all([
      follow(outcome, jobId, signal),
      plan.cancelAfterMs === undefined ? undefined : cancel(outcome, jobId, plan.cancelAfterMs, signal),
    ]);
    Object.assign(outcome, { end, endedAt: Date.now() });
  } catch (error) {
    outcome.faults.push(signal.aborted ? 'was still waiting at the deadline' : String(error));
  }
  return outcome;
}
