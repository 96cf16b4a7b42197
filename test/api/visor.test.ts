import { databases, entities } from '@som3d/server/testing';
import { paginate } from '@som3d/client';
import { expect, test } from 'vitest';
import { patientOf } from '../support/jobs.ts';
import { describeApi, expectProblem, type Session } from '../support/server.ts';

const MISSING = 2_000_000_000;
const MIB = 1024 * 1024;
const documents = { ui_json: '{}', modelos_json: '[]', notas_json: '[]', i18n_json: '{}' };

describeApi('viewer states', (api) => {
  let jobs = 0;
  /** A finished job with a registered result. */
  const resultOf = async ({ user }: Session, id_paciente: number | null = null) => {
    const em = api().deps.orm.em.fork();
    const job_id = `visor-${user.id_usuario}-${++jobs}`;
    em.create(entities.JobConv, { job_id, id_usuario: user.id_usuario, status: 'DONE' });
    await em.flush();
    const result = em.create(entities.JobSTL, { job_id, id_paciente });
    await em.flush();
    return { job_id, id_jobstl: result.id_jobstl };
  };
  const create = async ({ client }: Session, body: object = {}) =>
    (await client.visor.create({ body: { titulo: 'Vista', ...documents, ...body } })).body;

  test('gives the documents back as the strings that were sent', async () => {
    const doctor = await api().doctor();
    const id_paciente = await patientOf(doctor.client);
    const { id_jobstl } = await resultOf(doctor, id_paciente);
    const sent = {
      ui_json: '{ "a" : 1.50, "a": 2,\n\t"é": "\\u00e9 <b> \\u0000" }',
      modelos_json: ' [1e3] ',
      notas_json: '"texto"',
      i18n_json: 'null',
    };
    const { status, body } = await doctor.client.visor.create({
      body: { titulo: ' Vista  <1> ', descripcion: null, ...sent, id_paciente, id_jobstl },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ titulo: 'Vista 1', descripcion: null, id_paciente, id_jobstl, ...sent });
    const params = { id: body.id_visor_estado };
    expect((await doctor.client.visor.get({ params })).body).toEqual(body);

    const change = { ui_json: '[]', descripcion: 'De frente', id_jobstl: null };
    const changed = (await doctor.client.visor.update({ params, body: change })).body;
    const { actualizado_en } = changed;
    expect(changed).toEqual({ ...body, ...change, actualizado_en });
    expect(Date.parse(actualizado_en)).toBeGreaterThanOrEqual(Date.parse(body.actualizado_en));
    expect((await doctor.client.visor.get({ params })).body).toEqual(changed);
    expect((await doctor.client.visor.remove({ params })).status).toBe(204);
    await expectProblem(doctor.client.visor.get({ params }), 404);
    await expectProblem(doctor.client.visor.remove({ params }), 404);
  });

  test('takes four documents of 1 MiB each, and says which is larger or no JSON', async () => {
    const doctor = await api().doctor();
    // Every character of the largest form that JSON gives it: escaped quotes inside an escaped string.
    const full = JSON.stringify('"'.repeat(MIB / 2 - 1));
    expect(full).toHaveLength(MIB);
    const state = await create(doctor, { ui_json: full, modelos_json: full, notas_json: full, i18n_json: full });
    expect(state.i18n_json === full).toBe(true);
    const places = async (body: object) =>
      (await expectProblem(create(doctor, body), 422)).errors.map(({ loc }) => loc);
    expect(await places({ ui_json: `${full} ` })).toEqual([['body', 'ui_json']]);
    expect(await places({ modelos_json: JSON.stringify('é'.repeat(MIB / 2)) })).toEqual([['body', 'modelos_json']]);
    expect(await places({ notas_json: '{"a":}', i18n_json: 'x' })).toEqual([
      ['body', 'notas_json'],
      ['body', 'i18n_json'],
    ]);
    // Half of a surrogate pair could not be given back.
    expect(await places({ ui_json: '"\ud800"' })).toEqual([['body', 'ui_json']]);
    expect(await places({ ui_json: { a: 1 }, modelos_json: undefined, titulo: ' ', id_paciente: -1 })).toEqual([
      ['body', 'titulo'],
      ['body', 'ui_json'],
      ['body', 'modelos_json'],
      ['body', 'id_paciente'],
    ]);
    const params = { id: state.id_visor_estado };
    for (const body of [
      { titulo: null },
      { ui_json: null },
      { ui_json: `${full} ` },
      { modelos_json: 'no JSON' },
      { descripcion: 'x'.repeat(401) },
    ]) {
      await expectProblem(doctor.client.visor.update({ params, body: body as never }), 422);
    }
    await expectProblem(doctor.client.visor.remove({ params: { id: 0 } }), 422);
    await expectProblem(doctor.client.visor.get({ params: { id: 'x' as never } }), 422);
  });

  test('stores the empty document of its kind for an empty text', async () => {
    const doctor = await api().doctor();
    const empty = { ui_json: '', modelos_json: ' ', notas_json: '', i18n_json: '' };
    const state = await create(doctor, empty);
    expect(state).toMatchObject(documents);
    const params = { id: state.id_visor_estado };
    await doctor.client.visor.update({ params, body: { notas_json: '[1]', ui_json: '{"a":1}' } });
    expect((await doctor.client.visor.update({ params, body: empty })).body).toMatchObject(documents);
  });

  test('takes the stored text again that is no JSON, and no other', async () => {
    const doctor = await api().doctor();
    const state = await create(doctor);
    const params = { id: state.id_visor_estado };
    const former = { ui_json: "{'z': 1}", notas_json: 'una nota\nsuelta' };
    await databases
      .kysely(api().deps.orm.em.fork())
      .updateTable('VisorEstado')
      .set(former)
      .where('id_visor_estado', '=', state.id_visor_estado)
      .execute();
    const whole = { titulo: 'Otra', ...documents, ...former, modelos_json: '[2]' };
    expect((await doctor.client.visor.update({ params, body: whole })).body).toMatchObject(whole);
    const changed = await expectProblem(
      doctor.client.visor.update({ params, body: { ...whole, notas_json: 'otra nota' } }),
      422,
    );
    expect(changed.errors).toMatchObject([{ loc: ['body', 'notas_json'] }]);
    expect((await doctor.client.visor.update({ params, body: { notas_json: '[]' } })).body.notas_json).toBe('[]');
    await expectProblem(doctor.client.visor.update({ params, body: { notas_json: former.notas_json } }), 422);
  });

  test('takes the patient of its result, when they are the doctor’s own', async () => {
    const [doctor, other] = [await api().doctor(), await api().doctor()];
    const id_paciente = await patientOf(doctor.client);
    const { id_jobstl } = await resultOf(doctor, id_paciente);
    expect(await create(doctor, { id_jobstl })).toMatchObject({ id_paciente, id_jobstl });
    const another = await patientOf(doctor.client);
    expect(await create(doctor, { id_jobstl, id_paciente: another })).toMatchObject({ id_paciente: another });
    // An administrator registered the result for a patient of another doctor.
    const foreign = await resultOf(doctor, await patientOf(other.client));
    expect((await create(doctor, { id_jobstl: foreign.id_jobstl })).id_paciente).toBeNull();
  });

  test('is saved by an administrator for the doctor of the patient or of the result', async () => {
    const [doctor, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const id_paciente = await patientOf(doctor.client);
    const { id_jobstl } = await resultOf(doctor);
    const { id_medico } = (await doctor.client.patients.get({ params: { id: id_paciente } })).body;
    const byPatient = await create(admin, { id_paciente });
    expect(byPatient).toMatchObject({ id_medico, id_paciente });
    const byResult = await create(admin, { id_jobstl });
    expect(byResult).toMatchObject({ id_medico, id_jobstl, id_paciente: null });
    // The administrator's own scan of the doctor's patient.
    const scan = await resultOf(admin, id_paciente);
    expect(await create(admin, { id_jobstl: scan.id_jobstl })).toMatchObject({ id_medico, id_paciente });
    expect((await doctor.client.visor.list()).body).toHaveLength(3);
    for (const links of [{}, { id_jobstl: (await resultOf(admin)).id_jobstl }, { id_paciente: MISSING }]) {
      await expectProblem(create(admin, links), 422, /paciente o el resultado/);
    }

    const params = { id: byPatient.id_visor_estado };
    const body = { titulo: 'Del administrador', id_jobstl };
    expect((await admin.client.visor.update({ params, body })).body).toMatchObject({ ...body, id_medico });
    const foreign = await patientOf(other.client);
    await expectProblem(admin.client.visor.update({ params, body: { id_paciente: foreign } }), 403);
    expect((await admin.client.visor.remove({ params })).status).toBe(204);
    const audited = await databases
      .kysely(api().deps.orm.em.fork())
      .selectFrom('ClinicalAudit')
      .select(['action', 'actor_id_usuario'])
      .where('entity_type', '=', 'ESTADO_VISOR')
      .where('entity_id', '=', params.id)
      .orderBy('id_audit')
      .execute();
    const { id_usuario: actor_id_usuario } = admin.user;
    expect(audited).toEqual(['CREATE', 'UPDATE', 'DELETE'].map((action) => ({ action, actor_id_usuario })));
  });

  test('is its doctor’s and the administrators’', async () => {
    const [owner, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const { id_visor_estado: id, ...state } = await create(owner);
    const [params, body] = [{ id }, { titulo: 'Otra' }];
    const whole = { titulo: 'Vista', ...documents };
    const anonymous = api().client.visor;
    await expectProblem(anonymous.list(), 401);
    await expectProblem(anonymous.create({ body: whole }), 401);
    await expectProblem(anonymous.get({ params }), 401);
    await expectProblem(anonymous.update({ params, body }), 401);
    await expectProblem(anonymous.remove({ params }), 401);
    await expectProblem(other.client.visor.get({ params }), 403);
    await expectProblem(other.client.visor.update({ params, body }), 403);
    await expectProblem(other.client.visor.remove({ params }), 403);
    await expectProblem(owner.client.visor.update({ params: { id: MISSING }, body }), 404);
    expect((await admin.client.visor.get({ params })).body).toEqual({ id_visor_estado: id, ...state });
  });

  test('is tied to one’s own patient and result only', async () => {
    const [owner, other] = [await api().doctor(), await api().doctor()];
    const [foreignPatient, foreignResult] = [await patientOf(other.client), await resultOf(other)];
    const params = { id: (await create(owner)).id_visor_estado };
    const links: [object, number][] = [
      [{ id_paciente: foreignPatient }, 403],
      [{ id_jobstl: foreignResult.id_jobstl }, 403],
      [{ id_paciente: MISSING }, 404],
      [{ id_jobstl: MISSING }, 404],
    ];
    for (const [link, status] of links) {
      await expectProblem(create(owner, link), status);
      await expectProblem(owner.client.visor.update({ params, body: link }), status);
    }
    const own = await resultOf(owner);
    const { body } = await owner.client.visor.update({
      params,
      body: { id_paciente: await patientOf(owner.client), id_jobstl: own.id_jobstl },
    });
    expect(body.id_jobstl).toBe(own.id_jobstl);
  });

  test('lists the newest first, filtered by patient and by job', async () => {
    const [doctor, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const id_paciente = await patientOf(doctor.client);
    const { job_id, id_jobstl } = await resultOf(doctor);
    const a = await create(doctor, { id_paciente });
    const b = await create(doctor, { id_jobstl });
    const c = await create(doctor);
    const list = async (client: typeof doctor.client, query: object = {}) => {
      const { body, headers } = await client.visor.list({ query });
      return [body, headers.get('x-total-count'), headers.get('link')];
    };
    expect(await list(doctor.client)).toEqual([[c, b, a], '3', null]);
    expect(await list(doctor.client, { paciente_id: id_paciente })).toEqual([[a], '1', null]);
    const result = await resultOf(doctor, id_paciente);
    const d = await create(doctor, { id_jobstl: result.id_jobstl });
    await doctor.client.visor.update({ params: { id: d.id_visor_estado }, body: { id_paciente: null } });
    const ofPatient = (await doctor.client.visor.list({ query: { paciente_id: id_paciente } })).body;
    expect(ofPatient.map(({ id_visor_estado }) => id_visor_estado)).toEqual([d.id_visor_estado, a.id_visor_estado]);
    await doctor.client.visor.remove({ params: { id: d.id_visor_estado } });
    expect(await list(doctor.client, { job_id })).toEqual([[b], '1', null]);
    expect(await list(admin.client, { job_id })).toEqual([[b], '1', null]);
    expect(await list(other.client, { job_id })).toEqual([[], '0', null]);
    expect(await list(doctor.client, { limit: 1, offset: 1 })).toEqual([
      [b],
      '3',
      expect.stringContaining('offset=2>; rel="next"') as string,
    ]);
    await expectProblem(doctor.client.visor.list({ query: { job_id: 'a b' } }), 422);
  });

  test('ends a page before it carries too much, and says where it goes on', async () => {
    const doctor = await api().doctor();
    const { id_visor_estado, id_medico } = await create(doctor);
    const large = JSON.stringify('x'.repeat(MIB - 2));
    const row = { ui_json: large, modelos_json: large, notas_json: large, i18n_json: large };
    for (const titulo of ['1', '2', '3', '4', '5']) {
      await databases
        .kysely(api().deps.orm.em.fork())
        .insertInto('VisorEstado')
        .values({ id_medico, titulo, ...row, creado_en: new Date(), actualizado_en: new Date() })
        .execute();
    }
    const { body, headers } = await doctor.client.visor.list({ query: {} });
    expect(body.map(({ titulo }) => titulo)).toEqual(['5', '4', '3', '2']);
    expect(headers.get('x-total-count')).toBe('6');
    expect(headers.get('link')).toBe('</visor/states?limit=4&offset=4>; rel="next"');
    const all: number[] = [];
    for await (const state of paginate(doctor.client.visor.list)) all.push(state.id_visor_estado);
    expect(new Set(all).size).toBe(6);
    expect(all.at(-1)).toBe(id_visor_estado);
  });
});
