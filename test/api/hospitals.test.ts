import { entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { codesOf, createHospital, newCode } from '../support/hospitals.ts';
import { describeApi, expectProblem } from '../support/server.ts';
import { doctorState, hospitalState, newPlan, newSubscription, pay, profileOf } from '../support/subscriptions.ts';

const DAY = 86_400_000;
const MISSING = { id: 2_000_000_000 };

describeApi('hospitals', (api) => {
  test('creates a hospital, normalised, with a code that links for 30 days', async () => {
    const admin = await api().admin();
    const codigo = newCode();
    const before = api().deps.clock().getTime();
    const { status, body } = await admin.client.hospitals.create({
      body: {
        nombre: '  Hospital   San Juan 2 ',
        codigo: ` ${codigo.toLowerCase()} *`,
        direccion: 'Cra 1 <b>',
        ciudad: 'Bogotá D.C.',
        telefono: '(601) 555-1234',
        correo: ' Info@Hospital.CO ',
      },
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id_hospital: expect.any(Number) as number,
      nombre: 'Hospital San Juan 2',
      codigo,
      direccion: 'Cra 1 b',
      ciudad: 'Bogotá D.C.',
      telefono: '6015551234',
      correo: 'info@hospital.co',
      estado: 'ACTIVO',
    });
    const [code, ...more] = await codesOf(api(), body.id_hospital);
    expect(more).toEqual([]);
    expect(code).toMatchObject({ codigo, creado_por_id_usuario: admin.user.id_usuario });
    expect(code?.used_at ?? code?.revoked_at ?? null).toBeNull();
    const days = ((code?.expires_at?.getTime() ?? 0) - before) / DAY;
    expect(days).toBeGreaterThan(29.99);
    expect(days).toBeLessThan(30.01);
    const { client } = admin;
    await expectProblem(client.hospitals.create({ body: { nombre: 'Hospital <3>', codigo: '*' } }), 422);
    await expectProblem(client.hospitals.create({ body: { nombre: 'Sin código' } as never }), 422);
  });

  test('keeps a code unique over present and past ones, also when two administrators race for one', async () => {
    const admin = await api().admin();
    const other = await api().admin();
    const [first, second] = [await createHospital(admin), await createHospital(admin)];
    await expectProblem(createHospital(other, { codigo: first.codigo }), 409, /código/);
    const params = { id: first.id_hospital };
    await admin.client.hospitals.update({ params, body: { codigo: newCode() } });
    await expectProblem(createHospital(other, { codigo: first.codigo }), 409, /es o fue/);
    const back = admin.client.hospitals.update({ params, body: { codigo: first.codigo } });
    await expectProblem(back, 409);
    const taken = admin.client.hospitals.update({ params, body: { codigo: second.codigo } });
    await expectProblem(taken, 409);

    const codigo = newCode();
    const race = await Promise.allSettled([
      createHospital(admin, { codigo }),
      createHospital(other, { codigo }),
      admin.client.hospitals.update({ params, body: { codigo } }),
      createHospital(other, { codigo: codigo.toLowerCase() }),
    ]);
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const losers = race.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as { status: number }] : [],
    );
    expect(losers.map(({ status }) => status)).toEqual([409, 409, 409]);
    const em = api().deps.orm.em.fork();
    expect(await em.count(entities.Hospital, { codigo })).toBe(1);
    expect(await em.count(entities.HospitalCode, { codigo })).toBe(1);
  });

  test('changes what is given; a new code revokes the unused ones, the same code changes nothing', async () => {
    const admin = await api().admin();
    const hospital = await createHospital(admin, { ciudad: 'Cali', telefono: '3001112233' });
    const params = { id: hospital.id_hospital };
    const change = { telefono: null, nombre: 'Clínica Nueva', codigo: hospital.codigo };
    const first = await admin.client.hospitals.update({ params, body: change });
    expect(first.body).toEqual({ ...hospital, telefono: null, nombre: 'Clínica Nueva' });
    expect(await codesOf(api(), params.id)).toHaveLength(1);
    const codigo = newCode();
    const second = await admin.client.hospitals.update({ params, body: { codigo, estado: 'inactivo' as never } });
    expect(second.body).toEqual({ ...first.body, codigo, estado: 'INACTIVO' });
    const [old, present] = await codesOf(api(), params.id);
    expect(old?.revoked_at).toBeInstanceOf(Date);
    expect(present).toMatchObject({ codigo, revoked_at: null, used_at: null });
    await expectProblem(admin.client.hospitals.update({ params, body: { nombre: null as never } }), 422);
    await expectProblem(admin.client.hospitals.update({ params: MISSING, body: {} }), 404);
    const em = api().deps.orm.em.fork();
    const trail = await em.find(entities.ClinicalAudit, { entity_type: 'HOSPITAL', entity_id: params.id });
    expect(trail.map(({ action }) => action)).toEqual(['CREATE', 'UPDATE', 'UPDATE']);
  });

  test('lists the active ones by name; an administrator may ask for all', async () => {
    const admin = await api().admin();
    const doctor = await api().doctor();
    const shown = await createHospital(admin, { nombre: 'AAA Primero' });
    const hidden = await createHospital(admin, { nombre: 'AAA Oculto', estado: 'INACTIVO' });
    const namesOf = async ({ client }: typeof admin, query: object = {}) => {
      const { body, headers } = await client.hospitals.list({ query });
      expect(headers.get('x-total-count')).toBeTruthy();
      return body.map(({ nombre }) => nombre);
    };
    expect(await namesOf(doctor)).toContain(shown.nombre);
    expect(await namesOf(doctor, { include_all: true })).not.toContain(hidden.nombre);
    expect(await namesOf(admin)).not.toContain(hidden.nombre);
    expect((await namesOf(admin, { include_all: 'true' })).slice(0, 2)).toEqual([hidden.nombre, shown.nombre]);
    const page = await admin.client.hospitals.list({ query: { include_all: true, limit: 1, offset: 1 } });
    expect(page.body).toEqual([shown]);
    const total = await api().deps.orm.em.fork().count(entities.Hospital);
    expect(page.headers.get('x-total-count')).toBe(String(total));
    await expectProblem(admin.client.hospitals.list({ query: { limit: 0 } }), 422);
    await expectProblem(admin.client.hospitals.list({ query: { include_all: 'quizás' as never } }), 422);
  });

  test('shows a hospital; an inactive one to administrators and its own doctors', async () => {
    const admin = await api().admin();
    const [own, other] = [await api().doctor(), await api().doctor()];
    const hospital = await createHospital(admin);
    const params = { id: hospital.id_hospital };
    await profileOf(api(), own, params.id);
    expect((await other.client.hospitals.get({ params })).body).toEqual(hospital);
    await admin.client.hospitals.update({ params, body: { estado: 'INACTIVO' } });
    await expectProblem(other.client.hospitals.get({ params }), 404);
    expect((await own.client.hospitals.get({ params })).body.estado).toBe('INACTIVO');
    expect((await admin.client.hospitals.get({ params })).body.estado).toBe('INACTIVO');
    await expectProblem(admin.client.hospitals.get({ params: MISSING }), 404);
    // What is spelt out is not taken for an id, and what is none is refused.
    await expectProblem(admin.client.hospitals.get({ params: { id: 'mine' as never } }), 422);
    expect((await other.client.hospitals.mineStatus()).status).toBe(200);
  });

  test('is changed by administrators, linked by doctors, and for nobody without a session', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const hospital = await createHospital(admin);
    const params = { id: hospital.id_hospital };
    const body = { nombre: 'Otra clínica', codigo: newCode() };
    const { client: anonymous } = api();
    await expectProblem(anonymous.hospitals.list(), 401);
    await expectProblem(anonymous.hospitals.get({ params }), 401);
    await expectProblem(anonymous.hospitals.mineStatus(), 401);
    await expectProblem(anonymous.hospitals.linkByCode({ body: { codigo: hospital.codigo } }), 401);
    await expectProblem(admin.client.hospitals.linkByCode({ body: { codigo: hospital.codigo } }), 403);
    for (const [client, status] of [
      [anonymous, 401],
      [doctor.client, 403],
    ] as const) {
      await expectProblem(client.hospitals.create({ body }), status);
      await expectProblem(client.hospitals.update({ params, body }), status);
      await expectProblem(client.hospitals.remove({ params }), status);
    }
    await expectProblem(admin.client.hospitals.remove({ params: { id: 0 } }), 422);
    expect((await admin.client.hospitals.get({ params })).body).toEqual(hospital);
  });

  test('tells what a code is worth, to anybody', async () => {
    const admin = await api().admin();
    const hospital = await createHospital(admin);
    const params = { codigo: hospital.codigo.toLowerCase() };
    const { body } = await api().client.hospitals.byCode({ params });
    const { telefono: _telefono, correo: _correo, direccion: _direccion, ...open } = hospital;
    expect(body).toEqual({
      ...open,
      has_active_subscription: false,
      code: { codigo: hospital.codigo, expires_at: expect.any(String) as string, used_at: null, revoked_at: null },
    });
    const { id_plan } = await newPlan(admin.client);
    const { id_hospital } = hospital;
    const row = { id_hospital, id_plan, estado: 'ACTIVA' as const };
    const soon = new Date(api().deps.clock().getTime() + DAY);
    const id_suscripcion = await newSubscription(api(), { ...row, fecha_expiracion: soon });
    expect((await api().client.hospitals.byCode({ params })).body.has_active_subscription).toBe(true);
    const past = new Date(api().deps.clock().getTime() - 1000);
    await api().deps.orm.em.fork().nativeUpdate(entities.Suscripcion, { id_suscripcion }, { fecha_expiracion: past });
    expect((await api().client.hospitals.byCode({ params })).body.has_active_subscription).toBe(false);

    const codigo = newCode();
    await admin.client.hospitals.update({ params: { id: id_hospital }, body: { codigo } });
    const former = (await api().client.hospitals.byCode({ params })).body;
    expect(former).toMatchObject({
      codigo,
      code: { codigo: hospital.codigo, revoked_at: expect.any(String) as string },
    });
    await admin.client.hospitals.update({ params: { id: id_hospital }, body: { estado: 'INACTIVO' } });
    await expectProblem(api().client.hospitals.byCode({ params: { codigo } }), 404);
    await expectProblem(api().client.hospitals.byCode({ params: { codigo: 'NADIE' } }), 404);
    await expectProblem(api().client.hospitals.byCode({ params: { codigo: '***' } }), 422);
  });

  test('removes a hospital with subscriptions, payments and codes, and detaches its doctors', async () => {
    const admin = await api().admin();
    const [linked, paying] = [await api().doctor(), await api().doctor()];
    const hospital = await createHospital(admin);
    const { id_hospital } = hospital;
    await linked.client.hospitals.linkByCode({ body: { codigo: hospital.codigo } });
    await profileOf(api(), paying, id_hospital);
    const plan = await newPlan(admin.client);
    const { id_plan } = plan;
    const id_suscripcion = await newSubscription(api(), { id_hospital, id_plan });
    await pay(api(), id_suscripcion);
    const id_medico = await profileOf(api(), paying);
    await pay(api(), await newSubscription(api(), { id_medico, id_plan }));
    expect(await doctorState(api(), linked)).toEqual(['ACTIVO', true]);

    const params = { id: id_hospital };
    expect((await admin.client.hospitals.remove({ params })).status).toBe(204);
    await expectProblem(admin.client.hospitals.remove({ params }), 404);
    const em = api().deps.orm.em.fork();
    expect(await em.count(entities.Hospital, { id_hospital })).toBe(0);
    expect(await em.count(entities.HospitalCode, { id_hospital })).toBe(0);
    expect(await em.count(entities.Pago, { id_suscripcion })).toBe(0);
    expect(await em.count(entities.Suscripcion, { id_hospital })).toBe(0);
    expect(await em.count(entities.Medico, { id_hospital })).toBe(0);
    // The subscription that covered them has ended; who pays for themselves goes on.
    expect(await doctorState(api(), linked)).toEqual(['INACTIVO', false]);
    expect(await doctorState(api(), paying)).toEqual(['ACTIVO', true]);
    const row = await em.findOneOrFail(entities.ClinicalAudit, {
      entity_type: 'HOSPITAL',
      entity_id: id_hospital,
      action: 'DELETE',
    });
    expect(row.actor_id_usuario).toBe(admin.user.id_usuario);
    expect(JSON.parse(row.before_json ?? '')).toMatchObject({
      nombre: hospital.nombre,
      codigos: [{ codigo: hospital.codigo }],
      suscripciones: [{ id_suscripcion, estado: 'ACTIVA' }],
      pagos: [{ id_suscripcion, monto: 39_900 }],
      medicos_desvinculados: [expect.any(Number), id_medico],
    });
    // Its code is free again.
    expect((await createHospital(admin, { codigo: hospital.codigo })).codigo).toBe(hospital.codigo);
  });

  test('leaves the doctors of a hospital that never subscribed as they are', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const { id_hospital, codigo } = await createHospital(admin);
    await doctor.client.hospitals.linkByCode({ body: { codigo } });
    await admin.client.hospitals.remove({ params: { id: id_hospital } });
    expect(await doctorState(api(), doctor)).toEqual(['ACTIVO', true]);
    expect((await doctor.client.hospitals.mineStatus()).body).toMatchObject({ linked: false, hospital: null });
  });

  test('tells how the subscription stands and lets the office pay with the code', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const plan = await newPlan(admin.client, 3, 179_900);
    const hospital = await createHospital(admin);
    const { codigo, id_hospital } = hospital;
    const { client } = api();
    const nothing = {
      has: false,
      active: false,
      estado: null,
      suscripcion_id: null,
      plan: null,
      can_resume: false,
      fecha_expiracion: null,
      last_payment: null,
    };
    const status = async () => (await client.hospitals.status({ params: { codigo } })).body;
    const { telefono: _telefono, correo: _correo, direccion: _direccion, ...open } = hospital;
    expect(await status()).toEqual({
      hospital: open,
      has_subscription: false,
      ...nothing,
      can_start: true,
      can_pay: true,
    });
    const mine = async () => (await doctor.client.hospitals.mineStatus()).body;
    expect(await mine()).toEqual({
      ...nothing,
      has_hospital: false,
      linked: false,
      hospital: null,
      can_start: false,
      can_pay: false,
    });
    expect((await admin.client.hospitals.mineStatus()).body.linked).toBe(false);

    await expectProblem(client.hospitals.startSubscription({ body: { codigo } }), 422, /plan/);
    await expectProblem(client.hospitals.startSubscription({ body: { codigo, plan_id: MISSING.id } }), 404, /plan/);
    await expectProblem(client.hospitals.startSubscription({ body: { codigo: 'NADIE', plan_id: 1 } }), 404, /código/);
    await expectProblem(client.hospitals.startSubscription({ body: {} as never }), 422);
    const started = (await client.hospitals.startSubscription({ body: { codigo, plan_id: plan.id_plan } })).body;
    expect(started).toMatchObject({
      hospital: open,
      checkout: { amount: '179900.00', extra1: String(started.suscripcion_id) },
    });
    expect(started.onpage_html).toContain(started.checkout.invoice);
    const again = (await client.hospitals.startSubscription({ body: { codigo } })).body;
    expect(again.suscripcion_id).toBe(started.suscripcion_id);
    expect(again.checkout.invoice).not.toBe(started.checkout.invoice);
    expect(await status()).toMatchObject({
      has: true,
      has_subscription: true,
      active: false,
      estado: 'PAUSADA',
      plan,
      can_pay: true,
    });

    await doctor.client.hospitals.linkByCode({ body: { codigo } });
    const paid = await pay(api(), started.suscripcion_id, { months: 3, monto: 179_900 });
    const inForce = {
      has: true,
      active: true,
      estado: 'ACTIVA',
      suscripcion_id: started.suscripcion_id,
      plan,
      can_pay: false,
      fecha_expiracion: paid.expiracion_otorgada.toISOString(),
      last_payment: { monto: 179_900, referencia: paid.referencia, fecha_pago: expect.any(String) as string },
    };
    expect(await status()).toMatchObject({ hospital: open, ...inForce });
    expect(await mine()).toMatchObject({ has_hospital: true, linked: true, hospital, ...inForce });
    await expectProblem(client.hospitals.startSubscription({ body: { codigo } }), 409);

    // From the instant of its expiry on it is not active, and the hospital that became INACTIVO by it may pay.
    const em = api().deps.orm.em.fork();
    const past = new Date(api().deps.clock().getTime() - 1000);
    await em.nativeUpdate(entities.Suscripcion, { id_hospital }, { fecha_inicio: new Date(0), fecha_expiracion: past });
    expect(await status()).toMatchObject({ active: false, estado: 'PAUSADA', can_pay: true });
    await client.hospitals.startSubscription({ body: { codigo } });
    expect(await hospitalState(api(), id_hospital)).toBe('INACTIVO');
    expect(await status()).toMatchObject({ can_pay: true });
    await client.hospitals.startSubscription({ body: { codigo } });

    // A former code shows nothing of this.
    await admin.client.hospitals.update({ params: { id: id_hospital }, body: { codigo: newCode() } });
    await expectProblem(client.hospitals.status({ params: { codigo } }), 404);
    await expectProblem(client.hospitals.status({ params: { codigo: '-'.repeat(13) } }), 422);
  });
});
