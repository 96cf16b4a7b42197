import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createDice } from './dice.ts';
import { figureLines } from './figures.ts';
import { createJournal, journalLines } from './journal.ts';
import { judgeJobs } from './judge/jobs.ts';
import { readLogs } from './judge/logs.ts';
import { judgeProcesses, processesBelow } from './judge/machine.ts';
import { redisLeftovers } from './judge/redis.ts';
import { judgeResults, orphansOf } from './judge/results.ts';
import { readDatabase } from './judge/rows.ts';
import { storedBy } from './judge/stored.ts';
import { signUpDoctors, type Doctor } from './load/balancer.ts';
import { runClient, type Outcome } from './load/client.ts';
import { planJobs, type Plan } from './load/plan.ts';
import { makeStudies } from './load/studies.ts';
import { startCluster, type Cluster } from './machine/cluster.ts';
import type { ChaosOptions } from './options.ts';
import { makeTrouble } from './troubles.ts';

const DOCTORS = 6;
/** Clients at once: there is always a queue. */
const CLIENTS = 24;
/** After trouble has ended, what is left gets so long, and so much more for each job of the run. */
const SETTLE_MS = 60_000;
const SETTLE_JOB_MS = 2000;
/** The sweeper looks every minute; what it finds has to be old enough. */
const SWEEP_MS = 150_000;
const LOOK_MS = 1000;

export interface Verdict {
  readonly faults: readonly string[];
  readonly figures: readonly string[];
  readonly journal: readonly string[];
  /** Holds the logs of every process; gone when all went well. */
  readonly folder: string;
}

/** Every plan in turn, some at once. */
async function runClients(plans: readonly Plan[], doctors: readonly Doctor[], signal: AbortSignal): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = plans.entries();
  const one = async (): Promise<void> => {
    for (const [i, plan] of waiting) {
      const doctor = doctors[i % doctors.length];
      if (!doctor) throw new Error('nobody to send as');
      outcomes.push(await runClient(plan, doctor, signal));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, one));
  return outcomes;
}

/** Waits until nothing lies about that no row names. @returns what still does at the deadline */
async function untilTidy(cluster: Cluster): Promise<string[]> {
  const deadline = Date.now() + SWEEP_MS;
  for (;;) {
    const orphans = orphansOf((await readDatabase(cluster.mysqlUrl)).jobs, await storedBy(cluster));
    if (orphans.length === 0 || Date.now() > deadline) return orphans;
    await pause(LOOK_MS);
  }
}

async function sendUnderTrouble(cluster: Cluster, plans: readonly Plan[], options: ChaosOptions, say: Say) {
  const { seed, every, minutes, only } = options;
  const urls = cluster.processes.flatMap(({ url }) => (url ? [url] : []));
  const { doctors, traffic } = await signUpDoctors(urls, createDice(seed + 1), DOCTORS);
  const journal = createJournal();
  const calm = new AbortController();
  const deadline = AbortSignal.timeout(minutes * 60_000 + SETTLE_MS + SETTLE_JOB_MS * plans.length);
  const end = setTimeout(() => calm.abort(), minutes * 60_000);
  const started = Date.now();
  const trouble = makeTrouble(cluster, { dice: createDice(seed + 2), journal, only }, every * 1000, calm.signal);
  const outcomes = await runClients(plans, doctors, deadline);
  const tookMs = Date.now() - started;
  clearTimeout(end);
  calm.abort();
  await trouble;
  say(`every client is served after ${(tookMs / 1000).toFixed(0)} s; now for what is left behind`);
  return { outcomes, traffic, journal, tookMs, started };
}

type Say = (line: string) => void;

/** Runs so many jobs through a service that is in trouble all the time, and judges what became of them. */
export async function soak(options: ChaosOptions, say: Say): Promise<Verdict> {
  const folder = await mkdtemp(path.join(tmpdir(), 'som3d-chaos-'));
  const plans = planJobs(createDice(options.seed), options.jobs, await makeStudies());
  say(`seed ${options.seed}, logs in ${folder}`);
  const cluster = await startCluster(folder, options);
  const codes = new Map<string, number | null>();
  try {
    const { outcomes, traffic, journal, tookMs, started } = await sendUnderTrouble(cluster, plans, options, say);
    for (const server of [cluster.mysql, cluster.redis, cluster.s3]) await server?.program.untilReady();
    await Promise.all(cluster.processes.map(({ program }) => program.untilReady()));
    const orphans = await untilTidy(cluster);
    const database = await readDatabase(cluster.mysqlUrl);
    const stored = await storedBy(cluster);
    const messages = await redisLeftovers(cluster.redisUrl);
    const results = await judgeResults(outcomes, database.jobs, stored);
    for (const [name, code] of await cluster.stop()) codes.set(name, code);
    const logs = await readLogs(cluster.logs);
    const servers = new Set([cluster.mysql, cluster.redis, cluster.s3].map((server) => server?.program.pid() ?? 0));
    const left = processesBelow(folder, new Set([process.pid])).filter((line) => !servers.has(Number.parseInt(line)));
    const faults = [
      ...judgeJobs(outcomes, database),
      ...results,
      ...orphans.map((name) => `left behind: ${name}`),
      ...messages.map((name) => `left behind in Redis: ${name}`),
      ...left.map((line) => `still runs: ${line}`),
      ...(database.deletions > 0 ? [`${database.deletions} deletions are still noted`] : []),
      ...traffic.bad.map((answer) => `a client got ${answer}`),
      ...judgeProcesses(cluster, codes, logs),
    ];
    const figures = figureLines({ outcomes, database, traffic, journal, logs, cluster, tookMs });
    return { faults, figures, journal: journalLines(journal, started), folder };
  } finally {
    if (codes.size === 0) await cluster.stop();
    await cluster.stopServers();
  }
}

export async function forget(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
