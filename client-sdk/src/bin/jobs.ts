import type { Job } from '../generated/types.ts';
import { totalCount } from '../index.ts';
import { note, print, printable, table } from './output.ts';
import { sessionClient } from './session.ts';
import { say } from './texts.ts';

function rowOf(job: Job): string[] {
  return [
    job.job_id,
    job.status,
    job.phase,
    `${job.percent}`,
    job.nombre_proceso ?? '',
    job.created_at?.slice(0, 19).replace('T', ' ') ?? '',
  ].map(printable);
}

export interface JobsOptions {
  readonly status?: Job['status'];
  readonly limit: number;
  readonly json?: boolean;
}

/** `som3d jobs`. */
export async function jobs({ status, limit, json }: JobsOptions): Promise<void> {
  const answer = await (await sessionClient()).som3d.list({ query: { status, limit } });
  const found = answer.body.jobs;
  if (json) return print(JSON.stringify(found, null, 2));
  if (found.length === 0) return note(say.noJobs);
  print(table([say.columns, ...found.map(rowOf)]));
  const total = totalCount(answer) ?? found.length;
  if (total > found.length) note(say.moreJobs(found.length, total));
}

/** `som3d cancel`. */
export async function cancel(jobId: string): Promise<void> {
  const { body: job } = await (await sessionClient()).som3d.cancel({ params: { id: jobId } });
  print(`${say.job(printable(job.job_id))}: ${job.status}`);
}
