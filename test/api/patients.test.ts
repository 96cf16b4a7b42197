import { entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { describeApi, expectProblem, type Session } from '../support/server.ts';

let documents = 0;
function document() {
  return { doc_tipo: 'CC', doc_numero: `P${String(++documents).padStart(6, '0')}` };
}
const names = { nombres: 'María José', apellidos: 'Núñez' };

async function create({ client }: Session, body: object = {}) {
  return (await client.patients.create({ body: { ...names, ...document(), ...body } })).body;
}

describeApi('patients', (api) => {
  const auditOf = async (entity_id: number, entity_type = 'PACIENTE') =>
    (
      await api()
        .deps.orm.em.fork()
        .find(entities.ClinicalAudit, { entity_type, entity_id }, { orderBy: { id_audit: 'asc' } })
    ).map(({ action, actor_id_usuario, before_json, after_json, meta_json }) => ({
      action,
      actor: actor_id_usuario,
      before: JSON.parse(before_json ?? 'null') as Record<string, unknown> | null,
      after: JSON.parse(after_json ?? 'null') as Record<string, unknown> | null,
      meta: JSON.parse(meta_json ?? 'null') as Record<string, unknown> | null,
    }));

  test('creates a patient, normalised, with its audit row', async () => {
    const doctor = await api().doctor();
    const { status, body } = await doctor.client.patients.create({
      body: {
        nombres: ' ana  lucía ',
        apellidos: 'de la Cruz',
        doc_tipo: 'cc',
        doc_numero: ' 1.020-304 x',
        fecha_nacimiento: '1980-02-29',
        sexo: 'f',
        telefono: '+57 (1) 555 1234',
        correo: ' Ana@Example.COM',
        direccion: 'Cra 7 # 12-34 <apto>',
        ciudad: 'Bogotá D.C.',
      },
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id_paciente: expect.any(Number) as number,
      id_medico: expect.any(Number) as number,
      nombres: 'ana lucía',
      apellidos: 'de la Cruz',
      doc_tipo: 'CC',
      doc_numero: '1020-304X',
      fecha_nacimiento: '1980-02-29',
      sexo: 'F',
      telefono: '+5715551234',
      correo: 'ana@example.com',
      direccion: 'Cra 7 # 12-34 apto',
      ciudad: 'Bogotá D.C.',
      estado: 'ACTIVO',
    });
    const [entry, ...more] = await auditOf(body.id_paciente);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ action: 'CREATE', actor: doctor.user.id_usuario, before: null, after: body });
  });

  test('makes one doctor’s profile when the first two patients come at once', async () => {
    const doctor = await api().doctor();
    const created = await Promise.all([create(doctor), create(doctor), create(doctor)]);
    expect(new Set(created.map(({ id_medico }) => id_medico)).size).toBe(1);
  });

  test('refuses a document that the doctor has registered, also in a race and on a change', async () => {
    const doctor = await api().doctor();
    const taken = document();
    const race = await Promise.allSettled([create(doctor, taken), create(doctor, taken), create(doctor, taken)]);
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expectProblem(create(doctor, { ...taken, doc_tipo: 'cc' }), 409, /^Documento ya registrado$/);
    const patient = await create(doctor);
    const change = doctor.client.patients.update({ params: { id: patient.id_paciente }, body: taken });
    await expectProblem(change, 409, /^Documento ya registrado$/);
    // Patients without a document do not stand in each other's way.
    await create(doctor, { doc_tipo: null, doc_numero: null });
    await create(doctor, { doc_tipo: '', doc_numero: ' ' });
  });

  test('takes a document that is a patient of another doctor, and says nothing of that', async () => {
    const [doctor, other] = [await api().doctor(), await api().doctor()];
    const shared = document();
    const [mine, theirs] = [await create(doctor, shared), await create(other, shared)];
    expect(theirs).toMatchObject({ doc_numero: mine.doc_numero, doc_tipo: mine.doc_tipo });
    expect(theirs.id_medico).not.toBe(mine.id_medico);
    await expectProblem(create(other, shared), 409, /^Documento ya registrado$/);
  });

  test.each(['jose', 'JOSÉ', 'josé', 'Jose\u0301', 'nanez ho', 'ÑÁÑEZ', 'strass', 'cc-1%'])(
    'finds a patient by %s, whatever its case and accents',
    async (q) => {
      const doctor = await api().doctor();
      const body = {
        nombres: 'José Höger',
        apellidos: 'Ñáñez Straße',
        doc_tipo: 'CC',
        doc_numero: `CC-1${document().doc_numero}`,
      };
      await doctor.client.patients.create({ body });
      await create(doctor, { nombres: 'Pablo', apellidos: 'Pérez' });
      const found = await doctor.client.patients.list({ query: { q: q.replace('%', '') } });
      // A letter that stands for two is one letter for the database.
      expect(found.body.map(({ nombres }) => nombres)).toEqual(q === 'strass' ? [] : ['José Höger']);
    },
  );

  test('says which field does not fit', async () => {
    const { client } = await api().doctor();
    const body = {
      nombres: 'A1',
      apellidos: undefined as never,
      fecha_nacimiento: '2999-01-01',
      sexo: 'X',
      correo: 'a@b',
      telefono: '12',
      doc_numero: '*',
      estado: 'MUERTO' as never,
    };
    const error = await expectProblem(client.patients.create({ body }), 422);
    expect(new Set(error.errors.map(({ loc }) => loc[1]))).toEqual(
      new Set(['apellidos', 'correo', 'estado', 'fecha_nacimiento', 'nombres', 'sexo', 'telefono']),
    );
    for (const id of [0, -1, 2_147_483_648, 1.5]) await expectProblem(client.patients.get({ params: { id } }), 422);
    await expectProblem(client.patients.list({ query: { limit: 501 } }), 422);
    await expectProblem(client.patients.list({ query: { offset: -1 } }), 422);
    await expectProblem(client.patients.remove({ params: { id: 'x' as never } }), 422);
  });

  test('is for its doctor and for administrators', async () => {
    const [owner, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const { id_paciente: id } = await create(owner);
    const params = { id };
    const change = { body: { ciudad: 'Cali' }, params };
    await expectProblem(api().client.patients.list(), 401);
    await expectProblem(api().client.patients.create({ body: names }), 401);
    await expectProblem(api().client.patients.get({ params }), 401);
    await expectProblem(api().client.patients.update(change), 401);
    await expectProblem(api().client.patients.remove({ params }), 401);
    await expectProblem(other.client.patients.get({ params }), 403);
    await expectProblem(other.client.patients.update(change), 403);
    await expectProblem(other.client.patients.remove({ params }), 403);
    await expectProblem(admin.client.patients.create({ body: names }), 403);
    const missing = { id: 2_000_000_000 };
    await expectProblem(owner.client.patients.get({ params: missing }), 404);
    await expectProblem(owner.client.patients.update({ ...change, params: missing }), 404);
    await expectProblem(owner.client.patients.remove({ params: missing }), 404);
    await expectProblem(owner.client.patients.update({ params, body: { sexo: '?' } }), 422);
    expect((await admin.client.patients.get({ params })).body.id_paciente).toBe(id);
    expect((await admin.client.patients.update(change)).body.ciudad).toBe('Cali');
    expect((await owner.client.patients.get({ params })).body.ciudad).toBe('Cali');
  });

  test('changes what is given, clears what is null or blank, and keeps both in the audit', async () => {
    const doctor = await api().doctor();
    const before = await create(doctor, { telefono: '3001112233', ciudad: 'Cali' });
    const params = { id: before.id_paciente };
    const { body } = await doctor.client.patients.update({
      params,
      body: { telefono: null, apellidos: 'Peña', ciudad: '' },
    });
    expect(body).toEqual({ ...before, telefono: null, apellidos: 'Peña', ciudad: null });
    await expectProblem(doctor.client.patients.update({ params, body: { nombres: null as never } }), 422);
    const entries = await auditOf(before.id_paciente);
    expect(entries.map(({ action }) => action)).toEqual(['CREATE', 'UPDATE']);
    expect(entries[1]?.before).toMatchObject(before);
    expect(entries[1]?.after).toMatchObject(body);
    expect(entries[1]?.meta?.['changed']).toEqual(expect.arrayContaining(['telefono', 'apellidos', 'ciudad']));
    expect(entries[1]?.meta?.['changed']).not.toContain('direccion');
  });

  test('lists the newest first, by page, filtered', async () => {
    const doctor = await api().doctor();
    await create(await api().doctor());
    const [first, second, third] = [
      await create(doctor, { nombres: 'Zoé', estado: 'INACTIVO' }),
      await create(doctor, { nombres: 'Juan Pablo', apellidos: 'Gómez' }),
      await create(doctor, { nombres: 'Cien', apellidos: 'Tilde' }),
    ];
    const ids = async (query: object = {}) => {
      const { body, headers } = await doctor.client.patients.list({ query });
      return {
        ids: body.map(({ id_paciente }) => id_paciente),
        total: headers.get('x-total-count'),
        link: headers.get('link'),
      };
    };
    const [a, b, c] = [first, second, third].map(({ id_paciente }) => id_paciente);
    expect(await ids()).toEqual({ ids: [c, b, a], total: '3', link: null });
    expect(await ids({ limit: 2 })).toMatchObject({
      ids: [c, b],
      total: '3',
      link: '</patients?limit=2&offset=2>; rel="next"',
    });
    expect(await ids({ limit: 2, offset: 2 })).toMatchObject({ ids: [a], total: '3' });
    expect(await ids({ limit: 2, offset: 9 })).toMatchObject({ ids: [], total: '3' });
    expect(await ids({ estado: 'inactivo' })).toMatchObject({ ids: [a], total: '1' });
    expect(await ids({ q: 'pablo góm' })).toMatchObject({ ids: [b] });
    expect(await ids({ q: '%' })).toMatchObject({ ids: [] });
    expect(await ids({ q: '_' })).toMatchObject({ ids: [] });
    expect(await ids({ doc_numero: second.doc_numero?.slice(2) })).toMatchObject({ ids: [b] });
    const admin = await api().admin();
    const all = await admin.client.patients.list();
    expect(all.body.length).toBeGreaterThan(3);
    expect((await (await api().doctor()).client.patients.list()).body).toEqual([]);
  });

  test('removes a patient with all that hangs on it, and keeps it in the audit', async () => {
    const doctor = await api().doctor();
    const patient = await create(doctor);
    const { id_paciente, id_medico } = patient;
    const em = api().deps.orm.em.fork();
    const study = em.create(entities.Estudio, { id_paciente, id_medico, modalidad: 'CT', descripcion: 'Rodilla' });
    em.create(entities.ClinicalNote, { id_paciente, id_medico, texto: 'Nota de prueba' });
    const job_id = `job-${id_paciente}`;
    em.create(entities.JobConv, { job_id, id_usuario: doctor.user.id_usuario, status: 'DONE', id_paciente });
    await em.flush();
    const result = em.create(entities.JobSTL, { job_id, id_paciente });
    await em.flush();
    const views = { ui_json: '{}', modelos_json: '[]', notas_json: '[]', i18n_json: '{}' };
    em.create(entities.VisorEstado, { id_medico, id_paciente, id_jobstl: result.id_jobstl, titulo: 'Vista', ...views });
    await em.flush();

    const params = { id: id_paciente };
    expect((await doctor.client.patients.remove({ params })).status).toBe(204);
    await expectProblem(doctor.client.patients.get({ params }), 404);
    await expectProblem(doctor.client.patients.remove({ params }), 404);

    const after = api().deps.orm.em.fork();
    expect(await after.count(entities.Estudio, { id_paciente })).toBe(0);
    expect(await after.count(entities.ClinicalNote, { id_paciente })).toBe(0);
    expect(await after.count(entities.VisorEstado, { id_paciente })).toBe(0);
    expect(await after.findOneOrFail(entities.JobSTL, result.id_jobstl)).toMatchObject({ id_paciente: null });
    expect(await after.findOneOrFail(entities.JobConv, job_id)).toMatchObject({ id_paciente: null });
    const removal = (await auditOf(id_paciente)).at(-1);
    expect(removal).toMatchObject({ action: 'DELETE', actor: doctor.user.id_usuario, after: null });
    expect(removal?.before).toMatchObject({
      ...patient,
      notas: [expect.objectContaining({ texto: 'Nota de prueba' })],
    });
    expect(removal?.meta).toMatchObject({ estados_visor: [{ titulo: 'Vista' }], resultados_desvinculados: 1 });
    expect(await auditOf(study.id_estudio, 'ESTUDIO')).toMatchObject([
      { action: 'DELETE', before: { descripcion: 'Rodilla' } },
    ]);
  });
});
