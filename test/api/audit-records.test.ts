import { randomUUID } from 'node:crypto';
import { entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { describeApi, expectProblem, type Session } from '../support/server.ts';

/** What the audit keeps of a patient's record: changes, reads by administrators, and tries that were refused. */
describeApi('the audit of clinical records', (api) => {
  const rowsOf = async (entity_type: string, query: { entity_id?: number; action?: string } = {}) => {
    const admin = await api().admin();
    return (await admin.client.admin.clinicalAudit({ query: { entity_type, ...query } })).body;
  };
  const patientOf = async ({ client }: Session) =>
    (await client.patients.create({ body: { nombres: 'Ana', apellidos: 'Ruiz' } })).body.id_paciente;
  const documents = { ui_json: '{}', modelos_json: '[]', notas_json: '[]', i18n_json: '{}' };

  test('keeps every word of a note that was written, changed and removed', async () => {
    const doctor = await api().doctor();
    const params = { id: await patientOf(doctor) };
    const { body: note } = await doctor.client.patients.createNote({ params, body: { texto: 'evolución' } });
    const path = { params: { ...params, note_id: note.id_note } };
    await doctor.client.patients.updateNote({ ...path, body: { texto: 'otro' } });
    await doctor.client.patients.removeNote(path);
    const rows = (await rowsOf('NOTA', { entity_id: note.id_note })).toReversed();
    expect(rows.map(({ action }) => action)).toEqual(['CREATE', 'UPDATE', 'DELETE']);
    expect(rows[0]).toMatchObject({ before: null, after: { texto: 'evolución', id_paciente: params.id } });
    expect(rows[1]).toMatchObject({ before: { texto: 'evolución' }, after: { texto: 'otro' } });
    expect(rows[2]).toMatchObject({ before: { texto: 'otro' }, after: null });
    expect(rows.every(({ actor_id_usuario }) => actor_id_usuario === doctor.user.id_usuario)).toBe(true);
  });

  test('keeps viewer states, large documents by their digest, also those that go with their patient', async () => {
    const doctor = await api().doctor();
    const id_paciente = await patientOf(doctor);
    const large = JSON.stringify('x'.repeat(20_000));
    const body = { titulo: 'Vista', id_paciente, ...documents, ui_json: large };
    const { body: state } = await doctor.client.visor.create({ body });
    await doctor.client.visor.update({ params: { id: state.id_visor_estado }, body: { titulo: 'Otra' } });
    await doctor.client.patients.remove({ params: { id: id_paciente } });
    const rows = (await rowsOf('ESTADO_VISOR', { entity_id: state.id_visor_estado })).toReversed();
    expect(rows.map(({ action }) => action)).toEqual(['CREATE', 'UPDATE', 'DELETE']);
    expect(rows[0]?.after).toMatchObject({ titulo: 'Vista', ui_json: { caracteres: large.length } });
    expect(rows[1]?.meta).toMatchObject({ changed: expect.arrayContaining(['titulo']) });
    expect(rows[2]).toMatchObject({ before: { titulo: 'Otra' }, meta: { con_paciente: id_paciente } });
  });

  test('keeps results that were registered, annotated and removed, and jobs that were cancelled', async () => {
    const doctor = await api().doctor();
    const id_paciente = await patientOf(doctor);
    const { id_usuario } = doctor.user;
    const [done, queued] = [randomUUID(), randomUUID()];
    const em = api().deps.orm.em.fork();
    em.create(entities.JobConv, { job_id: done, id_usuario, status: 'DONE', phase: 'finished', id_paciente });
    em.create(entities.JobConv, { job_id: queued, id_usuario, status: 'QUEUED', id_paciente });
    await em.flush();
    const finalized = await doctor.client.som3d.finalize({ params: { id: done }, body: { id_paciente } });
    const params = { id: finalized.body.id_jobstl };
    await doctor.client.som3d.finalize({ params: { id: done }, body: { id_paciente, notas: 'una' } });
    await doctor.client.som3d.updateResultNotes({ params, body: { notas: 'dos' } });
    await doctor.client.som3d.removeResult({ params });
    const rows = (await rowsOf('RESULTADO', { entity_id: params.id })).toReversed();
    expect(rows.map(({ action }) => action)).toEqual(['CREATE', 'UPDATE', 'UPDATE', 'DELETE']);
    expect(rows[2]).toMatchObject({ before: { notas: 'una' }, after: { notas: 'dos' } });
    await doctor.client.som3d.cancel({ params: { id: queued } });
    const [cancelled] = await rowsOf('TRABAJO');
    expect(cancelled).toMatchObject({ action: 'UPDATE', after: { status: 'CANCELED' }, meta: { job_id: queued } });
  });

  test('names what an administrator has read; a doctor’s own reads leave nothing', async () => {
    const doctor = await api().doctor();
    const id = await patientOf(doctor);
    const { body: note } = await doctor.client.patients.createNote({ params: { id }, body: { texto: 'nota' } });
    const { body: study } = await doctor.client.studies.create({ body: { id_paciente: id, modalidad: 'CT' } });
    const { body: state } = await doctor.client.visor.create({ body: { titulo: 'V', id_paciente: id, ...documents } });
    const everything = async ({ client }: Session) => {
      await client.patients.get({ params: { id } });
      await client.patients.list({ query: { limit: 1 } });
      await client.patients.listNotes({ params: { id } });
      await client.studies.get({ params: { id: study.id_estudio } });
      await client.studies.list({ query: { paciente_id: id } });
      await client.visor.get({ params: { id: state.id_visor_estado } });
      await client.visor.list({ query: { paciente_id: id } });
      await client.som3d.patientsWithStl();
    };
    await everything(doctor);
    const admin = await api().admin();
    await everything(admin);
    const reader = admin.user.id_usuario;
    const { body: rows } = await admin.client.admin.clinicalAudit({ query: { action: 'READ' } });
    expect(rows.filter(({ actor_id_usuario }) => actor_id_usuario === doctor.user.id_usuario)).toEqual([]);
    const read = rows.filter(({ actor_id_usuario }) => actor_id_usuario === reader).toReversed();
    expect(
      read.map(({ entity_type, entity_id, meta }) => [
        entity_type,
        entity_id,
        (meta as { ids?: number[] } | null)?.ids,
      ]),
    ).toEqual([
      ['PACIENTE', id, undefined],
      ['PACIENTE', 0, [id]],
      ['NOTA', 0, [note.id_note]],
      ['ESTUDIO', study.id_estudio, undefined],
      ['ESTUDIO', 0, [study.id_estudio]],
      ['ESTADO_VISOR', state.id_visor_estado, undefined],
      ['ESTADO_VISOR', 0, [state.id_visor_estado]],
      ['PACIENTE', 0, []],
    ]);
  });

  test('names who tried to reach another’s record, though nothing came of it', async () => {
    const [owner, stranger] = [await api().doctor(), await api().doctor()];
    const id = await patientOf(owner);
    const { body: study } = await owner.client.studies.create({ body: { id_paciente: id, modalidad: 'CT' } });
    const { body: state } = await owner.client.visor.create({ body: { titulo: 'V', ...documents } });
    const job_id = randomUUID();
    const em = api().deps.orm.em.fork();
    em.create(entities.JobConv, { job_id, id_usuario: owner.user.id_usuario });
    await em.flush();
    const { client } = stranger;
    await expectProblem(client.patients.get({ params: { id } }), 403);
    await expectProblem(client.patients.createNote({ params: { id }, body: { texto: 'x' } }), 403);
    await expectProblem(client.studies.remove({ params: { id: study.id_estudio } }), 403);
    await expectProblem(client.visor.get({ params: { id: state.id_visor_estado } }), 403);
    await expectProblem(client.som3d.get({ params: { id: job_id } }), 404);
    const message = {
      tipo: 'error',
      titulo: 'Una pregunta',
      descripcion: 'Sobre un paciente ajeno',
      severidad: 'baja',
    } as const;
    await expectProblem(client.messages.create({ body: { ...message, id_paciente: id } }), 404);
    const admin = await api().admin();
    const { body } = await admin.client.admin.clinicalAudit({
      query: { action: 'DENIED', actor: stranger.user.id_usuario },
    });
    expect(body.toReversed().map(({ entity_type, entity_id }) => [entity_type, entity_id])).toEqual([
      ['PACIENTE', id],
      ['PACIENTE', id],
      ['ESTUDIO', study.id_estudio],
      ['ESTADO_VISOR', state.id_visor_estado],
      ['TRABAJO', 0],
      ['PACIENTE', id],
    ]);
    expect(body.at(-1)?.meta).toEqual({ metodo: 'GET', ruta: '/patients/:id' });
    await expectProblem(client.patients.get({ params: { id: 2_000_000_000 } }), 404);
    const again = await admin.client.admin.clinicalAudit({ query: { actor: stranger.user.id_usuario } });
    expect(again.body).toHaveLength(6);
  });
});
