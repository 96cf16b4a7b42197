import type { Outcome } from '../load/client.ts';
import type { Database, JobRow } from './rows.ts';

const TERMINAL = new Set(['DONE', 'ERROR', 'CANCELED']);
const FINISHED = /^Conversión terminada/;

/** Where a job of this plan may end. */
function mayEnd({ plan, cancel }: Outcome): string[] {
  if (cancel === 'canceled') return ['CANCELED'];
  return ['stls' in plan.study.ends ? 'DONE' : `ERROR ${plan.study.ends.errorCode}`];
}

function endOf({ status, error_code }: JobRow): string {
  return status === 'ERROR' ? `ERROR ${error_code}` : status;
}

function faultsOfRow(outcome: Outcome, row: JobRow, lines: readonly string[]): string[] {
  const faults: string[] = [];
  if (!TERMINAL.has(row.status)) faults.push(`is stuck in ${row.status}`);
  else if (!mayEnd(outcome).includes(endOf(row))) {
    faults.push(`ended ${endOf(row)}, not ${mayEnd(outcome).join(' or ')}: ${row.error ?? ''}`);
  }
  const seen = row.status.toLowerCase();
  if (outcome.end !== 'unknown' && outcome.end !== seen) faults.push(`was told to be ${outcome.end}, but is ${seen}`);
  if (row.lease_token !== null) faults.push('keeps a lease');
  if ((row.finished_at === null) === TERMINAL.has(row.status)) faults.push('its end has no instant');
  if ((row.result_key === null) === (row.status === 'DONE')) faults.push(`has the result ${row.result_key}`);
  const finished = lines.filter((line) => FINISHED.test(line)).length;
  if (row.status === 'DONE' && finished !== 1) faults.push(`its log tells ${finished} times that it was finished`);
  if (row.status === 'ERROR' && lines.filter((line) => line === row.error).length > 1)
    faults.push('its log tells the error more than once');
  return faults;
}

/** What is wrong with the jobs in the database: of each client exactly one, ended as it should be. */
export function judgeJobs(outcomes: readonly Outcome[], { jobs, lines }: Database): string[] {
  const faults: string[] = [];
  const known = new Set<string>();
  for (const outcome of outcomes) {
    const { plan, jobIds } = outcome;
    const complain = (fault: string): void => void faults.push(`${plan.name}: ${fault}`);
    outcome.faults.forEach(complain);
    if (jobIds.size > 1) complain(`one upload became ${[...jobIds].join(' and ')}`);
    const rows = jobs.filter(({ idempotency_key }) => idempotency_key === plan.key);
    for (const row of rows) known.add(row.job_id);
    const [row] = rows;
    if (!row || rows.length > 1) complain(`has ${rows.length} rows`);
    if (!row) continue;
    if (jobIds.size > 0 && !jobIds.has(row.job_id)) complain(`was answered with another id than ${row.job_id}`);
    for (const fault of faultsOfRow(outcome, row, lines.get(row.job_id) ?? [])) complain(`${row.job_id} ${fault}`);
  }
  for (const { job_id } of jobs) if (!known.has(job_id)) faults.push(`${job_id}: nobody has sent this job`);
  return faults;
}
