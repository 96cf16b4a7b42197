import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { createClient } from '@som3d/client';
import type { Job } from '@som3d/contract';
import { databases, entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { patientOf, upload } from '../support/jobs.ts';
import { describeApi, expectProblem } from '../support/server.ts';

describeApi('som3d jobs', (api) => {
  const fileOf = (job: Job): string => path.join(api().dataDir, 'files/uploads', `${job.job_id}.zip`);

  test('hides a job from everybody but its owner and administrators', async () => {
    const [doctor, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const params = { id: (await upload(doctor.client)).job_id };
    const unknown = { id: randomUUID() };
    const { som3d } = other.client;
    for (const target of [params, unknown]) {
      await expectProblem(som3d.get({ params: target }), 404);
      await expectProblem(som3d.progress({ params: target }), 404);
      await expectProblem(som3d.log({ params: target, query: {} }), 404);
      await expectProblem(som3d.stls({ params: target }), 404);
      await expectProblem(som3d.result({ params: target }), 404);
      await expectProblem(som3d.resultBytes({ params: target, headers: {} }), 404);
      await expectProblem(som3d.finalize({ params: target, body: { id_paciente: 1 } }), 404);
      await expectProblem(som3d.cancel({ params: target }), 404);
    }
    expect((await som3d.list({ query: {} })).body).toEqual({ jobs: [] });
    expect((await admin.client.som3d.get({ params })).body.job_id).toBe(params.id);
    const anonymous = createClient({ baseUrl: api().url, retry: false }).som3d;
    await expectProblem(upload(createClient({ baseUrl: api().url, retry: false })), 401);
    await expectProblem(anonymous.list({ query: {} }), 401);
    await expectProblem(anonymous.get({ params }), 401);
    await expectProblem(anonymous.progress({ params }), 401);
    await expectProblem(anonymous.log({ params, query: {} }), 401);
    await expectProblem(anonymous.stls({ params }), 401);
    await expectProblem(anonymous.result({ params }), 401);
    await expectProblem(anonymous.resultBytes({ params, headers: {} }), 401);
    await expectProblem(anonymous.finalize({ params, body: {} }), 401);
    await expectProblem(anonymous.cancel({ params }), 401);
  });

  test('checks what it is asked with', async () => {
    expect.hasAssertions();
    const { client } = await api().doctor();
    const params = { id: 'a b' };
    await expectProblem(client.som3d.get({ params }), 422);
    await expectProblem(client.som3d.progress({ params }), 422);
    await expectProblem(client.som3d.log({ params, query: {} }), 422);
    await expectProblem(client.som3d.stls({ params }), 422);
    await expectProblem(client.som3d.result({ params }), 422);
    await expectProblem(client.som3d.resultBytes({ params, headers: {} }), 422);
    await expectProblem(client.som3d.cancel({ params }), 422);
    await expectProblem(client.som3d.list({ query: { limit: 0 } }), 422);
    for (const expires of [59, 86_401])
      await expectProblem(client.som3d.result({ params: { id: 'x' }, query: { expires } }), 422);
    const { job_id: id } = await upload(client);
    await expectProblem(client.som3d.finalize({ params: { id }, body: { id_paciente: 0 } }), 422);
    await expectProblem(client.som3d.log({ params: { id }, query: { tail: -1 } }), 422);
    await expectProblem(client.som3d.file({ params: { token: 'x'.repeat(1001) }, headers: {} }), 422);
  });

  test('lists jobs, newest first, by page and by state', async () => {
    const [doctor, admin] = [await api().doctor(), await api().admin()];
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) ids.unshift((await upload(doctor.client)).job_id);
    await doctor.client.som3d.cancel({ params: { id: ids[1]! } });
    const list = async (query: { limit?: number; offset?: number; status?: 'queued' | 'canceled' }) => {
      const { body, headers } = await doctor.client.som3d.list({ query });
      return {
        ids: body.jobs.map(({ job_id }) => job_id),
        total: headers.get('x-total-count'),
        link: headers.get('link'),
      };
    };
    expect(await list({})).toEqual({ ids, total: '3', link: null });
    expect(await list({ limit: 1, offset: 1 })).toEqual({
      ids: [ids[1]],
      total: '3',
      link: expect.stringContaining('rel="next"') as string,
    });
    expect(await list({ status: 'canceled' })).toMatchObject({ ids: [ids[1]], total: '1' });
    expect(await list({ status: 'queued' })).toMatchObject({ ids: [ids[0], ids[2]], total: '2' });
    const { body } = await admin.client.som3d.list({ query: { limit: 3 } });
    expect(body.jobs.map(({ job_id }) => job_id)).toEqual(ids);
  });

  test('cancels a queued job, more than once', async () => {
    const doctor = await api().doctor();
    const job = await upload(doctor.client);
    const params = { id: job.job_id };
    const { body } = await doctor.client.som3d.cancel({ params });
    expect(body).toMatchObject({ status: 'canceled', phase: 'canceled', finished_at: expect.any(String) as string });
    expect((await doctor.client.som3d.cancel({ params })).body).toEqual(body);
    await expect(access(fileOf(job))).rejects.toThrow('ENOENT');
    await expectProblem(doctor.client.som3d.stls({ params }), 409);
  });

  test('has no result of a job that is not done', async () => {
    expect.hasAssertions();
    const doctor = await api().doctor();
    const params = { id: (await upload(doctor.client)).job_id };
    const id_paciente = await patientOf(doctor.client);
    await expectProblem(doctor.client.som3d.stls({ params }), 409);
    await expectProblem(doctor.client.som3d.result({ params }), 409);
    await expectProblem(doctor.client.som3d.resultBytes({ params, headers: {} }), 409);
    await expectProblem(doctor.client.som3d.finalize({ params, body: { id_paciente } }), 409);
  });

  test('shows the rows of the predecessor', async () => {
    const doctor = await api().doctor();
    const em = api().deps.orm.em.fork();
    const { id_usuario } = doctor.user;
    em.create(entities.JobConv, { job_id: 'legacy_1', id_usuario, status: 'DONE', extra_tasks_json: 'piel,grasa' });
    em.create(entities.JobConv, { job_id: 'legacy_2', id_usuario, status: 'RUNNING', extra_tasks_json: '{"x":1}' });
    em.create(entities.JobConv, { job_id: 'legacy_3', id_usuario, status: 'QUEUED' });
    await em.flush();
    const get = async (id: string) => (await doctor.client.som3d.get({ params: { id } })).body;
    expect(await get('legacy_1')).toMatchObject({
      status: 'done',
      phase: 'finished',
      percent: 100,
      metrics: { stl_count: null, durations: { total_seconds: null } },
      params: { enable_ortopedia: true, extra_tasks: ['piel', 'grasa'] },
    });
    expect(await get('legacy_2')).toMatchObject({ status: 'running', phase: 'reading', params: { extra_tasks: [] } });
    await expectProblem(doctor.client.som3d.stls({ params: { id: 'legacy_1' } }), 404);
    await expectProblem(doctor.client.som3d.result({ params: { id: 'legacy_1' } }), 404);
    await expectProblem(doctor.client.som3d.resultBytes({ params: { id: 'legacy_1' }, headers: {} }), 404);
    await expectProblem(doctor.client.som3d.cancel({ params: { id: 'legacy_1' } }), 409);
    expect((await doctor.client.som3d.cancel({ params: { id: 'legacy_2' } })).body.status).toBe('canceled');
  });

  test('gives the last lines of a log, or all', async () => {
    const doctor = await api().doctor();
    const { job_id: id } = await upload(doctor.client);
    const lines = Array.from({ length: 230 }, (_, index) => `línea ${index}`);
    await databases
      .kysely(api().deps.orm.em.fork())
      .insertInto('job_log')
      .values(lines.map((line) => ({ job_id: id, line, created_at: new Date() })))
      .execute();
    const log = async (query: { tail?: number; full?: boolean }) =>
      (await doctor.client.som3d.log({ params: { id }, query })).body;
    expect(await log({})).toMatchObject({ job_id: id, lines: lines.slice(30), total: 230, truncated: true });
    expect(await log({ tail: 2 })).toMatchObject({ log: 'línea 228\nlínea 229', total: 230, truncated: true });
    const whole = { lines, total: 230, truncated: false, full_available: true, fallback: false };
    expect(await log({ full: true })).toMatchObject({ ...whole, status: 'queued', phase: 'queued' });
    expect(await log({ tail: 0 })).toMatchObject(whole);
    const { body } = await doctor.client.som3d.get({ params: { id } });
    expect(body.log_tail).toEqual(lines.slice(-20));
  });
});
