import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { uploadJob } from '@som3d/client';
import { writeSampleZip } from '@som3d/client/sample';
import type { RowDataPacket } from 'mysql2/promise';
import { startWorker } from '../support/process.ts';
import { findRedis } from '../support/redis.ts';
import { addPatients, askEvenly, startService, type BenchDoctor, type BenchService } from './service.ts';

const execute = promisify(execFile);

/** Requests per second for a page of patients: many doctors at once, far from what the service can bear. */
const RATE = 50;
const PATIENTS = 50;
const WORKER = { SOM3D_WORKER_CONCURRENCY: '1', SOM3D_WORKER_THREADS: '1', SOM3D_LOG_LEVEL: 'info' };

/** A scan that takes a second or two to convert. */
async function makeScan(): Promise<Blob> {
  const folder = await mkdtemp(path.join(tmpdir(), 'som3d-bench-'));
  try {
    const file = path.join(folder, 'scan.zip');
    await writeSampleZip(file, { size: 128, slices: 96 });
    return new Blob([Buffer.from(await readFile(file))]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Workers {
  readonly count: number;
  readonly pinned?: boolean;
}

async function countOf({ database }: BenchService, condition: string): Promise<number> {
  const [rows] = await database.query<RowDataPacket[]>(`select count(*) as count from JobConv where ${condition}`);
  return Number(rows[0]?.['count']);
}

async function until(ask: () => Promise<boolean>): Promise<void> {
  while (!(await ask())) await pause(50);
}

/**
 * Gives a worker and all that it starts one core of its own. A job's process has threads beside its own (the
 * engine's compiler and collector), so that without this a single worker already keeps more than one core busy.
 */
async function pin(pid: number, core: number): Promise<void> {
  await execute('taskset', ['--all-tasks', '--pid', '--cpu-list', String(core), String(pid)]);
}

/** Has workers of one job at a time run while `work` runs, each on a core of its own where it is asked for. */
async function withWorkers<T>(
  { home }: BenchService,
  { count, pinned = false }: Workers,
  work: () => Promise<T>,
): Promise<T> {
  const workers = await Promise.all(Array.from({ length: count }, () => startWorker(home, WORKER)));
  try {
    if (pinned) await Promise.all(workers.map(({ pid }, at) => pin(pid, at % availableParallelism())));
    return await work();
  } finally {
    await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
  }
}

async function queueJobs(doctor: BenchDoctor, file: Blob, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await uploadJob(doctor.client, { file, filename: 'scan.zip' });
}

/** Seconds from the begin of the first job to the end of the last, the queue being full when the workers start. */
async function timeQueue(service: BenchService, workers: Workers): Promise<number> {
  const begun = async (): Promise<number> => {
    await until(async () => (await countOf(service, "status <> 'QUEUED' and finished_at is null")) > 0);
    return performance.now();
  };
  const beginning = begun();
  return await withWorkers(service, workers, async () => {
    const started = await beginning;
    await until(async () => (await countOf(service, 'finished_at is null')) === 0);
    const seconds = (performance.now() - started) / 1000;
    const failed = await countOf(service, "status <> 'DONE' or attempts <> 1");
    if (failed > 0) throw new Error(`${failed} jobs did not end as they should`);
    return seconds;
  });
}

/**
 * What a second worker brings, and what workers cost those who ask the API meanwhile. On MySQL and Redis.
 *
 * @param jobs how many are queued for each measurement
 * @param seconds that the API is asked, idle and busy
 */
export default async function queue(jobs = '16', seconds = '10'): Promise<void> {
  const [count, duration] = [Number(jobs), Number(seconds)];
  const redis = await findRedis();
  if (!redis) throw new Error('this bench needs a Redis: TEST_REDIS_URL, Docker, or redis-server on the PATH');
  try {
    const variables = { REDIS_URL: redis.url, REDIS_PREFIX: `bench-${randomBytes(4).toString('hex')}` };
    await using service = await startService(variables);
    const doctor = await service.doctor('cola@som3d.local');
    const scan = await makeScan();
    // What any job needs once: files of the programs in memory.
    await queueJobs(doctor, scan, 1);
    await timeQueue(service, { count: 1 });

    console.log(`${count} jobs on ${service.version} and Redis ${redis.version}, ${availableParallelism()} cores`);
    const timeJobs = async (workers: Workers): Promise<number> => {
      await queueJobs(doctor, scan, count);
      return await timeQueue(service, workers);
    };
    for (const pinned of [true, false]) {
      const one = await timeJobs({ count: 1, pinned });
      const two = await timeJobs({ count: 2, pinned });
      const where = pinned ? 'a core for each worker' : 'cores as they come';
      const faster = (one / two).toFixed(2);
      console.log(`${where}: one worker ${one.toFixed(1)} s, two ${two.toFixed(1)} s: ${faster} times as fast`);
    }

    await addPatients(doctor, PATIENTS);
    const url = `${service.url}/patients`;
    await askEvenly(url, 2, doctor.token, RATE);
    const idle = await askEvenly(url, duration, doctor.token, RATE);
    // More than can be done meanwhile.
    await queueJobs(doctor, scan, Math.ceil(duration * 3));
    const busy = await withWorkers(service, { count: 2 }, async () => {
      await until(async () => (await countOf(service, "status = 'RUNNING'")) === 2);
      const result = await askEvenly(url, duration, doctor.token, RATE);
      if ((await countOf(service, "status = 'QUEUED'")) === 0) throw new Error('the workers ran out of jobs');
      return result;
    });
    const [idleMs, busyMs] = [idle, busy].map(
      ({ median, p99 }) => `median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
    );
    console.log(`GET /patients at ${RATE}/s: idle ${idleMs}; with two workers busy ${busyMs}`);
    console.log(`p99 busy / idle: ${(busy.p99 / idle.p99).toFixed(2)}`);
  } finally {
    await redis.stop();
  }
}
