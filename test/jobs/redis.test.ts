// @module-tag heavy
import { waitForJob } from '@som3d/client';
import { type Deps, jobMachinery } from '@som3d/server/testing';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseKinds } from '../support/database.ts';
import { imagingChildren, jobLines, jobRow, until, upload } from '../support/jobs.ts';
import { redisProgram, startRedis, type OwnRedis } from '../support/redis.ts';
import { openWay } from '../support/way.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const program = await redisProgram();
const kind = databaseKinds().at(-1) ?? 'sqlite';

// Ten conversions take a while on a busy machine.
describe.runIf(program)(`a queue in a redis that comes and goes, beside ${kind},`, { timeout: 180_000 }, () => {
  let redis: OwnRedis;
  let api: TestServer;
  const stopping: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    redis = await startRedis(program ?? '');
    api = await startTestServer(kind, { REDIS_URL: redis.url, REDIS_PREFIX: 'here' });
  });
  afterEach(async () => {
    await Promise.all(stopping.splice(0).map((stop) => stop()));
    await api.stop();
    await redis.kill();
    if (api.errors.length > 0) throw new Error(api.errors.join('\n'));
  });

  /** Another process's machinery for jobs, with a worker in it or without. */
  const startJobs = async (config: Partial<Deps['config']>): Promise<jobMachinery.Jobs> => {
    const jobs = jobMachinery.createJobs({ ...api.deps, config: { ...api.deps.config, ...config } });
    await jobs.start();
    stopping.push(async () => await jobs[Symbol.asyncDispose]());
    return jobs;
  };
  const startWorker = (concurrency = 2) =>
    startJobs({ SOM3D_EMBEDDED_WORKER: true, SOM3D_WORKER_CONCURRENCY: concurrency });
  const row = async (id: string) => (await jobRow(api.deps.orm, id)) ?? expect.fail('the job is gone');
  const uploadMany = async (count: number): Promise<string[]> => {
    const { client } = await api.doctor();
    const ids: string[] = [];
    for (let index = 0; index < count; index++) ids.push((await upload(client)).job_id);
    return ids;
  };
  const isDone = async (id: string) => (await row(id)).status === 'DONE';
  const allDoneOnce = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) await until(() => isDone(id), 'it is done', 120_000);
    for (const id of ids) {
      const { status, attempts } = await row(id);
      const told = (await jobLines(api.deps.orm, id)).filter((line) => /iniciada|vuelve/.test(line));
      expect({ status, attempts, told }).toEqual({
        status: 'DONE',
        attempts: 1,
        told: ['Conversión iniciada (intento 1 de 3).'],
      });
    }
  };
  /** Messages that Redis has of these jobs. */
  const messagesOf = async (ids: readonly string[]): Promise<string[]> => {
    const client = new Redis(redis.url);
    const keys = await client.keys('here:jobs:*');
    client.disconnect();
    return keys.filter((key) => ids.some((id) => key.startsWith(`here:jobs:${id}.`)));
  };

  test('does every job once when redis is killed in the middle and comes back empty', { tags: ['long'] }, async () => {
    expect.hasAssertions();
    const ids = await uploadMany(10);
    await until(async () => (await messagesOf(ids)).length === 10, 'each has a message');
    await startWorker();
    await until(() => isDone(ids[0]!), 'the first one is done');
    await redis.kill();
    await redis.startAgain();
    await allDoneOnce(ids);
  });

  test('does every job once when redis is emptied in the middle', { tags: ['long'] }, async () => {
    expect.hasAssertions();
    const ids = await uploadMany(3);
    await startWorker(1);
    await until(() => isDone(ids[0]!), 'the first one is done');
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
    await allDoneOnce(ids);
    await until(async () => (await messagesOf(ids)).length === 0, 'no message is left');
  });

  test('accepts and does jobs while redis is away, and goes on with it when it is back', async () => {
    await startWorker(1);
    await redis.kill();
    await until(() => !api.deps.redis?.reachable, 'its absence is known');
    await allDoneOnce(await uploadMany(2));
    await redis.startAgain();
    await until(() => api.deps.redis?.reachable, 'its return is known');
    await allDoneOnce(await uploadMany(2));
    const client = new Redis(redis.url);
    expect(await client.exists('here:jobs:meta')).toBe(1);
    client.disconnect();
  });

  test('does without a redis that takes what it is told and never answers', { tags: ['long'] }, async () => {
    await using way = await openWay(redis.url);
    const cutOff = await startTestServer(kind, { REDIS_URL: way.url, SOM3D_EMBEDDED_WORKER: 'true' });
    try {
      const { client } = await cutOff.doctor();
      const convert = async (): Promise<void> => {
        const { job_id: id } = await upload(client);
        await waitForJob(client, id);
        expect(await jobRow(cutOff.deps.orm, id)).toMatchObject({ status: 'DONE', attempts: 1 });
      };
      way.onAnswer = () => 'hold';
      await until(() => !cutOff.deps.redis?.reachable, 'its silence is noticed');
      await convert();
      way.mend();
      await until(() => cutOff.deps.redis?.reachable, 'its answers are noticed');
      await convert();
    } finally {
      await cutOff.stop();
    }
  });

  test('starts without redis, does a job, and stops', async () => {
    await redis.kill();
    const alone = await startTestServer(kind, { REDIS_URL: redis.url, SOM3D_EMBEDDED_WORKER: 'true' });
    try {
      const { client } = await alone.doctor();
      const { status } = await waitForJob(client, (await upload(client)).job_id);
      expect(status).toBe('done');
    } finally {
      await alone.stop();
    }
  });

  test('runs a job once, however many messages name it', async () => {
    const [id = ''] = await uploadMany(1);
    const gateway = api.deps.redis;
    if (!gateway) throw new Error('the service has no redis');
    const producer = jobMachinery.createProducer(api.deps, gateway);
    const copies = [0, 0, 1, 2, 7].map((attempts) => ({ job_id: id, attempts, priority: 0 }));
    await producer.supply(copies);
    expect(await messagesOf([id])).toHaveLength(4);
    await startWorker(3);
    await allDoneOnce([id]);
    await until(async () => (await messagesOf([id])).length === 0, 'no message is left');
  });

  test('tells every process how a job moves, and stops it by the word of any of them', async () => {
    await startWorker(1);
    const elsewhere = await startJobs({ SOM3D_EMBEDDED_WORKER: false });
    const seen: { id: string; status: string; percent: number }[] = [];
    elsewhere.signals.on('progress', (id, { status, percent }) => seen.push({ id, status, percent }));
    const client = new Redis(redis.url);
    for (const text of ['no json', '{}', '{"event":"progress","job_id":"x"}', '{"event":"canceled","job_id":7}']) {
      await client.publish('here:signals', text);
    }
    client.disconnect();
    const [id = ''] = await uploadMany(1);
    await until(() => seen.at(-1)?.status === 'done', 'the end is told');
    const percents = seen.map(({ percent }) => percent);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(new Set(seen.map((word) => word.id))).toEqual(new Set([id]));
    expect(seen.at(-1)).toEqual({ id, status: 'done', percent: 100 });
    expect(seen[0]).toMatchObject({ status: 'running' });
    // What came in was not sent out again.
    expect(seen.filter(({ status }) => status === 'done')).toHaveLength(1);

    const { client: doctor } = await api.doctor();
    const { job_id: large } = await upload(doctor, { form: 'large' });
    await until(() => imagingChildren()[0], 'an imaging process runs');
    elsewhere.signals.emit('canceled', large);
    await until(() => imagingChildren().length === 0, 'it has ended', 2000);
    await doctor.som3d.cancel({ params: { id: large } });
  });
});
