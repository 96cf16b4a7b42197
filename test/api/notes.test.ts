import { databases } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { patientOf } from '../support/jobs.ts';
import { describeApi, expectProblem, type Session } from '../support/server.ts';

const MISSING = 2_000_000_000;

describeApi('patient notes', (api) => {
  const noteOf = async ({ client }: Session, id: number, body: object = {}) =>
    (await client.patients.createNote({ params: { id }, body: { texto: 'Control', ...body } })).body;

  test('keeps what was written, with its line breaks and its place', async () => {
    const doctor = await api().doctor();
    const id = await patientOf(doctor.client);
    const anchor_json = '{ "p": [1.50, 2], "t":"<é>" }';
    const sent = { segmento: ' rodilla   izq. ', texto: ' Dolor al\r\n  flexionar: < 90° \u0000', anchor_json };
    const { status, body: note } = await doctor.client.patients.createNote({ params: { id }, body: sent });
    expect(status).toBe(201);
    expect(note).toMatchObject({
      id_paciente: id,
      segmento: 'RODILLA IZQ.',
      texto: 'Dolor al\nflexionar: < 90°',
      anchor_json,
    });
    expect(note.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    const bare = await noteOf(doctor, id);
    expect(bare).toMatchObject({ segmento: 'GENERAL', texto: 'Control', anchor_json: null });

    const params = { id, note_id: note.id_note };
    const change = (body: object) => doctor.client.patients.updateNote({ params, body });
    const changed = (await change({ texto: 'Mejor', anchor_json: null })).body;
    const { updated_at } = changed;
    expect(changed).toEqual({ ...note, texto: 'Mejor', anchor_json: null, updated_at });
    expect(Date.parse(updated_at)).toBeGreaterThanOrEqual(Date.parse(note.updated_at));
    expect((await doctor.client.patients.listNotes({ params: { id } })).body).toEqual([bare, changed]);
    expect((await change({ segmento: 'cadera' })).body).toMatchObject({ segmento: 'CADERA', texto: 'Mejor' });
    expect((await doctor.client.patients.removeNote({ params })).status).toBe(204);
    await expectProblem(doctor.client.patients.removeNote({ params }), 404);
    const { body: left } = await doctor.client.patients.listNotes({ params: { id } });
    expect(left).toEqual([bare]);
  });

  test('lists the newest first, by page and by segment', async () => {
    const doctor = await api().doctor();
    const id = await patientOf(doctor.client);
    await noteOf(doctor, await patientOf(doctor.client));
    const a = await noteOf(doctor, id, { segmento: 'HOMBRO' });
    const b = await noteOf(doctor, id);
    const list = async (query: object) => {
      const { body, headers } = await doctor.client.patients.listNotes({ params: { id }, query });
      return [body, headers.get('x-total-count')];
    };
    expect(await list({})).toEqual([[b, a], '2']);
    expect(await list({ limit: 1 })).toEqual([[b], '2']);
    expect(await list({ segmento: 'hombro' })).toEqual([[a], '1']);
  });

  test('is for the patient’s doctor; an administrator reads, changes and removes', async () => {
    const [owner, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const id = await patientOf(owner.client);
    const foreign = await patientOf(other.client);
    const { id_note: note_id } = await noteOf(owner, id);
    const [params, body] = [{ id, note_id }, { texto: 'Otra' }];
    const anonymous = api().client.patients;
    await expectProblem(anonymous.listNotes({ params: { id } }), 401);
    await expectProblem(anonymous.createNote({ params: { id }, body }), 401);
    await expectProblem(anonymous.updateNote({ params, body }), 401);
    await expectProblem(anonymous.removeNote({ params }), 401);
    await expectProblem(other.client.patients.listNotes({ params: { id } }), 403);
    await expectProblem(other.client.patients.createNote({ params: { id }, body }), 403);
    await expectProblem(other.client.patients.updateNote({ params, body }), 403);
    await expectProblem(other.client.patients.removeNote({ params }), 403);
    await expectProblem(admin.client.patients.createNote({ params: { id }, body }), 403);
    // A note is reached by its own patient's path alone.
    for (const path of [
      { id: foreign, note_id },
      { id: foreign, note_id: MISSING },
    ]) {
      await expectProblem(other.client.patients.updateNote({ params: path, body }), 404);
      await expectProblem(other.client.patients.removeNote({ params: path }), 404);
    }
    await expectProblem(owner.client.patients.listNotes({ params: { id: MISSING } }), 404);
    await expectProblem(owner.client.patients.createNote({ params: { id: MISSING }, body }), 404);
    await expectProblem(owner.client.patients.updateNote({ params: { id: MISSING, note_id }, body }), 404);
    expect((await admin.client.patients.listNotes({ params: { id } })).body).toHaveLength(1);
    expect((await admin.client.patients.updateNote({ params, body })).body.texto).toBe('Otra');
    expect((await admin.client.patients.removeNote({ params })).status).toBe(204);
  });

  test('takes no anchor for an empty text, and the stored one again that is no JSON', async () => {
    const doctor = await api().doctor();
    const id = await patientOf(doctor.client);
    const note = await noteOf(doctor, id, { texto: 'x', anchor_json: '' });
    expect(note.anchor_json).toBeNull();
    const params = { id, note_id: note.id_note };
    await databases
      .kysely(api().deps.orm.em.fork())
      .updateTable('clinical_note')
      .set({ anchor_json: 'no JSON' })
      .where('id_note', '=', note.id_note)
      .execute();
    const change = async (body: object) => (await doctor.client.patients.updateNote({ params, body })).body;
    expect(await change({ texto: 'y', anchor_json: 'no JSON' })).toMatchObject({ texto: 'y', anchor_json: 'no JSON' });
    await expectProblem(change({ anchor_json: 'another' }), 422);
    expect((await change({ anchor_json: '' })).anchor_json).toBeNull();
  });

  test('says which field does not fit', async () => {
    const doctor = await api().doctor();
    const id = await patientOf(doctor.client);
    const wrong = {
      segmento: 'x'.repeat(61),
      texto: 'x'.repeat(10_001),
      anchor_json: '{"a":',
    };
    const places = async (call: Promise<unknown>) => (await expectProblem(call, 422)).errors.map(({ loc }) => loc);
    const all = [
      ['body', 'segmento'],
      ['body', 'texto'],
      ['body', 'anchor_json'],
    ];
    expect(await places(doctor.client.patients.createNote({ params: { id }, body: wrong }))).toEqual(all);
    const { id_note: note_id } = await noteOf(doctor, id, { texto: 'x'.repeat(10_000) });
    const params = { id, note_id };
    // Whether an anchor is the stored text is known only beside the note: then it is the only fault.
    expect(await places(doctor.client.patients.updateNote({ params, body: wrong }))).toEqual(all.slice(0, 2));
    const { anchor_json: noJson } = wrong;
    expect(await places(doctor.client.patients.updateNote({ params, body: { anchor_json: noJson } }))).toEqual(
      all.slice(2),
    );
    const nulls = { segmento: null as never, texto: null as never };
    expect(await places(doctor.client.patients.updateNote({ params, body: nulls }))).toEqual(all.slice(0, 2));
    for (const texto of ['', '  \n ', '\u0007']) {
      await expectProblem(doctor.client.patients.createNote({ params: { id }, body: { texto } }), 422);
    }
    const anchor_json = `"${'é'.repeat(32_767)}"`;
    expect(await places(doctor.client.patients.updateNote({ params, body: { anchor_json } }))).toEqual(all.slice(2));
    await expectProblem(doctor.client.patients.removeNote({ params: { id, note_id: 0 } }), 422);
    await expectProblem(doctor.client.patients.listNotes({ params: { id }, query: { limit: 0 } }), 422);
  });
});
