import { Readable } from 'node:stream';
import { databases, entities } from '@som3d/server/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBucket, hasS3, type TestBucket } from '../support/bucket.ts';
import { patientOf } from '../support/jobs.ts';
import { describeApi, expectProblem, type Session, startTestServer, type TestServer } from '../support/server.ts';
import { zipEntries } from '../support/zip-entries.ts';

const documents = { ui_json: '{"a":1}', modelos_json: '[]', notas_json: '[]', i18n_json: '{}' };

let jobs = 0;
/** A finished job whose result is registered for a patient; without content its files are not stored any more. */
async function resultOf({ deps }: TestServer, { user }: Session, id_paciente: number, content?: Buffer) {
  const job_id = `export-${user.id_usuario}-${++jobs}`;
  const result_key = `results/${job_id}/1/som3d-${job_id}.zip`;
  if (content) await deps.storage.put(result_key, Readable.from([content]));
  const em = deps.orm.em.fork();
  em.create(entities.JobConv, { job_id, id_usuario: user.id_usuario, status: 'DONE', result_key });
  await em.flush();
  em.create(entities.JobSTL, { job_id, id_paciente, notas: 'del resultado' });
  await em.flush();
  return job_id;
}

async function exported({ url }: TestServer, { token }: Session, id: number) {
  const response = await fetch(`${url}/patients/${id}/export`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  const entries = await zipEntries(Buffer.from(await response.arrayBuffer()));
  const json = (name: string) => JSON.parse(entries.get(name)?.toString() ?? '') as Record<string, unknown>[];
  return { response, entries, json };
}

describeApi('the export of a patient', (api) => {
  test('holds everything about that patient and nothing about another', async () => {
    const doctor = await api().doctor();
    const [id, other] = [await patientOf(doctor.client), await patientOf(doctor.client)];
    for (const patient of [id, other]) {
      const texto = `nota de ${patient}`;
      await doctor.client.patients.createNote({ params: { id: patient }, body: { texto } });
      const study = { id_paciente: patient, fecha_estudio: '2026-01-02', descripcion: `estudio de ${patient}` };
      await doctor.client.studies.create({ body: study });
      await doctor.client.visor.create({ body: { titulo: `vista de ${patient}`, ...documents, id_paciente: patient } });
    }
    const gone = await doctor.client.patients.createNote({ params: { id }, body: { texto: 'se borra' } });
    await doctor.client.patients.removeNote({ params: { id, note_id: gone.body.id_note } });
    const models = Buffer.from('los modelos');
    const kept = await resultOf(api(), doctor, id, models);
    const lost = await resultOf(api(), doctor, id);

    const { response, entries, json } = await exported(api(), doctor, id);
    expect(response.headers.get('content-type')).toBe('application/zip');
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename=paciente-${id}.zip`);
    expect([...entries.keys()]).toEqual([
      'LEAME.txt',
      'paciente.json',
      'notas.json',
      'estudios.json',
      'resultados.json',
      'estados_visor.json',
      'auditoria.json',
      `modelos/${kept}.zip`,
    ]);
    const patient = (await doctor.client.patients.get({ params: { id } })).body;
    expect(json('paciente.json')).toEqual(patient);
    expect(json('notas.json').map(({ texto }) => texto)).toEqual([`nota de ${id}`]);
    expect(json('estudios.json').map(({ descripcion }) => descripcion)).toEqual([`estudio de ${id}`]);
    expect(json('estados_visor.json')).toMatchObject([{ titulo: `vista de ${id}`, ui_json: documents.ui_json }]);
    expect(json('resultados.json')).toMatchObject([{ job_id: kept, notas: 'del resultado' }, { job_id: lost }]);
    expect(entries.get(`modelos/${kept}.zip`)?.equals(models)).toBe(true);
    expect(entries.get('LEAME.txt')?.toString()).toContain(`Ya no están guardados los modelos de: ${lost}.`);
    const audit = json('auditoria.json').map(({ accion, registro, id_usuario }) => [accion, registro, id_usuario]);
    const who = doctor.user.id_usuario;
    expect(audit).toEqual([
      ['CREATE', 'PACIENTE', who],
      ['CREATE', 'NOTA', who],
      ['CREATE', 'ESTUDIO', who],
      ['CREATE', 'ESTADO_VISOR', who],
      ['CREATE', 'NOTA', who],
      ['DELETE', 'NOTA', who],
      ['EXPORT', 'PACIENTE', who],
    ]);
  });

  test('is for who may read the patient, and says who took it', async () => {
    const [doctor, stranger, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const id = await patientOf(doctor.client);
    await expectProblem(api().client.patients.exportData({ params: { id } }), 401);
    await expectProblem(stranger.client.patients.exportData({ params: { id } }), 403);
    await expectProblem(doctor.client.patients.exportData({ params: { id: 2_000_000_000 } }), 404);
    await expectProblem(doctor.client.patients.exportData({ params: { id: 0 } }), 422);
    const { json } = await exported(api(), admin, id);
    expect(json('auditoria.json').slice(1)).toMatchObject([
      { accion: 'DENIED', id_usuario: stranger.user.id_usuario },
      { accion: 'EXPORT', id_usuario: admin.user.id_usuario },
    ]);
    const head = { method: 'HEAD', headers: { authorization: `Bearer ${admin.token}` } };
    expect((await fetch(`${api().url}/patients/${id}/export`, head)).status).toBe(200);
    const em = api().deps.orm.em.fork();
    const taken = { entity_type: 'PACIENTE', entity_id: id, action: 'EXPORT' };
    expect(await em.count(entities.ClinicalAudit, taken)).toBe(1);
  });

  test('streams more rows than one page holds', async () => {
    const doctor = await api().doctor();
    const id = await patientOf(doctor.client);
    const { id_medico } = (await doctor.client.patients.get({ params: { id } })).body;
    const notes = Array.from({ length: 450 }, (_, index) => ({ id_paciente: id, id_medico, texto: `nota ${index}` }));
    await databases.kysely(api().deps.orm.em.fork()).insertInto('clinical_note').values(notes).execute();
    const { json } = await exported(api(), doctor, id);
    expect(json('notas.json').map(({ texto }) => texto)).toEqual(notes.map(({ texto }) => texto));
  });
});

describe.runIf(hasS3())('the export of a patient whose models are in S3', () => {
  let bucket: TestBucket;
  let server: TestServer;
  beforeAll(async () => {
    bucket = await createBucket();
    server = await startTestServer('sqlite', bucket.env);
  });
  afterAll(async () => {
    await server?.stop();
    await bucket?.[Symbol.asyncDispose]();
  });

  test('holds the models', async () => {
    const doctor = await server.doctor();
    const id = await patientOf(doctor.client);
    const models = Buffer.alloc(3 * 1024 * 1024, 'modelo');
    const kept = [await resultOf(server, doctor, id, models), await resultOf(server, doctor, id, models)];
    const { entries } = await exported(server, doctor, id);
    for (const job of kept) expect(entries.get(`modelos/${job}.zip`)?.equals(models)).toBe(true);
  });
});
