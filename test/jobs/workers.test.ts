import { createClient, waitForJob, type Client } from '@som3d/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { imagingChildren, jobLines, jobRow, until, upload } from '../support/jobs.ts';
import { tokenOf } from '../support/large-upload.ts';
import { startProcess, startWorker, type RunningProcess } from '../support/process.ts';
import { describeSetups, queueEnv } from '../support/queues.ts';
import { redisProgram, startRedis } from '../support/redis.ts';

const CANCEL_MS = 2000;
const program = await redisProgram();

describeSetups('workers as processes', ({ kind, queue }) => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let env: Record<string, string>;
  const processes: RunningProcess[] = [];
  beforeEach(async () => {
    database = await createDatabase(kind);
    env = { SOM3D_LEASE_SECONDS: '3', SOM3D_WORKER_CONCURRENCY: '1', ...queueEnv(queue) };
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((running) => running.end('SIGKILL')));
    await database.drop();
  });

  const work = async (more: Record<string, string> = {}): Promise<RunningProcess> => {
    const worker = await startWorker(database, { ...env, ...more });
    processes.push(worker);
    return worker;
  };
  const serve = async (more: Record<string, string> = {}): Promise<Client> => {
    const server = await startProcess(database, { ...env, SOM3D_EMBEDDED_WORKER: 'false', ...more });
    processes.push(server);
    return createClient({ baseUrl: server.url, token: await tokenOf(server.url) });
  };
  const begun = async (id: string): Promise<number> =>
    (await jobLines(database.orm, id)).filter((line) => line.startsWith('Conversión iniciada')).length;

  test('share a queue and never run a job twice', async () => {
    const client = await serve();
    const workers = [await work(), await work()];
    const ids: string[] = [];
    for (let index = 0; index < 4; index++) ids.push((await upload(client)).job_id);
    for (const id of ids) await waitForJob(client, id);
    for (const id of ids) {
      expect(await jobRow(database.orm, id)).toMatchObject({ status: 'DONE', attempts: 1 });
      expect(await begun(id)).toBe(1);
    }
    for (const worker of workers) {
      expect(await worker.end('SIGTERM')).toBe(0);
    }
  });

  test('hear within two seconds that a job was cancelled elsewhere', async () => {
    const client = await serve();
    const worker = await work();
    const { job_id: id } = await upload(client, { form: 'large' });
    await until(() => imagingChildren(worker.pid)[0], 'an imaging process runs');
    await client.som3d.cancel({ params: { id } });
    await until(() => imagingChildren(worker.pid).length === 0, 'it has ended', CANCEL_MS);
    expect(await jobRow(database.orm, id)).toMatchObject({ status: 'CANCELED', attempts: 1 });
  });

  test('take over the job of one that was killed, when its lease ends', async () => {
    const client = await serve();
    const first = await work();
    const { job_id: id } = await upload(client, { form: 'large' });
    await until(() => imagingChildren(first.pid)[0], 'an imaging process runs');
    await first.end('SIGKILL');
    await work();
    await waitForJob(client, id);
    expect(await jobRow(database.orm, id)).toMatchObject({ status: 'DONE', attempts: 2 });
  });

  test('take over at once what one that was asked to end hands back', async () => {
    const client = await serve();
    const first = await work();
    const second = await work();
    const { job_id: id } = await upload(client, { form: 'large' });
    const [from, to] = await until(() => {
      if (imagingChildren(first.pid).length > 0) return [first, second] as const;
      return imagingChildren(second.pid).length > 0 ? ([second, first] as const) : null;
    }, 'an imaging process runs');
    expect(await from.end('SIGTERM')).toBe(0);
    await until(() => imagingChildren(to.pid)[0], 'the other one has it');
    expect(await jobRow(database.orm, id)).toMatchObject({ status: 'RUNNING', attempts: 1, run_after: null });
    await client.som3d.cancel({ params: { id } });
    await until(() => imagingChildren(to.pid).length === 0, 'it has ended', CANCEL_MS);
  });

  test.runIf(queue === 'redis' && program)(
    'hear of a cancelled job while redis is away',
    { tags: ['long'] },
    async () => {
      const redis = await startRedis(program ?? '');
      try {
        const own = { REDIS_URL: redis.url };
        const client = await serve(own);
        const worker = await work(own);
        const { job_id: id } = await upload(client, { form: 'large' });
        await until(() => imagingChildren(worker.pid)[0], 'an imaging process runs');
        await redis.kill();
        await client.som3d.cancel({ params: { id } });
        await until(() => imagingChildren(worker.pid).length === 0, 'it has ended', CANCEL_MS);
        const { job_id: next } = await upload(client);
        await waitForJob(client, next);
        expect(await worker.end('SIGTERM')).toBe(0);
      } finally {
        await redis.kill();
      }
    },
  );
});
