import { entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { patientOf } from '../support/jobs.ts';
import { describeApi, expectProblem, type Session } from '../support/server.ts';

const documents = { ui_json: '{}', modelos_json: '[]', notas_json: '[]', i18n_json: '{}' };

describeApi('som3d changes of a job', (api) => {
  let rows = 0;
  /** A job that ended, and its result of the same patient. */
  const record = async ({ user }: Session, id_paciente: number | null, status: 'DONE' | 'QUEUED' = 'DONE') => {
    const em = api().deps.orm.em.fork();
    const job_id = `change-${user.id_usuario}-${++rows}`;
    const nombre_proceso = `Rodilla ${rows}`;
    const created_at = new Date(Date.now() + rows * 1000);
    em.create(entities.JobConv, {
      job_id,
      id_usuario: user.id_usuario,
      id_paciente,
      status,
      nombre_proceso,
      created_at,
    });
    await em.flush();
    const result = em.create(entities.JobSTL, { job_id, id_paciente });
    await em.flush();
    return { id: job_id, id_jobstl: result.id_jobstl };
  };

  test('renames a job, and files it with its result and views under a patient', async () => {
    const [doctor, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const [first, second] = [await patientOf(doctor.client), await patientOf(doctor.client)];
    const { id, id_jobstl } = await record(doctor, null);
    const params = { id };
    const { update, stateContext } = doctor.client.som3d;
    const state = (await doctor.client.visor.create({ body: { titulo: 'Una', ...documents, id_jobstl } })).body;
    const named = await update({ params, body: { nombre_proceso: ' Cadera  izquierda ' } });
    expect(named.body).toMatchObject({ nombre_proceso: 'Cadera izquierda', params: { id_paciente: null } });
    expect((await update({ params, body: { id_paciente: first } })).body.params.id_paciente).toBe(first);
    expect((await stateContext({ params })).body).toMatchObject({ jobstl: { id_jobstl, id_paciente: first } });
    const seen = (await doctor.client.visor.get({ params: { id: state.id_visor_estado } })).body;
    expect(seen.id_paciente).toBe(first);

    // A patient who has the result already keeps it, and so does the other one.
    await doctor.client.som3d.finalize({ params, body: { id_paciente: second } });
    await admin.client.som3d.update({ params, body: { id_paciente: second } });
    const results = (await stateContext({ params })).body.resultados.map(({ id_paciente }) => id_paciente);
    expect(new Set(results)).toEqual(new Set([first, second]));
    const free = await update({ params, body: { id_paciente: null, nombre_proceso: null } });
    expect(free.body).toMatchObject({ nombre_proceso: null, params: { id_paciente: null } });

    await expectProblem(update({ params, body: { id_paciente: await patientOf(other.client) } }), 403);
    await expectProblem(update({ params, body: { id_paciente: 2_000_000_000 } }), 404);
    await expectProblem(update({ params, body: { nombre_proceso: 'x' } }), 422);
    await expectProblem(other.client.som3d.update({ params, body: {} }), 404);
    await expectProblem(api().client.som3d.update({ params, body: {} }), 401);
    const { body: trail } = await admin.client.admin.clinicalAudit({
      query: { entity_type: 'TRABAJO', action: 'UPDATE', limit: 1 },
    });
    expect(trail[0]).toMatchObject({ action: 'UPDATE', meta: { job_id: id }, after: { id_paciente: null } });
  });

  test('removes a job that ended with all that is of it, and no other', async () => {
    const [doctor, other] = [await api().doctor(), await api().doctor()];
    const { id, id_jobstl } = await record(doctor, await patientOf(doctor.client));
    const waiting = await record(doctor, null, 'QUEUED');
    const state = (await doctor.client.visor.create({ body: { titulo: 'Una', ...documents, id_jobstl } })).body;
    const { remove, get } = doctor.client.som3d;
    await expectProblem(remove({ params: { id: waiting.id } }), 409, /cancélelo/);
    await expectProblem(other.client.som3d.remove({ params: { id } }), 404);
    await expectProblem(api().client.som3d.remove({ params: { id } }), 401);
    await expectProblem(remove({ params: { id: 'a b' } }), 422);
    expect((await remove({ params: { id } })).status).toBe(204);
    await expectProblem(get({ params: { id } }), 404);
    await expectProblem(doctor.client.visor.get({ params: { id: state.id_visor_estado } }), 404);
    await expectProblem(remove({ params: { id } }), 404);
    expect((await get({ params: { id: waiting.id } })).body.status).toBe('queued');
  });

  test('finds jobs by their name and by their patient', async () => {
    const doctor = await api().doctor();
    const [patient, foreign] = [await patientOf(doctor.client), await patientOf((await api().doctor()).client)];
    const [own, bare] = [await record(doctor, patient), await record(doctor, null)];
    const found = async (query: object) =>
      (await doctor.client.som3d.list({ query })).body.jobs.map(({ job_id }) => job_id);
    expect(await found({ id_paciente: patient })).toEqual([own.id]);
    expect(await found({ id_paciente: foreign })).toEqual([]);
    expect(await found({ q: 'luz REY' })).toEqual([own.id]);
    expect(await found({ q: 'rodilla' })).toEqual([bare.id, own.id]);
    expect(await found({ q: '% luz' })).toEqual([]);
    await expectProblem(doctor.client.som3d.list({ query: { q: 'x'.repeat(101) } }), 422);
  });
});
