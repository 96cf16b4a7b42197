import { configuration, jobMachinery } from '@som3d/server/testing';
import { waitForJob } from '@som3d/client';
import { afterEach, expect, test } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { startWorker } from '../support/process.ts';
import { jobLines, jobRow, until, upload } from '../support/jobs.ts';
import { describeSetups, queueEnv } from '../support/queues.ts';
import { startTestServer } from '../support/server.ts';

const { execPath } = process;
afterEach(() => {
  process.execPath = execPath;
});

test('as many jobs at once as cores and memory allow, at least one', () => {
  const jobMb = 3072;
  expect(configuration.defaultConcurrency(jobMb, { cores: 16, memoryMb: 64_000 })).toBe(8);
  expect(configuration.defaultConcurrency(jobMb, { cores: 16, memoryMb: 8000 })).toBe(2);
  expect(configuration.defaultConcurrency(jobMb, { cores: 1, memoryMb: 64_000 })).toBe(1);
  expect(configuration.defaultConcurrency(jobMb, { cores: 64, memoryMb: 1000 })).toBe(1);
  expect(configuration.usableMemoryMb()).toBeGreaterThan(0);
  const most = { SOM3D_WORKER_MEMORY_MB: '262144' };
  expect(configuration.readConfig(most).SOM3D_WORKER_CONCURRENCY).toBe(configuration.defaultConcurrency(262_144));
  expect(configuration.readConfig({ ...most, SOM3D_WORKER_CONCURRENCY: '5' }).SOM3D_WORKER_CONCURRENCY).toBe(5);
});

test('a worker that may need more memory than there is says so when it starts', async () => {
  await using database = await createDatabase('sqlite');
  const worker = await startWorker(database, { SOM3D_WORKER_MEMORY_MB: '262144', SOM3D_WORKER_CONCURRENCY: '64' });
  await worker.end('SIGTERM');
  const warning = worker.lines.find(({ msg }) => msg.includes('more memory'));
  expect(warning).toMatchObject({ level: 'warn', needed_mb: 64 * 262_144, usable_mb: configuration.usableMemoryMb() });
});

describeSetups('a machine that can start no process', ({ kind, queue }) => {
  const expectNoAttempt = async (nextIs: 'another worker' | 'the same worker') => {
    const api = await startTestServer(kind, { ...queueEnv(queue), SOM3D_WORKER_CONCURRENCY: '1' });
    const config = { ...api.deps.config, SOM3D_EMBEDDED_WORKER: true };
    const jobs = jobMachinery.createJobs({ ...api.deps, config });
    const others = jobMachinery.createJobs({ ...api.deps, config });
    try {
      const { client } = await api.doctor();
      process.execPath = '/nowhere/node';
      const { job_id: id } = await upload(client);
      await jobs.start();
      const pause = await until(async () => (await jobRow(api.deps.orm, id))?.run_after, 'it waits');
      expect(await jobRow(api.deps.orm, id)).toMatchObject({ status: 'QUEUED', attempts: 0, lease_token: null });
      expect(pause.getTime() - api.deps.clock().getTime()).toBeGreaterThan(5000);
      expect((await jobLines(api.deps.orm, id)).at(-1)).toMatch(/no pudo iniciar la conversión/);
      process.execPath = execPath;
      api.advance(10_001);
      if (nextIs === 'another worker') await others.start();
      await waitForJob(client, id);
      expect(await jobRow(api.deps.orm, id)).toMatchObject({ status: 'DONE', attempts: 1 });
      expect(api.errors.filter((line) => line.includes('cannot start a child process'))).toHaveLength(1);
    } finally {
      await Promise.all([jobs[Symbol.asyncDispose](), others[Symbol.asyncDispose]()]);
      await api.stop();
    }
  };

  test('costs a job no attempt: another one takes it', { tags: ['long'] }, () => expectNoAttempt('another worker'));
  // It takes no job for ten seconds.
  test('costs a job no attempt: it goes on by itself after a pause', { tags: ['long'] }, () =>
    expectNoAttempt('the same worker'),
  );
});
