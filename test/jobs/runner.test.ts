import { createHash } from 'node:crypto';
import { waitForJob } from '@som3d/client';
import { databases, type Deps, jobMachinery } from '@som3d/server/testing';
import { afterEach, expect, test } from 'vitest';
import { imagingChildren, jobLines, jobRow, storedFiles, until, upload } from '../support/jobs.ts';
import { describeJobs } from '../support/queues.ts';
import { writeZip } from '../support/phantom/zip.ts';
import { temporaryDirectory } from '../support/phantom/convert.ts';
import { readFile } from 'node:fs/promises';

describeJobs('the runner', (api) => {
  const stopping: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(stopping.splice(0).map((stop) => stop()));
    if (imagingChildren().length > 0) throw new Error('a stopped runner has left a process behind');
  });

  /** A worker beside the service, as another process would be: signals of its own, the same database and Redis. */
  const startRunner = async (config: Partial<Deps['config']> = {}) => {
    const { deps } = api();
    const jobs = jobMachinery.createJobs({
      ...deps,
      config: { ...deps.config, SOM3D_EMBEDDED_WORKER: true, ...config },
    });
    await jobs.start();
    const stop = async (): Promise<void> => await jobs[Symbol.asyncDispose]();
    stopping.push(stop);
    return { stop };
  };
  /** Moves the clock on to where a job that waits after a failure is due, and gives the pause in ms. */
  const passPause = async (id: string, attempts: number): Promise<number> => {
    const waiting = await until(async () => {
      const { status, attempts: made, run_after } = await row(id);
      return status === 'QUEUED' && made === attempts ? run_after : null;
    }, 'it waits');
    const pause = waiting.getTime() - api().deps.clock().getTime();
    api().advance(Math.max(0, pause) + 1);
    return pause;
  };
  const row = async (id: string) => (await jobRow(api().deps.orm, id)) ?? expect.fail('the job is gone');
  const lines = (id: string) => jobLines(api().deps.orm, id);
  const filesOf = async (id: string) => (await storedFiles(api().dataDir)).filter((file) => file.includes(id));
  const working = async () => (await storedFiles(api().dataDir)).filter((file) => !file.startsWith('files/'));
  const child = (but: readonly number[] = []) =>
    until(() => imagingChildren().find((pid) => !but.includes(pid)), 'an imaging process runs');
  const inState = (id: string, status: string) =>
    until(async () => ((await row(id)).status === status ? true : null), `the job is ${status}`);

  test('stops a running job that is cancelled, wherever that was asked', async () => {
    await startRunner();
    const { client } = await api().doctor();
    const { job_id: id } = await upload(client, { form: 'large' });
    await child();
    const { body } = await client.som3d.cancel({ params: { id } });
    expect(body).toMatchObject({ status: 'canceled', phase: 'canceled' });
    await until(() => imagingChildren().length === 0, 'the process has ended', 2000);
    await until(async () => (await filesOf(id)).length + (await working()).length === 0, 'no file is left');
    expect(await row(id)).toMatchObject({ status: 'CANCELED', lease_token: null });
  });

  test('stops a job whose row is deleted', async () => {
    await startRunner();
    const { client } = await api().doctor();
    const { job_id: id } = await upload(client, { form: 'large' });
    await child();
    await databases.kysely(api().deps.orm.em.fork()).deleteFrom('JobConv').where('job_id', '=', id).execute();
    await until(() => imagingChildren().length === 0, 'the process has ended', 2000);
    await until(async () => (await working()).length === 0, 'no working file is left');
    expect((await filesOf(id)).filter((file) => file.includes('results'))).toEqual([]);
  });

  test('takes a job up again when its process is killed, early and late, and never goes back', async () => {
    await startRunner();
    const { client } = await api().doctor();
    const { job_id: id } = await upload(client, { form: 'large' });
    const seen: number[] = [];
    const watch = async <T>(ask: () => Promise<T>): Promise<T> => {
      seen.push((await client.som3d.progress({ params: { id } })).body.percent);
      return await ask();
    };
    const first = await child();
    process.kill(first, 'SIGKILL');
    await watch(() => passPause(id, 1));
    const second = await child([first]);
    await until(() => watch(async () => ((await row(id)).phase === 'meshing' ? true : null)), 'it meshes');
    process.kill(second, 'SIGKILL');
    await watch(() => passPause(id, 2));
    await until(() => watch(async () => ((await row(id)).status === 'DONE' ? true : null)), 'it is done');

    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(await row(id)).toMatchObject({ attempts: 3, percent: 100, error: null, lease_token: null });
    expect((await lines(id)).filter((line) => line.includes('señal SIGKILL'))).toHaveLength(2);
    await until(async () => (await working()).length === 0, 'no working file is left');
    const left = await until(async () => {
      const files = await filesOf(id);
      return files.some((file) => file.includes('uploads')) ? null : files;
    }, 'the input is gone');
    expect(new Set(left.map((file) => file.split('/')[3])).size).toBe(1);
    // A model as STL, GLB, GLB for the web and picture, the 3MF, the manifest, the ZIP.
    expect(left).toHaveLength(7);
  });

  test('takes a job up again when its process is killed while it writes the models', async () => {
    await startRunner();
    const { client } = await api().doctor();
    const { job_id: id } = await upload(client, { form: 'large' });
    const pid = await child();
    await until(async () => (await working()).some((file) => file.includes('.stl')), 'a model is being written');
    process.kill(pid, 'SIGKILL');
    await passPause(id, 1);
    await inState(id, 'DONE');
    await until(async () => (await working()).length === 0, 'no working file is left');
    expect(await row(id)).toMatchObject({ attempts: 2, percent: 100, error: null, error_code: null });
    const { body } = await client.som3d.stls({ params: { id } });
    expect(body.items).toMatchObject([{ filename: 'hueso.stl', watertight: true }]);
  });

  test('gives up a job whose process dies every time', async () => {
    await startRunner();
    const { client } = await api().doctor();
    const { job_id: id } = await upload(client, { form: 'large' });
    const killed: number[] = [];
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      killed.push(await child(killed));
      process.kill(killed.at(-1)!, 'SIGKILL');
      if (attempt < 3) pauses.push(await passPause(id, attempt));
    }
    // About 5 s, then about 15 s.
    expect(pauses[0]).toBeGreaterThan(1000);
    expect(pauses[0]).toBeLessThanOrEqual(5000);
    expect(pauses[1]).toBeGreaterThan(5000);
    expect(pauses[1]).toBeLessThanOrEqual(15_000);
    await inState(id, 'ERROR');
    expect(await row(id)).toMatchObject({ attempts: 3, error_code: 'WORKER_DIED', phase: 'error' });
    expect((await row(id)).error).toMatch(/de forma inesperada \(señal SIGKILL\)\. Se intentó 3 veces/);
    await until(async () => (await filesOf(id)).length + (await working()).length === 0, 'no file is left');
  });

  test('ends a job with a sentence when its input is at fault, without another try', async () => {
    await startRunner();
    const { client } = await api().doctor();
    const zip = await writeZip(`${await temporaryDirectory()}/text.zip`, [
      { name: 'readme.txt', bytes: Buffer.from('no image at all') },
    ]);
    const { job_id: id } = await upload(client, { file: new Blob([await readFile(zip)]) });
    await inState(id, 'ERROR');
    expect(await row(id)).toMatchObject({ attempts: 1, error_code: 'NO_IMAGES' });
    expect((await client.som3d.get({ params: { id } })).body.error).toMatch(/^[A-ZÁÉÍÓÚÑ].*\.$/);
    await until(async () => (await filesOf(id)).length + (await working()).length === 0, 'no file is left');
  });

  test('ends a job that takes too long', async () => {
    await startRunner({ SOM3D_JOB_TIMEOUT_MINUTES: 0.005 });
    const { client } = await api().doctor();
    const { job_id: id } = await upload(client, { form: 'large' });
    await inState(id, 'ERROR');
    expect(await row(id)).toMatchObject({ attempts: 1, error_code: 'TIMEOUT' });
    await until(async () => (await filesOf(id)).length + (await working()).length === 0, 'no file is left');
  });

  test('hands a job back when it is stopped, and that is no attempt', async () => {
    const runner = await startRunner();
    const { client } = await api().doctor();
    const { job_id: id } = await upload(client, { form: 'large' });
    await child();
    await runner.stop();
    expect(imagingChildren()).toEqual([]);
    expect(await row(id)).toMatchObject({ status: 'QUEUED', phase: 'queued', attempts: 0, lease_token: null });
    expect(await working()).toEqual([]);
    await startRunner();
    await waitForJob(client, id);
    expect(await row(id)).toMatchObject({ status: 'DONE', attempts: 1 });
  });

  test('computes each job once, however many workers there are', async () => {
    const { client } = await api().doctor();
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.push((await upload(client)).job_id);
    for (let index = 0; index < 3; index++) await startRunner({ SOM3D_WORKER_CONCURRENCY: 1 });
    await Promise.all(ids.map((id) => waitForJob(client, id)));
    for (const id of ids) {
      expect(await row(id)).toMatchObject({ attempts: 1 });
      expect((await lines(id)).filter((line) => line.startsWith('Conversión iniciada'))).toHaveLength(1);
    }
  });

  test('lets one of many claims through, and takes over a job whose worker has gone silent', async () => {
    const { client } = await api().doctor();
    const { job_id: id } = await upload(client);
    const queues = Array.from({ length: 4 }, () => jobMachinery.createJobServices(api().deps).queue);
    const claims = await Promise.all(queues.map((queue) => queue.claim('silent')));
    const [dead, ...others] = claims.filter((job) => job !== null);
    expect(others).toEqual([]);
    expect(dead?.job_id).toBe(id);

    api().advance(api().deps.config.SOM3D_LEASE_SECONDS * 1000 + 1);
    await startRunner();
    await waitForJob(client, id);
    const done = await row(id);
    expect(done).toMatchObject({ status: 'DONE', attempts: 2 });
    // Its first worker wakes up: none of its words counts any more.
    const [queue] = queues;
    const models = { files: 1, bytes: 1 };
    const result = { metrics: {}, bytes: 1, key: `results/${id}/${dead!.token}/x.zip`, size: 1, etag: '"x"', models };
    expect(await queue!.renew(id, dead!.token, { phase: 'reading', percent: 1 })).toBe(false);
    expect(await queue!.finish(id, dead!.token, result, 'x')).toBe(false);
    expect(await queue!.fail(id, dead!.token, { code: 'X', message: 'x' })).toBe(false);
    expect(await queue!.handBack(id, dead!.token, { attempts: 0, runAfter: null })).toBe(false);
    expect(
      createHash('sha1')
        .update(JSON.stringify(await row(id)))
        .digest('hex'),
    ).toBe(createHash('sha1').update(JSON.stringify(done)).digest('hex'));
  });

  test('takes the oldest job of the highest priority first', async () => {
    const { client } = await api().doctor();
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) {
      ids.push((await upload(client)).job_id);
      api().advance(1000);
    }
    await databases
      .kysely(api().deps.orm.em.fork())
      .updateTable('JobConv')
      .set({ priority: 5 })
      .where('job_id', '=', ids[2]!)
      .execute();
    const queue = jobMachinery.createJobServices(api().deps).queue;
    const order: (string | undefined)[] = [];
    for (let index = 0; index < 3; index++) order.push((await queue.claim('test'))?.job_id);
    expect(order).toEqual([ids[2], ids[0], ids[1]]);
    await Promise.all(ids.map((id) => queue.cancel(id)));
  });
});
