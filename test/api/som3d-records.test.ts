import { waitForJob } from '@som3d/client';
import type { Job } from '@som3d/contract';
import { databases, entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { patientOf, storedFiles, until, upload } from '../support/jobs.ts';
import { describeApi, expectProblem, type Session } from '../support/server.ts';

const MISSING = 2_000_000_000;
const documents = { ui_json: '{}', modelos_json: '[]', notas_json: '[]', i18n_json: '{}' };

describeApi('som3d records', (api) => {
  let rows = 0;
  /** A finished job of the predecessor's, and its result for a patient. */
  const record = async ({ user }: Session, id_paciente: number | null = null) => {
    const em = api().deps.orm.em.fork();
    const job_id = `record-${user.id_usuario}-${++rows}`;
    const created_at = new Date(Date.now() + rows * 1000);
    em.create(entities.JobConv, { job_id, id_usuario: user.id_usuario, status: 'DONE', created_at });
    await em.flush();
    const result = em.create(entities.JobSTL, { job_id, id_paciente, notas: 'Primera' });
    await em.flush();
    return { job_id, id_jobstl: result.id_jobstl };
  };

  test('lists jobs as their owner’s, and all of them with their owners for an administrator', async () => {
    const [doctor, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const id_paciente = await patientOf(doctor.client);
    const [first, second, foreign] = [await record(doctor), await record(doctor, id_paciente), await record(other)];
    const own = [second.job_id, first.job_id];
    const ids = ({ body }: { body: { jobs: { job_id: string }[] } }) => body.jobs.map(({ job_id }) => job_id);
    const mine = await doctor.client.som3d.mine({ query: {} });
    expect(ids(mine)).toEqual(own);
    expect(mine.headers.get('x-total-count')).toBe('2');
    expect(ids(await doctor.client.som3d.mine({ query: { limit: 1, offset: 1 } }))).toEqual(own.slice(1));
    expect(ids(await admin.client.som3d.mine({ query: {} }))).toEqual([]);
    const { nombre, apellido, correo, id_usuario } = doctor.user;
    const tracked = (await doctor.client.som3d.trackingMine({ query: { status: 'done' } })).body.jobs;
    expect(tracked).toMatchObject([
      {
        job_id: second.job_id,
        owner: { nombre, apellido, correo, id_usuario, id_medico: expect.any(Number) as number },
      },
      { job_id: first.job_id, owner: { id_usuario } },
    ]);
    const all = await admin.client.som3d.tracking({ query: { limit: 3 } });
    expect(all.body.jobs.map(({ job_id, owner }) => [job_id, owner.id_usuario])).toEqual([
      [foreign.job_id, other.user.id_usuario],
      [second.job_id, id_usuario],
      [first.job_id, id_usuario],
    ]);
    // A doctor without a patient has no profile yet.
    expect(all.body.jobs[0]?.owner.id_medico).toBeNull();
    expect((await admin.client.som3d.tracking({ query: { status: 'running' } })).body).toEqual({ jobs: [] });
    expect((await other.client.som3d.trackingMine({ query: { status: 'queued' } })).body).toEqual({ jobs: [] });

    await expectProblem(doctor.client.som3d.tracking({ query: {} }), 403);
    const anonymous = api().client.som3d;
    await expectProblem(anonymous.tracking({ query: {} }), 401);
    await expectProblem(anonymous.trackingMine({ query: {} }), 401);
    await expectProblem(anonymous.mine({ query: {} }), 401);
    const query = { status: 'lost' as never };
    await expectProblem(doctor.client.som3d.mine({ query }), 422);
    await expectProblem(doctor.client.som3d.trackingMine({ query }), 422);
    await expectProblem(admin.client.som3d.tracking({ query }), 422);
  });

  test('gives a log as text', async () => {
    const [doctor, other] = [await api().doctor(), await api().doctor()];
    const { job_id: id } = await record(doctor);
    await databases
      .kysely(api().deps.orm.em.fork())
      .insertInto('job_log')
      .values(['Inicio <1>', 'Fin, ñandú'].map((line) => ({ job_id: id, line, created_at: new Date() })))
      .execute();
    const { status, body, headers } = await doctor.client.som3d.logText({ params: { id } });
    expect([status, body]).toEqual([200, 'Inicio <1>\nFin, ñandú\n']);
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(headers.get('content-disposition')).toBeNull();
    const saved = await doctor.client.som3d.logText({ params: { id }, query: { download: true } });
    expect(saved.headers.get('content-disposition')).toBe(`attachment; filename=som3d_${id}.log`);
    await expectProblem(other.client.som3d.logText({ params: { id } }), 404);
    await expectProblem(api().client.som3d.logText({ params: { id } }), 401);
    await expectProblem(doctor.client.som3d.logText({ params: { id: 'a b' } }), 422);
    const empty = await record(doctor);
    expect((await doctor.client.som3d.logText({ params: { id: empty.job_id } })).body).toBe('');
  });

  test('gathers what the viewer opens a job with', async () => {
    const [doctor, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const id_paciente = await patientOf(doctor.client);
    const { job_id: id, id_jobstl } = await record(doctor, id_paciente);
    const saved: number[] = [];
    for (const titulo of ['Una', 'Otra']) {
      const { body } = await doctor.client.visor.create({ body: { titulo, ...documents, id_jobstl } });
      saved.push(body.id_visor_estado);
    }
    await doctor.client.visor.create({ body: { titulo: 'Suelta', ...documents } });
    const context = (await doctor.client.som3d.stateContext({ params: { id } })).body;
    expect(context).toMatchObject({
      job_id: id,
      id_jobstl,
      id_paciente,
      job: { job_id: id, status: 'done' },
      paciente: { id_paciente, nombres: 'Luz' },
      jobstl: { id_jobstl, job_id: id, id_paciente, notas: 'Primera' },
      resultados: [{ id_jobstl }],
    });
    expect(context.estados.map(({ id_visor_estado }) => id_visor_estado)).toEqual(saved.toReversed());
    expect(context.estados[0]).not.toHaveProperty('ui_json');
    expect((await admin.client.som3d.stateContext({ params: { id } })).body.estados).toHaveLength(2);

    // An administrator's own job for a doctor's patient: the administrator sees them, as all patients.
    const bare = await record(doctor);
    expect((await doctor.client.som3d.stateContext({ params: { id: bare.job_id } })).body).toMatchObject({
      id_jobstl: bare.id_jobstl,
      id_paciente: null,
      paciente: null,
      jobstl: { id_jobstl: bare.id_jobstl, id_paciente: null },
      estados: [],
    });
    // The result of one's own job that an administrator has registered for another doctor's patient.
    const foreign = await record(doctor, await patientOf(other.client));
    expect((await doctor.client.som3d.stateContext({ params: { id: foreign.job_id } })).body.paciente).toBeNull();
    await expectProblem(other.client.som3d.stateContext({ params: { id } }), 404);
    await expectProblem(api().client.som3d.stateContext({ params: { id } }), 401);
    await expectProblem(doctor.client.som3d.stateContext({ params: { id: 'a b' } }), 422);
  });

  test('changes the notes of a result', async () => {
    const [doctor, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const { id_jobstl: id, job_id } = await record(doctor);
    const params = { id };
    const { body } = await doctor.client.som3d.updateResultNotes({
      params,
      body: { notas: ' Lista\nespesor < 2 mm ' },
    });
    expect(body).toMatchObject({ id_jobstl: id, job_id, notas: 'Lista\nespesor < 2 mm' });
    expect((await admin.client.som3d.updateResultNotes({ params, body: { notas: null } })).body.notas).toBeNull();
    expect((await doctor.client.som3d.updateResultNotes({ params, body: { notas: ' ' } })).body.notas).toBeNull();
    const change = { params, body: { notas: 'x' } };
    await expectProblem(other.client.som3d.updateResultNotes(change), 404);
    await expectProblem(doctor.client.som3d.updateResultNotes({ ...change, params: { id: MISSING } }), 404);
    await expectProblem(api().client.som3d.updateResultNotes(change), 401);
    await expectProblem(doctor.client.som3d.updateResultNotes({ params, body: {} as never }), 422);
    await expectProblem(doctor.client.som3d.updateResultNotes({ params, body: { notas: 'x'.repeat(10_001) } }), 422);
    await expectProblem(doctor.client.som3d.updateResultNotes({ ...change, params: { id: 0 } }), 422);
  });

  test('lists results with their patients, the newest first', async () => {
    const [doctor, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const [a, b] = [await patientOf(doctor.client), await patientOf(doctor.client)];
    await patientOf(doctor.client);
    await doctor.client.patients.update({ params: { id: a }, body: { nombres: 'Zenobia' } });
    const [first, second, third] = [await record(doctor, a), await record(doctor, b), await record(doctor, a)];
    await record(doctor);
    const list = async (client: typeof doctor.client, query: object = {}) => {
      const { body, headers } = await client.som3d.patientsWithStl({ query });
      return [
        body.map(({ id_jobstl, id_paciente, total_stl }) => [id_jobstl, id_paciente, total_stl]),
        headers.get('x-total-count'),
      ];
    };
    const [newA, oldA, rowB] = [
      [third.id_jobstl, a, 2],
      [first.id_jobstl, a, 2],
      [second.id_jobstl, b, 1],
    ];
    expect(await list(doctor.client)).toEqual([[newA, rowB, oldA], '3']);
    expect(await list(doctor.client, { limit: 1 })).toEqual([[newA], '3']);
    expect(await list(doctor.client, { limit: 1, offset: 1 })).toEqual([[rowB], '3']);
    expect(await list(doctor.client, { q: 'zenob' })).toEqual([[newA, oldA], '2']);
    expect(await list(other.client)).toEqual([[], '0']);
    expect(await list(admin.client, { limit: 2 })).toEqual([[newA, rowB], expect.any(String)]);
    const { body } = await doctor.client.som3d.patientsWithStl({ query: {} });
    expect(body[0]).toMatchObject({
      job_id: third.job_id,
      nombres: 'Zenobia',
      apellidos: 'Rey',
      doc_numero: expect.any(String) as string,
      notas: 'Primera',
      created_at: expect.any(String) as string,
    });
    await expectProblem(api().client.som3d.patientsWithStl({ query: {} }), 401);
    await expectProblem(doctor.client.som3d.patientsWithStl({ query: { limit: 0 } }), 422);
  });

  test('takes a path that is spelled out for what it says, not for a job', async () => {
    const { token } = await api().doctor();
    const get = async (path: string) =>
      (await fetch(`${api().url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await get('/som3d/jobs/mine')).toBe(200);
    expect(await get('/som3d/jobs/tracking')).toBe(403);
    expect(await get('/som3d/jobs/tracking/mine')).toBe(200);
    expect(await get('/som3d/jobs/other')).toBe(404);
  });
});

describeApi(
  'som3d result removal',
  (api) => {
    const finished = async (doctor: Session): Promise<Job> =>
      await waitForJob(doctor.client, (await upload(doctor.client)).job_id);
    const register = async ({ client }: Session, { job_id }: Job, id_paciente: number) =>
      (await client.som3d.finalize({ params: { id: job_id }, body: { id_paciente } })).body.id_jobstl;
    const filesOf = async ({ job_id }: Job) =>
      (await storedFiles(api().dataDir)).filter((file) => file.includes(`/results/${job_id}/`));

    test('removes the result, its states, and its files with the last of them', async () => {
      const [doctor, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
      const job = await finished(doctor);
      const [a, b] = [await patientOf(doctor.client), await patientOf(doctor.client)];
      const [first, second] = [await register(doctor, job, a), await register(doctor, job, b)];
      const view = async (id_jobstl: number) =>
        (await doctor.client.visor.create({ body: { titulo: 'Vista', ...documents, id_jobstl } })).body.id_visor_estado;
      const [gone, kept] = [await view(first), await view(second)];
      await expectProblem(other.client.som3d.removeResult({ params: { id: first } }), 404);
      await expectProblem(api().client.som3d.removeResult({ params: { id: first } }), 401);
      await expectProblem(doctor.client.som3d.removeResult({ params: { id: 0 } }), 422);

      expect((await doctor.client.som3d.removeResult({ params: { id: first } })).status).toBe(204);
      await expectProblem(doctor.client.som3d.removeResult({ params: { id: first } }), 404);
      await expectProblem(doctor.client.visor.get({ params: { id: gone } }), 404);
      expect((await doctor.client.visor.get({ params: { id: kept } })).body.id_jobstl).toBe(second);
      // The other patient's result is the same files.
      expect((await doctor.client.som3d.stls({ params: { id: job.job_id } })).body.count).toBe(1);

      expect((await admin.client.som3d.removeResult({ params: { id: second } })).status).toBe(204);
      await until(async () => (await filesOf(job)).length === 0, 'the files are gone');
      const noted = await databases
        .kysely(api().deps.orm.em.fork())
        .selectFrom('storage_deletion')
        .selectAll()
        .execute();
      expect(noted).toEqual([]);
      await expectProblem(doctor.client.visor.get({ params: { id: kept } }), 404);
      await expectProblem(doctor.client.som3d.stls({ params: { id: job.job_id } }), 404);
      await expectProblem(doctor.client.som3d.resultBytes({ params: { id: job.job_id }, headers: {} }), 404);
      expect((await doctor.client.som3d.get({ params: { id: job.job_id } })).body.status).toBe('done');
      const again = doctor.client.som3d.finalize({ params: { id: job.job_id }, body: { id_paciente: a } });
      await expectProblem(again, 409, /se eliminó/);
    });

    test('removes a result once, and its files also when all go at the same moment', async () => {
      const doctor = await api().doctor();
      const job = await finished(doctor);
      const ids: number[] = [];
      for (let patient = 0; patient < 3; patient++)
        ids.push(await register(doctor, job, await patientOf(doctor.client)));
      const removals = await Promise.allSettled(
        [...ids, ...ids].map((id) => doctor.client.som3d.removeResult({ params: { id } })),
      );
      const statuses = removals.map((removal) =>
        removal.status === 'fulfilled' ? removal.value.status : (removal.reason as { status: number }).status,
      );
      expect(statuses.toSorted((a, b) => a - b)).toEqual([204, 204, 204, 404, 404, 404]);
      await until(async () => (await filesOf(job)).length === 0, 'the files are gone');
    });
  },
  { SOM3D_EMBEDDED_WORKER: 'true' },
);
