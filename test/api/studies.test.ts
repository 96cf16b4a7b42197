import { databases, entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { patientOf } from '../support/jobs.ts';
import { describeApi, expectProblem } from '../support/server.ts';

const MISSING = 2_000_000_000;

describeApi('studies', (api) => {
  const auditOf = async (entity_id: number) =>
    (
      await api()
        .deps.orm.em.fork()
        .find(entities.ClinicalAudit, { entity_type: 'ESTUDIO', entity_id }, { orderBy: { id_audit: 'asc' } })
    ).map(({ action, actor_id_usuario, before_json, after_json, meta_json }) => ({
      action,
      actor: actor_id_usuario,
      before: JSON.parse(before_json ?? 'null') as unknown,
      after: JSON.parse(after_json ?? 'null') as unknown,
      meta: JSON.parse(meta_json ?? 'null') as unknown,
    }));

  test('registers, changes and removes a study, each with its audit row', async () => {
    const doctor = await api().doctor();
    const id_paciente = await patientOf(doctor.client);
    const { status, body } = await doctor.client.studies.create({
      body: {
        id_paciente,
        modalidad: ' CT ',
        fecha_estudio: '2024-02-29T08:30:00-05:00',
        descripcion: 'Rodilla <b>derecha</b>',
        notas: ' Lesión  < 5 mm\r\n<script>x</script>  ',
      },
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id_estudio: expect.any(Number) as number,
      id_paciente,
      id_medico: expect.any(Number) as number,
      modalidad: 'CT',
      fecha_estudio: '2024-02-29T13:30:00.000Z',
      descripcion: 'Rodilla b derecha /b',
      notas: 'Lesión < 5 mm\nscript x /script',
    });
    const params = { id: body.id_estudio };
    expect((await doctor.client.studies.get({ params })).body).toEqual(body);
    const changed = (
      await doctor.client.studies.update({ params, body: { notas: null, descripcion: 'Cadera', modalidad: '' } })
    ).body;
    expect(changed).toEqual({ ...body, notas: null, descripcion: 'Cadera', modalidad: null });
    const dated = await doctor.client.studies.update({ params, body: { fecha_estudio: '2024-03-01' } });
    expect(dated.body.fecha_estudio).toBe('2024-03-01T00:00:00.000Z');
    expect((await doctor.client.studies.remove({ params })).status).toBe(204);
    await expectProblem(doctor.client.studies.get({ params }), 404);

    const actor = doctor.user.id_usuario;
    expect(await auditOf(params.id)).toMatchObject([
      { action: 'CREATE', actor, before: null, after: body },
      {
        action: 'UPDATE',
        actor,
        before: body,
        after: changed,
        meta: { changed: expect.arrayContaining(['descripcion', 'notas']) as string[] },
      },
      { action: 'UPDATE', actor, before: changed, after: dated.body },
      { action: 'DELETE', actor, before: dated.body, after: null },
    ]);
  });

  test('dates a study at the moment of its registration, and gives it the patient’s doctor', async () => {
    const [doctor, admin] = [await api().doctor(), await api().admin()];
    const id_paciente = await patientOf(doctor.client);
    const before = Math.floor(api().deps.clock().getTime() / 1000) * 1000;
    const { body } = await admin.client.studies.create({ body: { id_paciente, fecha_estudio: null } });
    expect(Date.parse(body.fecha_estudio)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(body.fecha_estudio)).toBeLessThanOrEqual(api().deps.clock().getTime());
    expect((await doctor.client.studies.get({ params: { id: body.id_estudio } })).body).toEqual(body);
    expect(await auditOf(body.id_estudio)).toMatchObject([{ action: 'CREATE', actor: admin.user.id_usuario }]);
  });

  test('is for the patient’s doctor and for administrators', async () => {
    const [owner, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const id_paciente = await patientOf(owner.client);
    const { body: study } = await owner.client.studies.create({ body: { id_paciente } });
    const params = { id: study.id_estudio };
    const missing = { id: MISSING };
    const body = { descripcion: 'Hombro' };
    const anonymous = api().client.studies;
    await expectProblem(anonymous.list(), 401);
    await expectProblem(anonymous.create({ body: { id_paciente } }), 401);
    await expectProblem(anonymous.get({ params }), 401);
    await expectProblem(anonymous.update({ params, body }), 401);
    await expectProblem(anonymous.remove({ params }), 401);
    await expectProblem(other.client.studies.create({ body: { id_paciente } }), 403);
    await expectProblem(other.client.studies.get({ params }), 403);
    await expectProblem(other.client.studies.update({ params, body }), 403);
    await expectProblem(other.client.studies.remove({ params }), 403);
    await expectProblem(owner.client.studies.create({ body: { id_paciente: MISSING } }), 404);
    await expectProblem(owner.client.studies.get({ params: missing }), 404);
    await expectProblem(owner.client.studies.update({ params: missing, body }), 404);
    await expectProblem(owner.client.studies.remove({ params: missing }), 404);
    expect((await admin.client.studies.update({ params, body })).body.descripcion).toBe('Hombro');
    expect((await admin.client.studies.remove({ params })).status).toBe(204);
  });

  test('says which field does not fit', async () => {
    const { client } = await api().doctor();
    const id_paciente = await patientOf(client);
    const create = (body: object) => client.studies.create({ body: { id_paciente, ...body } });
    const places = async (call: Promise<unknown>) => (await expectProblem(call, 422)).errors.map(({ loc }) => loc[1]);
    expect(
      await places(create({ id_paciente: 0, modalidad: 'x'.repeat(21), descripcion: 'x'.repeat(201), notas: [] })),
    ).toEqual(['id_paciente', 'modalidad', 'descripcion', 'notas']);
    for (const fecha_estudio of ['ayer', '2024-02-30', '2024-13-01T00:00:00Z', '1500-01-01', 5]) {
      expect(await places(create({ fecha_estudio }))).toEqual(['fecha_estudio']);
    }
    const { body } = await create({ fecha_estudio: '2024-05-06 07:08:09' });
    expect(body.fecha_estudio).toBe('2024-05-06T07:08:09.000Z');
    const params = { id: body.id_estudio };
    expect(await places(client.studies.update({ params, body: { fecha_estudio: null as never } }))).toEqual([
      'fecha_estudio',
    ]);
    for (const id of [0, 2_147_483_648, 'x' as never]) {
      await expectProblem(client.studies.get({ params: { id } }), 422);
      await expectProblem(client.studies.remove({ params: { id } }), 422);
      await expectProblem(client.studies.list({ query: { paciente_id: id } }), 422);
    }
  });

  test('lists the newest first, by page and by patient', async () => {
    const [doctor, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const [first, second] = [await patientOf(doctor.client), await patientOf(doctor.client)];
    const create = async (id_paciente: number, day: string) =>
      (await doctor.client.studies.create({ body: { id_paciente, fecha_estudio: day } })).body.id_estudio;
    const [b, a, c] = [
      await create(first, '2024-02-02'),
      await create(first, '2024-02-01'),
      await create(second, '2024-02-03'),
    ];
    const list = async (client: typeof doctor.client, query: object = {}) => {
      const { body, headers } = await client.studies.list({ query });
      return [body.map(({ id_estudio }) => id_estudio), headers.get('x-total-count')];
    };
    expect(await list(doctor.client)).toEqual([[c, b, a], '3']);
    expect(await list(doctor.client, { limit: 1, offset: 1 })).toEqual([[b], '3']);
    expect(await list(doctor.client, { paciente_id: first })).toEqual([[b, a], '2']);
    expect(await list(other.client, { paciente_id: first })).toEqual([[], '0']);
    expect(await list(admin.client, { paciente_id: first })).toEqual([[b, a], '2']);
  });

  test('adds no study to a patient that is being removed', async () => {
    const doctor = await api().doctor();
    const id_paciente = await patientOf(doctor.client);
    const answers = await Promise.allSettled([
      ...Array.from({ length: 4 }, () => doctor.client.studies.create({ body: { id_paciente } })),
      doctor.client.patients.remove({ params: { id: id_paciente } }),
      ...Array.from({ length: 4 }, () => doctor.client.studies.create({ body: { id_paciente } })),
    ]);
    const statuses = answers.map((answer) =>
      answer.status === 'fulfilled' ? answer.value.status : (answer.reason as { status: number }).status,
    );
    expect(statuses[4]).toBe(204);
    expect([...new Set(statuses)].every((status) => [201, 204, 404].includes(status))).toBe(true);
    const left = await databases
      .kysely(api().deps.orm.em.fork())
      .selectFrom('Estudio')
      .select('id_estudio')
      .where('id_paciente', '=', id_paciente)
      .execute();
    expect(left).toEqual([]);
  });
});
