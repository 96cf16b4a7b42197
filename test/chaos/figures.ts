import type { Logs } from './judge/logs.ts';
import type { Database } from './judge/rows.ts';
import type { Journal } from './journal.ts';
import type { Traffic } from './load/balancer.ts';
import type { Outcome } from './load/client.ts';
import type { Cluster } from './machine/cluster.ts';
import type { Life } from './machine/program.ts';

function counts(names: readonly string[]): string {
  const sums = new Map<string, number>();
  for (const name of names) sums.set(name, (sums.get(name) ?? 0) + 1);
  return [...sums]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, sum]) => `${name} ${sum}`)
    .join(', ');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** The value below which `share` of all are. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** One begun computation, by the log of its worker. */
interface Attempt {
  readonly job: string;
  readonly from: number;
  /** When it was left, or its process died. */
  readonly until: number;
}

/** Clocks jump by whole hours, and no process lives for half of one. */
const HOUR_MS = 3_600_000;
function within(at: number, { from }: Life): number {
  return at - Math.round((at - from) / HOUR_MS) * HOUR_MS;
}

function attemptsOf({ lines }: Logs, { processes }: Cluster): Attempt[] {
  const lives = new Map(
    processes.flatMap(({ name, program }) => program.lives.map((life) => [`${name} ${life.pid}`, life] as const)),
  );
  const left = new Map<string, number>();
  for (const { process, pid, msg, job_id, attempt, at } of lines) {
    if (msg === 'job released') left.set(`${process} ${pid} ${job_id} ${attempt}`, at);
  }
  return lines.flatMap(({ process, pid, msg, job_id = '', attempt, at }) => {
    const life = lives.get(`${process} ${pid}`);
    if (msg !== 'job started' || !life) return [];
    const end = left.get(`${process} ${pid} ${job_id} ${attempt}`);
    const from = within(at, life);
    return [{ job: job_id, from, until: end === undefined ? (life.until ?? from) : within(end, life) }];
  });
}

/** What the run has come to, for people. */
export function figureLines(run: {
  readonly outcomes: readonly Outcome[];
  readonly database: Database;
  readonly traffic: Traffic;
  readonly journal: Journal;
  readonly logs: Logs;
  readonly cluster: Cluster;
  readonly tookMs: number;
}): string[] {
  const { outcomes, database, traffic, journal, logs, cluster, tookMs } = run;
  const { jobs } = database;
  const attempts = attemptsOf(logs, cluster);
  const latest = new Map<string, number>();
  for (const { job, from } of attempts) latest.set(job, Math.max(latest.get(job) ?? 0, from));
  const lost = attempts.filter(({ job, from }) => from < (latest.get(job) ?? 0));
  const times = outcomes.flatMap(({ end, endedAt, sentAt }) => (end === 'done' && endedAt ? [endedAt - sentAt] : []));
  const begun = jobs.map(({ job_id }) => attempts.filter(({ job }) => job === job_id).length);
  return [
    `jobs            ${jobs.length}: ${counts(jobs.map(({ status, error_code }) => (error_code ? `${status} ${error_code}` : status)))}`,
    `time in all     ${seconds(tookMs)}`,
    `time to result  p50 ${seconds(quantile(times, 0.5))}, p95 ${seconds(quantile(times, 0.95))}, max ${seconds(Math.max(...times))}`,
    `attempts a job  ${counts(begun.map((count) => `${count}x`))} (counted against it: ${counts(jobs.map(({ attempts: n }) => `${n}x`))})`,
    `lost work       ${lost.length} attempts, ${seconds(lost.reduce((sum, { from, until }) => sum + Math.max(0, until - from), 0))}`,
    `answers         ${traffic.answered}, unavailable (503) ${traffic.unavailable}, none ${traffic.unanswered}`,
    `trouble         ${journal.entries.length}: ${counts(journal.entries.map(({ kind }) => kind))}`,
    `restarts        ${counts(cluster.processes.flatMap(({ kind, program }) => program.lives.slice(1).map(() => kind)))}`,
  ];
}
