import { entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { patientOf } from '../support/jobs.ts';
import { describeApi, expectProblem, type Session } from '../support/server.ts';

const MISSING = 2_000_000_000;
const REPORT = {
  tipo: 'error' as const,
  titulo: 'El visor no abre',
  descripcion: 'La pantalla queda en blanco\nal abrir < 2 modelos',
  severidad: 'alta' as const,
};

describeApi('messages', (api) => {
  const send = async ({ client }: Session, body: object = {}) =>
    (await client.messages.create({ body: { ...REPORT, ...body } })).body;
  const inbox = async ({ client }: Session, query: object = {}) => (await client.messages.inbox({ query })).body;
  const historyOf = async ({ client }: Session, id: number) =>
    (await client.messages.events({ params: { id } })).body.items
      .map(({ accion, detalle, actor }) => [accion, detalle, actor?.correo] as const)
      .toReversed();

  test('go from a doctor to the administrators and back, each step on record', async () => {
    const [doctor, admin] = [await api().doctor(), await api().admin()];
    const id_paciente = await patientOf(doctor.client);
    const sent = await send(doctor, { id_paciente });
    expect(sent).toMatchObject({ ...REPORT, id_paciente, estado: 'nuevo', leido_admin: false, respuesta_admin: null });
    const params = { id: sent.id_mensaje };

    const change = async (body: object) => (await admin.client.messages.update({ params, body })).body;
    const { id_usuario } = admin.user;
    expect(
      await change({ leido_admin: true, asignado_admin_id_usuario: id_usuario, estado: 'analisis' }),
    ).toMatchObject({
      ok: true,
      leido_admin: true,
      estado: 'analisis',
      asignado: { id_usuario },
      asignado_admin: { id_usuario },
      medico: { correo: doctor.user.correo },
      emisor: { correo: doctor.user.correo, id_medico: sent.id_medico },
      bitacora_preview: [{ accion: 'estado' }, { accion: 'asignado' }, { accion: 'leido' }],
    });
    const respuesta_admin = 'Ya quedó arreglado.\nGracias por avisar.';
    expect(await change({ respuesta_admin })).toMatchObject({ respuesta_admin, estado: 'resuelto' });
    // The same once more is no new step.
    await change({ respuesta_admin, leido_admin: true, asignado_admin_id_usuario: id_usuario });

    const { body: read } = await doctor.client.messages.markRead({ params });
    expect(read).toMatchObject({ ok: true, respuesta_admin, leido_medico: true });
    await doctor.client.messages.markRead({ params });
    expect(await change({ respuesta_admin: 'Otra vez.', estado: 'en_curso' })).toMatchObject({ leido_medico: false });
    expect(await change({ asignado_admin_id_usuario: null })).toMatchObject({ asignado: null });

    const by = admin.user.correo;
    expect(await historyOf(admin, sent.id_mensaje)).toEqual([
      ['creado', { tipo: REPORT.tipo, severidad: REPORT.severidad }, doctor.user.correo],
      ['leido', { leido: true }, by],
      ['asignado', { de: null, a: id_usuario }, by],
      ['estado', { de: 'nuevo', a: 'analisis' }, by],
      ['respondido', { respuesta: respuesta_admin }, by],
      ['estado', { de: 'analisis', a: 'resuelto' }, by],
      ['respuesta_leida', { leida: true }, doctor.user.correo],
      ['respondido', { respuesta: 'Otra vez.' }, by],
      ['estado', { de: 'resuelto', a: 'en_curso' }, by],
      ['asignado', { de: id_usuario, a: null }, by],
    ]);
  });

  test('have an answer that is read, unread again, and taken back', async () => {
    const [doctor, admin] = [await api().doctor(), await api().admin()];
    const params = { id: (await send(doctor)).id_mensaje };
    const change = async (body: object) => (await admin.client.messages.update({ params, body })).body;
    const read = async (body?: { leido_medico: boolean }) =>
      (await doctor.client.messages.markRead({ params, body })).body.leido_medico;
    await change({ respuesta_admin: 'Listo.', leido_admin: 'on' });
    expect(await read({ leido_medico: false })).toBe(false);
    expect(await read()).toBe(true);
    expect(await read({ leido_medico: false })).toBe(false);
    await expectProblem(doctor.client.messages.markRead({ params, body: { leido_medico: 'tal vez' as never } }), 422);
    expect(await change({ respuesta_admin: '' })).toMatchObject({ respuesta_admin: null, estado: 'resuelto' });
    expect((await historyOf(admin, params.id)).slice(-3)).toEqual([
      ['respuesta_leida', { leida: true }, doctor.user.correo],
      ['respuesta_leida', { leida: false }, doctor.user.correo],
      ['respondido', { respuesta: null }, admin.user.correo],
    ]);
  });

  test('have the states of the predecessor; those of earlier versions mean the same', async () => {
    const [doctor, admin] = [await api().doctor(), await api().admin()];
    const { id_mensaje: id, id_medico } = await send(doctor, { tipo: 'sugerencia' });
    await send(doctor);
    const em = api().deps.orm.em.fork();
    const found = async (query: object) => {
      const own = (await doctor.client.messages.list({ query })).body;
      const all = await inbox(admin, { ...query, id_medico });
      expect(all.items.map(({ estado }) => estado)).toEqual(own.items.map(({ estado }) => estado));
      return own.items.map(({ estado, tipo }) => [estado, tipo]);
    };
    for (const [stored, shown] of [
      ['analisis', 'analisis'],
      ['en_proceso', 'en_curso'],
      ['cerrado', 'resuelto'],
      ['resuelto', 'resuelto'],
    ]) {
      await em.nativeUpdate(entities.Mensaje, { id_mensaje: id }, { estado: stored ?? '' });
      expect(await found({ estado: shown })).toEqual([[shown, 'sugerencia']]);
    }
    expect(await found({ estado: 'todos', tipo: 'sugerencia' })).toEqual([['resuelto', 'sugerencia']]);
    expect(await found({ estado: 'analisis' })).toEqual([]);
    const body = { estado: 'en_proceso' as never };
    expect((await admin.client.messages.update({ params: { id }, body })).body.estado).toBe('en_curso');
  });

  test('are listed by page: a doctor’s own, newest first', async () => {
    const [doctor, other] = [await api().doctor(), await api().doctor()];
    expect((await doctor.client.messages.list({})).body).toEqual({ total: 0, items: [] });
    const sent = [await send(doctor), await send(doctor), await send(doctor)].toReversed();
    await send(other);
    const page = async (query: object) => (await doctor.client.messages.list({ query })).body;
    expect(await page({})).toEqual({ total: 3, items: sent });
    expect(await page({ page: 2, page_size: 2 })).toEqual({ total: 3, items: sent.slice(2) });
    expect(await page({ page: 9 })).toEqual({ total: 3, items: [] });
    expect(await page({ page_size: 200 })).toEqual({ total: 3, items: sent });
  });

  test('are found in the inbox by what they are and who looks after them', async () => {
    const [doctor, admin, second] = [await api().doctor(), await api().admin(), await api().admin()];
    const id_medico = (await send(doctor, { tipo: 'sugerencia', severidad: 'baja' })).id_medico;
    const special = await send(doctor, { titulo: 'Cráneo 100 % vacío', severidad: 'media' });
    const params = { id: special.id_mensaje };
    await admin.client.messages.update({
      params,
      body: { asignado_admin_id_usuario: second.user.id_usuario, estado: 'en_curso', leido_admin: true },
    });
    const found = async (query: object, as = admin) => {
      const { total, items } = await inbox(as, { id_medico, ...query });
      expect(items).toHaveLength(total);
      return items.map(({ id_mensaje }) => id_mensaje);
    };
    const plain = (await found({})).filter((id) => id !== special.id_mensaje);
    expect(plain).toHaveLength(1);
    const only = [special.id_mensaje];
    expect(await found({ estado: 'EN_CURSO' })).toEqual(only);
    expect(await found({ severidad: 'media' })).toEqual(only);
    expect(await found({ tipo: 'error' })).toEqual(only);
    expect(await found({ tipo: 'sugerencia' })).toEqual(plain);
    expect(await found({ leido: true })).toEqual(only);
    expect(await found({ leido: false })).toEqual(plain);
    expect(await found({ only_unread: true })).toEqual(plain);
    expect(await found({ asignado: 'nadie' })).toEqual(plain);
    expect(await found({ asignado: second.user.id_usuario })).toEqual(only);
    expect(await found({ asignado: 'mio' }, second)).toEqual(only);
    expect(await found({ asignado: 'mio' })).toEqual([]);
    expect(await found({ q: '100 %' })).toEqual(only);
    expect(await found({ q: 'vacío Ñáñez' })).toEqual(only);
    expect(await found({ q: `vacío ${doctor.user.correo}` })).toEqual(only);
    expect((await inbox(admin, { id_medico, page: 2, page_size: 1 })).total).toBe(2);
  });

  test('come as a form, as multipart or as JSON', async () => {
    const doctor = await api().doctor();
    const id_paciente = await patientOf(doctor.client);
    const fields = { ...REPORT, id_paciente: String(id_paciente) };
    const multipart = new FormData();
    for (const [name, value] of Object.entries(fields)) multipart.set(name, value);
    const json = { body: JSON.stringify(fields), type: 'application/json' };
    const { titulo, ...rest } = fields;
    const form = new URLSearchParams({ ...rest, id_paciente: '', titulo: ` ${titulo} ` });
    for (const [body, headers, patient] of [
      [multipart, {}, id_paciente],
      [form, {}, null],
      [json.body, { 'content-type': json.type }, id_paciente],
    ] as const) {
      const answer = await fetch(`${api().url}/mensajes/`, {
        method: 'POST',
        headers: { authorization: `Bearer ${doctor.token}`, ...headers },
        body,
      });
      expect([answer.status, await answer.json()]).toMatchObject([201, { ...REPORT, id_paciente: patient }]);
    }
  });

  test('name the field that does not fit', async () => {
    const [doctor, admin] = [await api().doctor(), await api().admin()];
    const places = async (call: Promise<unknown>) => (await expectProblem(call, 422)).errors.map(({ loc }) => loc[1]);
    const wrong = { tipo: 'queja', titulo: 'abc', descripcion: 'corta', severidad: 'x', id_paciente: -1 };
    expect(await places(doctor.client.messages.create({ body: wrong as never }))).toEqual(Object.keys(wrong));
    expect(await places(doctor.client.messages.list({ query: { page: 0, page_size: 1.5 } }))).toEqual([
      'page',
      'page_size',
    ]);
    await expectProblem(doctor.client.messages.markRead({ params: { id: 0 } }), 422);
    await expectProblem(admin.client.messages.inbox({ query: { estado: 'roto' as never } }), 422);
    await expectProblem(admin.client.messages.events({ params: { id: 0 } }), 422);
    const { id_mensaje: id } = await send(doctor);
    await expectProblem(admin.client.messages.update({ params: { id }, body: { estado: 'roto' as never } }), 422);
  });

  test('are for their doctor and for administrators alone', async () => {
    const [doctor, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const { id_mensaje: id } = await send(doctor);
    const params = { id };
    const anonymous = api().client.messages;
    for (const call of [
      () => anonymous.create({ body: REPORT }),
      () => anonymous.list({}),
      () => anonymous.markRead({ params }),
      () => anonymous.inbox({ query: {} }),
      () => anonymous.events({ params }),
      () => anonymous.update({ params, body: {} }),
    ]) {
      await expectProblem(call(), 401);
    }
    for (const call of [
      () => admin.client.messages.create({ body: REPORT }),
      () => admin.client.messages.list({}),
      () => admin.client.messages.markRead({ params }),
      () => doctor.client.messages.inbox({ query: {} }),
      () => doctor.client.messages.events({ params }),
      () => doctor.client.messages.update({ params, body: {} }),
    ]) {
      await expectProblem(call(), 403);
    }
    const id_paciente = await patientOf(other.client);
    for (const call of [
      () => doctor.client.messages.create({ body: { ...REPORT, id_paciente } }),
      () => doctor.client.messages.create({ body: { ...REPORT, id_paciente: MISSING } }),
      () => other.client.messages.markRead({ params }),
      () => doctor.client.messages.markRead({ params: { id: MISSING } }),
      () => admin.client.messages.events({ params: { id: MISSING } }),
      () => admin.client.messages.update({ params: { id: MISSING }, body: {} }),
      () => admin.client.messages.update({ params, body: { asignado_admin_id_usuario: doctor.user.id_usuario } }),
      () => admin.client.messages.update({ params, body: { asignado_admin_id_usuario: MISSING } }),
    ]) {
      await expectProblem(call(), 404);
    }
    expect(await historyOf(admin, id)).toHaveLength(1);
  });

  test('keep every step when two administrators work at once', async () => {
    const [doctor, admin] = [await api().doctor(), await api().admin()];
    const params = { id: (await send(doctor)).id_mensaje };
    const admins = [admin, await api().admin(), await api().admin()];
    await Promise.all(
      admins.map(({ client, user }) =>
        client.messages.update({ params, body: { asignado_admin_id_usuario: user.id_usuario } }),
      ),
    );
    const steps = (await historyOf(admin, params.id)).filter(([accion]) => accion === 'asignado');
    const chain = steps.map(([, detalle]) => detalle as { de: number | null; a: number });
    expect(chain.map(({ de }) => de)).toEqual([null, ...chain.slice(0, -1).map(({ a }) => a)]);
    expect(new Set(chain.map(({ a }) => a))).toEqual(new Set(admins.map(({ user }) => user.id_usuario)));
  });
});
