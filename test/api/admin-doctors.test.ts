import { entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { createHospital, newCode } from '../support/hospitals.ts';
import { mailsTo, mailTo } from '../support/mail.ts';
import { describeApi, expectProblem, PASSWORD } from '../support/server.ts';
import { profileOf } from '../support/subscriptions.ts';

const MISSING = { id: 2_000_000_000 };
function correo() {
  return `dr-${newCode().toLowerCase()}@som3d.local`;
}
function person(more: object = {}) {
  return {
    nombre: 'Inés',
    apellido: 'Peña-Ruiz',
    correo: correo(),
    password: PASSWORD,
    ...more,
  };
}

describeApi('doctors of administrators', (api) => {
  test('creates a doctor who can log in, active unless told otherwise', async () => {
    const admin = await api().admin();
    const { id_hospital } = await createHospital(admin);
    const given = person({ telefono: '+57 300 111 2233', ciudad: 'Cali', id_hospital, referenciado: true });
    const { status, body } = await admin.client.admin.createDoctor({ body: given });
    expect(status).toBe(201);
    expect(body).toEqual({
      id_medico: expect.any(Number) as number,
      id_usuario: expect.any(Number) as number,
      nombre: 'Inés',
      apellido: 'Peña-Ruiz',
      correo: given.correo,
      telefono: '+573001112233',
      direccion: null,
      ciudad: 'Cali',
      id_hospital,
      referenciado: true,
      estado: 'ACTIVO',
      activo: true,
    });
    const { access_token } = (await api().client.auth.login({ body: { correo: given.correo, password: PASSWORD } }))
      .body;
    expect(access_token).toBeTruthy();
    const paused = (await admin.client.admin.createDoctor({ body: person({ estado: 'INACTIVO' }) })).body;
    expect(paused).toMatchObject({ estado: 'INACTIVO', activo: false, id_hospital: null, referenciado: false });
    const both = (await admin.client.admin.createDoctor({ body: person({ estado: 'ACTIVO', activo: false }) })).body;
    expect(both).toMatchObject({ estado: 'ACTIVO', activo: false });
    const trail = await api().deps.orm.em.fork().findOneOrFail(entities.ClinicalAudit, {
      entity_type: 'MEDICO',
      entity_id: body.id_medico,
    });
    expect(trail).toMatchObject({ action: 'CREATE', actor_id_usuario: admin.user.id_usuario });
    expect(`${trail.before_json}${trail.after_json}${trail.meta_json}`).not.toMatch(/argon2|contrasena/);
  });

  test('refuses a taken address, an unknown hospital and what does not fit', async () => {
    const admin = await api().admin();
    const taken = person();
    await admin.client.admin.createDoctor({ body: taken });
    const again = person({ correo: taken.correo.toUpperCase() });
    await expectProblem(admin.client.admin.createDoctor({ body: again }), 409, /^Correo ya registrado$/);
    const lost = person({ id_hospital: MISSING.id });
    await expectProblem(admin.client.admin.createDoctor({ body: lost }), 404, /hospital/);
    await expectProblem(api().client.auth.login({ body: { correo: lost.correo, password: PASSWORD } }), 401);
    await expectProblem(admin.client.admin.createDoctor({ body: person({ password: 'short' }) }), 422);
    const same = correo();
    const race = await Promise.allSettled(
      [1, 2, 3].map(() => admin.client.admin.createDoctor({ body: person({ correo: same }) })),
    );
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('changes profile and account; state and account follow each other', async () => {
    const admin = await api().admin();
    const { id_hospital } = await createHospital(admin);
    const { body: doctor } = await admin.client.admin.createDoctor({ body: person({ telefono: '3001112233' }) });
    const params = { id: doctor.id_medico };
    const update = async (body: object) => (await admin.client.admin.updateDoctor({ params, body })).body;
    expect(await update({ id_hospital, referenciado: true, telefono: null, nombre: 'Ana' })).toEqual({
      ...doctor,
      id_hospital,
      referenciado: true,
      telefono: null,
      nombre: 'Ana',
    });
    expect(await update({ estado: 'inactivo' })).toMatchObject({ estado: 'INACTIVO', activo: false, id_hospital });
    expect(await update({ activo: 1 })).toMatchObject({ estado: 'ACTIVO', activo: true });
    expect(await update({ id_hospital: '' })).toMatchObject({ id_hospital: null, referenciado: true });
    const other = (await admin.client.admin.createDoctor({ body: person() })).body;
    const change = (body: object) => admin.client.admin.updateDoctor({ params, body });
    await expectProblem(change({ correo: other.correo }), 409, /^Correo ya registrado$/);
    await expectProblem(change({ id_hospital: MISSING.id }), 404, /hospital/);
    await expectProblem(change({ nombre: null }), 422);
    await expectProblem(admin.client.admin.updateDoctor({ params: MISSING, body: {} }), 404, /médico/);
    expect(await update({})).toMatchObject({ correo: doctor.correo, id_hospital: null });
  });

  test('a new address is mailed to the old one and to the new one, and voids what was mailed before', async () => {
    const admin = await api().admin();
    const session = await api().doctor();
    const { user } = session;
    await api().client.auth.forgotPassword({ body: { correo: user.correo } });
    const link = await mailTo(api(), user.correo);
    const renamed = { correo: correo() };
    const params = { id: await profileOf(api(), session) };
    await admin.client.admin.updateDoctor({ params, body: { correo: user.correo.toUpperCase(), nombre: 'Otra' } });
    expect((await admin.client.admin.updateDoctor({ params, body: renamed })).body).toMatchObject(renamed);
    expect((await mailTo(api(), user.correo, 2)).text).toMatch(/usa desde ahora otro correo/);
    expect((await mailTo(api(), renamed.correo)).text).toMatch(/Un administrador puso este correo/);
    expect(await mailsTo(api().dataDir, user.correo)).toHaveLength(2);
    const token = /token=([\w-]+)/.exec(link.text)?.[1] ?? '';
    expect(token).not.toBe('');
    await expectProblem(api().client.auth.resetPassword({ body: { token, new_password: 'otra clave larga' } }), 400);
  });

  test('lists by name, filtered, by page, and counts', async () => {
    const admin = await api().admin();
    const { id_hospital } = await createHospital(admin);
    const mark = `Zz${'abcdefgh'[Math.floor(Math.random() * 8)]}mm`;
    const bodies = [
      person({ nombre: mark, apellido: 'Uno', id_hospital }),
      person({ apellido: mark, id_hospital, estado: 'INACTIVO' }),
      person({ correo: `${mark}.${correo()}` }),
    ];
    const made: number[] = [];
    for (const body of bodies) made.push((await admin.client.admin.createDoctor({ body })).body.id_medico);
    const [a, b, c] = made;
    const ids = async (query: object) => {
      const { body, headers } = await admin.client.admin.listDoctors({ query });
      return [body.map(({ id_medico }) => id_medico), headers.get('x-total-count')];
    };
    expect(await ids({ q: mark.toLowerCase() })).toEqual([[c, b, a], '3']);
    expect(await ids({ q: mark, estado: 'todos' })).toEqual([[c, b, a], '3']);
    expect(await ids({ q: mark, estado: 'activo' })).toEqual([[c, a], '2']);
    expect(await ids({ hospital_id: id_hospital })).toEqual([[b, a], '2']);
    expect(await ids({ hospital_id: id_hospital, q: `${mark} uno` })).toEqual([[a], '1']);
    expect(await ids({ q: mark, limit: 1, offset: 2 })).toEqual([[a], '3']);
    await expectProblem(admin.client.admin.listDoctors({ query: { hospital_id: 0 } }), 422);

    const counted = async (query: object = {}) => (await admin.client.admin.countDoctors({ query })).body;
    expect(await counted({ hospital_id: id_hospital })).toEqual({ total: 2, activos: 1, inactivos: 1 });
    expect(await counted({ hospital_id: MISSING.id })).toEqual({ total: 0, activos: 0, inactivos: 0 });
    const em = api().deps.orm.em.fork();
    const [total, activos] = [await em.count(entities.Medico), await em.count(entities.Medico, { estado: 'ACTIVO' })];
    expect(await counted()).toEqual({ total, activos, inactivos: total - activos });
    await expectProblem(admin.client.admin.countDoctors({ query: { hospital_id: 'x' as never } }), 422);
  });

  test('is for administrators', async () => {
    const doctor = await api().doctor();
    const params = { id: await profileOf(api(), doctor) };
    for (const [client, status] of [
      [api().client, 401],
      [doctor.client, 403],
    ] as const) {
      await expectProblem(client.admin.listDoctors(), status);
      await expectProblem(client.admin.countDoctors(), status);
      await expectProblem(client.admin.createDoctor({ body: person() }), status);
      await expectProblem(client.admin.updateDoctor({ params, body: {} }), status);
      await expectProblem(client.admin.removeDoctor({ params }), status);
    }
    const admin = await api().admin();
    await expectProblem(admin.client.admin.removeDoctor({ params: MISSING }), 404);
    await expectProblem(admin.client.admin.removeDoctor({ params: { id: 'x' as never } }), 422);
    await expectProblem(admin.client.admin.removeDoctor({ params: { id: 'count' as never } }), 405);
    // An administrator may have a doctor's profile, and may not remove the own account by it either.
    const own = { id: await profileOf(api(), admin) };
    await expectProblem(admin.client.admin.removeDoctor({ params: own }), 409, /propia/);
    const other = await api().admin();
    await expectProblem(other.client.admin.removeDoctor({ params: own }), 403, /ADMINISTRADOR/);
  });
});
