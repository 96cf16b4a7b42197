import { randomUUID } from 'node:crypto';
import { createClient } from '@som3d/client';
import { jobMachinery } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { jobRow, until, upload } from '../support/jobs.ts';
import { describeJobs } from '../support/queues.ts';
import { expectProblem } from '../support/server.ts';

describeJobs('the priority of a job', (api) => {
  const uploadThree = async () => {
    const { client, user } = await api().doctor();
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) ids.push((await upload(client)).job_id);
    return { ids, client, user };
  };

  test('is an administrator’s to change, while the job is queued', async () => {
    const [{ client, ids, user }, admin] = [await uploadThree(), await api().admin()];
    const [id = '', canceled = ''] = ids;
    const body = { prioridad: 7 };
    const anonymous = createClient({ baseUrl: api().url, retry: false });
    await expectProblem(anonymous.som3d.prioritize({ params: { id }, body }), 401);
    await expectProblem(client.som3d.prioritize({ params: { id }, body }), 403);
    const { som3d } = admin.client;
    await expectProblem(som3d.prioritize({ params: { id: randomUUID() }, body }), 404);
    for (const prioridad of [-101, 101, 0.5]) {
      await expectProblem(som3d.prioritize({ params: { id }, body: { prioridad } }), 422);
    }
    expect((await client.som3d.get({ params: { id } })).body.prioridad).toBe(0);
    expect((await som3d.prioritize({ params: { id }, body })).body).toMatchObject({ job_id: id, prioridad: 7 });
    expect((await som3d.prioritize({ params: { id }, body })).body.prioridad).toBe(7);
    expect((await client.som3d.get({ params: { id } })).body.prioridad).toBe(7);
    const query = { entity_type: 'USUARIO', entity_id: user.id_usuario };
    const { body: entries } = await admin.client.admin.clinicalAudit({ query });
    expect(entries).toMatchObject([
      { action: 'UPDATE', before: { prioridad: 0 }, after: { prioridad: 7 }, meta: { job_id: id } },
    ]);
    expect(entries[0]?.actor_id_usuario).toBe(admin.user.id_usuario);
    await client.som3d.cancel({ params: { id: canceled } });
    await expectProblem(som3d.prioritize({ params: { id: canceled }, body }), 409, /en cola/);
    for (const other of [ids[0]!, ids[2]!]) await client.som3d.cancel({ params: { id: other } });
  });

  test('decides who comes first; the oldest among equals', async () => {
    const [{ ids }, admin] = [await uploadThree(), await api().admin()];
    await admin.client.som3d.prioritize({ params: { id: ids[2]! }, body: { prioridad: 5 } });
    await admin.client.som3d.prioritize({ params: { id: ids[0]! }, body: { prioridad: -1 } });
    const { deps } = api();
    const jobs = jobMachinery.createJobs({
      ...deps,
      config: { ...deps.config, SOM3D_EMBEDDED_WORKER: true, SOM3D_WORKER_CONCURRENCY: 1 },
    });
    const begun: string[] = [];
    jobs.signals.on('progress', (id, { status }) => {
      if (status === 'running' && !begun.includes(id)) begun.push(id);
    });
    await jobs.start();
    try {
      const statuses = async () => await Promise.all(ids.map(async (id) => (await jobRow(deps.orm, id))?.status));
      await until(async () => (await statuses()).every((status) => status === 'DONE'), 'all are done', 50_000);
      expect(begun).toEqual([ids[2], ids[1], ids[0]]);
    } finally {
      await jobs[Symbol.asyncDispose]();
    }
  });
});
