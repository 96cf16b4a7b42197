import { createClient, downloadPreview, jobEvents, waitForJob } from '@som3d/client';
import type { JobFile } from '@som3d/contract';
import { databases, jobMachinery } from '@som3d/server/testing';
import { afterEach, expect, test } from 'vitest';
import { imagingChildren, jobRow, storedFiles, until, upload } from '../support/jobs.ts';
import { describeJobs } from '../support/queues.ts';
import { expectProblem } from '../support/server.ts';

describeJobs('the first model of a running job', (api) => {
  const stopping: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(stopping.splice(0).map((stop) => stop()));
  });

  /** A worker beside the service, as another process would be. */
  const startRunner = async () => {
    const { deps } = api();
    const jobs = jobMachinery.createJobs({ ...deps, config: { ...deps.config, SOM3D_EMBEDDED_WORKER: true } });
    await jobs.start();
    const stop = async (): Promise<void> => await jobs[Symbol.asyncDispose]();
    stopping.push(stop);
    return { stop };
  };
  const progressOf = async (id: string, client: ReturnType<typeof createClient>) =>
    (await client.som3d.progress({ params: { id } })).body;
  const previewsOf = async (id: string) => (await filesOf(id)).filter((file) => file.includes('vista-previa'));
  const filesOf = async (id: string) => (await storedFiles(api().dataDir)).filter((file) => file.includes(id));

  test('is announced while the job runs, and belongs to its owner; the next attempt makes it anew', async () => {
    const [doctor, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const { client } = doctor;
    const { job_id: id } = await upload(client, { form: 'large' });
    await expectProblem(client.som3d.preview({ params: { id } }), 404);
    expect(await progressOf(id, client)).not.toHaveProperty('preview');
    const first = await startRunner();
    const stop = new AbortController();
    const preview = await new Promise<JobFile>((onPreview, fail) => {
      waitForJob(client, id, { onPreview, signal: stop.signal }).catch(fail);
    });
    stop.abort();
    expect(preview).toMatchObject({ filename: 'vista-previa.glb', media_type: 'model/gltf-binary' });
    const bytes = await (await downloadPreview(client, id)).bytes();
    expect([bytes.length, new TextDecoder().decode(bytes.subarray(0, 4))]).toEqual([preview.size, 'glTF']);
    expect((await client.som3d.get({ params: { id } })).body).toMatchObject({ status: 'running', preview });
    const part = await client.som3d.preview({ params: { id }, headers: { range: 'bytes=0-3' } });
    expect([part.status, await part.body?.text()]).toEqual([206, 'glTF']);
    const extraHeaders = { 'if-none-match': part.headers.get('etag') ?? '' };
    await expect(client.som3d.preview({ params: { id }, extraHeaders })).rejects.toMatchObject({ status: 304 });
    const beyond = { range: `bytes=${preview.size}-` };
    await expectProblem(client.som3d.preview({ params: { id }, headers: beyond }), 416);
    expect((await admin.client.som3d.preview({ params: { id } })).status).toBe(200);
    await expectProblem(other.client.som3d.preview({ params: { id } }), 404);
    await expectProblem(createClient({ baseUrl: api().url }).som3d.preview({ params: { id } }), 401);

    const [before] = await previewsOf(id);
    await first.stop();
    expect(await progressOf(id, client)).toMatchObject({ status: 'queued' });
    expect(await progressOf(id, client)).not.toHaveProperty('preview');
    expect(await previewsOf(id)).toEqual([]);
    await startRunner();
    expect(await until(async () => (await progressOf(id, client)).preview, 'it is announced again')).toEqual(preview);
    expect(await previewsOf(id)).not.toEqual([before]);
    await client.som3d.cancel({ params: { id } });
    await expectProblem(client.som3d.preview({ params: { id } }), 404);
    await until(() => imagingChildren().length === 0, 'the process has ended');
    await until(async () => (await filesOf(id)).length === 0, 'no file is left');
  });

  test('goes with the end of the job, and counts nowhere', async () => {
    await startRunner();
    const { client } = await api().doctor();
    const { job_id: id } = await upload(client);
    const job = await waitForJob(client, id);
    expect(job).not.toHaveProperty('preview');
    expect(JSON.stringify(job.metrics)).not.toContain('vista-previa');
    await expectProblem(client.som3d.preview({ params: { id: 'a b' } }), 422);
    await expectProblem(client.som3d.preview({ params: { id } }), 404);
    await until(async () => (await previewsOf(id)).length === 0, 'it is removed');
    expect(await jobRow(api().deps.orm, id)).toMatchObject({ status: 'DONE', preview_size: null });
  });

  test('is told by every process, from the row alone, and an event carries it', async () => {
    const { client } = await api().doctor();
    const { job_id: id } = await upload(client);
    const db = databases.kysely(api().deps.orm.em.fork());
    const move = async (values: object) =>
      await db
        .updateTable('JobConv')
        .set({ status: 'RUNNING', phase: 'meshing', percent: 40, ...values })
        .where('job_id', '=', id)
        .execute();
    await move({});
    const events = jobEvents(client, id);
    expect((await events.next()).value?.progress).not.toHaveProperty('preview');
    await move({ preview_size: 7, lease_token: 'gone' });
    const { value } = await events.next();
    expect(value?.progress).toMatchObject({ percent: 40, preview: { filename: 'vista-previa.glb', size: 7 } });
    // The row says so, and the file is gone: as after a fault of the storage.
    await expectProblem(client.som3d.preview({ params: { id } }), 404);
    await client.som3d.cancel({ params: { id } });
    const last = await events.next();
    expect(last.value?.progress).toEqual({ status: 'canceled', phase: 'canceled', percent: 40, error: null });
  });
});
