import { billing, entities } from '@som3d/server/testing';
import { beforeAll, expect, test } from 'vitest';
import { describeApi, expectProblem, type Session } from '../support/server.ts';
import {
  doctorState,
  hospitalState,
  newHospital,
  newPlan,
  newSubscription,
  pay,
  profileOf,
} from '../support/subscriptions.ts';

const DAY = 86_400_000;
const MISSING = { id: 2_000_000_000 };
describeApi('subscriptions', (api) => {
  let admin: Session;
  let id_plan: number;
  let plan_id: number;
  beforeAll(async () => {
    admin = await api().admin();
    plan_id = id_plan = (await newPlan(admin.client)).id_plan;
  });
  const inDays = (days: number): Date => new Date(Math.floor(api().deps.clock().getTime() / 1000) * 1000 + days * DAY);
  const iso = (days: number): string => inDays(days).toISOString();
  const newDoctor = async () => {
    const doctor = await api().doctor();
    return { doctor, id_medico: await profileOf(api(), doctor) };
  };
  const create = async (body: object) =>
    (await admin.client.subscriptions.create({ body: { id_plan, estado: 'ACTIVA', ...body } })).body;
  const update = async (id: number, body: object) =>
    (await admin.client.subscriptions.update({ params: { id }, body })).body;

  test('are the business of administrators, but for one’s own', async () => {
    const { doctor, id_medico } = await newDoctor();
    const { id_suscripcion: id } = await create({ id_medico, estado: 'PAUSADA' });
    const params = { id };
    for (const [client, status] of [
      [api().client, 401],
      [doctor.client, 403],
    ] as const) {
      await expectProblem(client.subscriptions.list(), status);
      await expectProblem(client.subscriptions.create({ body: { id_medico, id_plan } }), status);
      await expectProblem(client.subscriptions.get({ params }), status);
      await expectProblem(client.subscriptions.update({ params, body: {} }), status);
      await expectProblem(client.subscriptions.remove({ params }), status);
      await expectProblem(client.subscriptions.payments({ params }), status);
    }
    await expectProblem(api().client.subscriptions.start({ body: { plan_id } }), 401);
    await expectProblem(api().client.subscriptions.mine(), 401);
    await expectProblem(api().client.subscriptions.mineStatus(), 401);
    await expectProblem(admin.client.subscriptions.start({ body: { plan_id } }), 403, /Solo un médico/);
    await expectProblem(admin.client.subscriptions.get({ params: MISSING }), 404);
    await expectProblem(admin.client.subscriptions.update({ params: MISSING, body: {} }), 404);
    await expectProblem(admin.client.subscriptions.remove({ params: MISSING }), 404);
    await expectProblem(admin.client.subscriptions.payments({ params: MISSING }), 404);
    for (const wrong of [0, 2_147_483_648]) {
      await expectProblem(admin.client.subscriptions.get({ params: { id: wrong } }), 422);
      await expectProblem(admin.client.subscriptions.remove({ params: { id: wrong } }), 422);
      await expectProblem(admin.client.subscriptions.payments({ params: { id: wrong } }), 422);
    }
    await expectProblem(admin.client.subscriptions.list({ query: { estado: 'VENCIDA' as never } }), 422);
  });

  test('are listed newest first, filtered, by page', async () => {
    const { id_medico } = await newDoctor();
    const id_hospital = await newHospital(api());
    const other = (await newPlan(admin.client)).id_plan;
    const first = await newSubscription(api(), { id_medico, id_plan });
    const second = await newSubscription(api(), {
      id_medico,
      id_plan: other,
      estado: 'ACTIVA',
      fecha_expiracion: inDays(9),
    });
    const third = await newSubscription(api(), {
      id_hospital,
      id_plan: other,
      estado: 'ACTIVA',
      fecha_expiracion: inDays(-1),
    });
    const ids = async (query: object) => {
      const { body, headers } = await admin.client.subscriptions.list({ query });
      return [headers.get('x-total-count'), ...body.map(({ id_suscripcion }) => id_suscripcion)];
    };
    expect((await ids({})).slice(1, 4)).toEqual([third, second, first]);
    expect(await ids({ id_medico })).toEqual(['2', second, first]);
    expect(await ids({ id_hospital })).toEqual(['1', third]);
    expect(await ids({ plan_id: other })).toEqual(['2', third, second]);
    expect(await ids({ plan_id: other, estado: 'ACTIVA' })).toEqual(['1', second]);
    // What has run out is paused, though nobody has moved it yet.
    expect(await ids({ plan_id: other, estado: 'pausada' })).toEqual(['1', third]);
    expect(await ids({ plan_id: other, limit: 1, offset: 1 })).toEqual(['2', second]);
    expect((await admin.client.subscriptions.get({ params: { id: third } })).body).toMatchObject({
      id_hospital,
      id_medico: null,
      estado: 'PAUSADA',
    });
  });

  test('can be made by hand, for one payer, with dates that fit', async () => {
    const { doctor, id_medico } = await newDoctor();
    const id_hospital = await newHospital(api(), 'INACTIVO');
    const made = await create({ id_medico, fecha_inicio: '2025-01-31T05:00:00-05:00', estado: 'PAUSADA' });
    expect(made).toEqual({
      id_suscripcion: expect.any(Number) as number,
      id_medico,
      id_hospital: null,
      id_plan,
      estado: 'PAUSADA',
      fecha_inicio: '2025-01-31T10:00:00.000Z',
      fecha_expiracion: null,
    });
    expect((await admin.client.subscriptions.get({ params: { id: made.id_suscripcion } })).body).toEqual(made);
    const active = await create({ id_medico });
    expect(active.fecha_expiracion).toBe(billing.addMonths(new Date(active.fecha_inicio), 1).toISOString());
    expect(await doctorState(api(), doctor)).toEqual(['ACTIVO', true]);
    const endless = await create({ id_hospital, fecha_expiracion: null });
    expect(endless).toMatchObject({ estado: 'ACTIVA', fecha_expiracion: null });
    expect(await hospitalState(api(), id_hospital)).toBe('ACTIVO');

    const refused = async (body: object, status: number, detail?: RegExp) =>
      await expectProblem(create(body), status, detail);
    await refused({}, 400, /exactamente un pagador/);
    await refused({ id_medico, id_hospital }, 400, /exactamente un pagador/);
    const dates = { fecha_inicio: iso(3), fecha_expiracion: iso(3) };
    await refused({ id_medico, estado: 'PAUSADA', ...dates }, 400, /posterior/);
    await refused({ id_medico, id_plan: MISSING.id }, 404, /plan/);
    await refused({ id_medico: MISSING.id }, 404, /médico/);
    await refused({ id_hospital: MISSING.id }, 404, /hospital/);
    await refused({ id_medico }, 409, /otra suscripción activa/);
    for (const body of [{ estado: 'VENCIDA' }, { fecha_inicio: 'ayer' }, { fecha_inicio: '0001-01-01T00:00:00Z' }]) {
      await refused({ id_medico, ...body }, 422);
    }
    const silent = await admin.client.subscriptions.create({ body: { id_medico, id_plan } });
    expect(silent.body).toMatchObject({ estado: 'PAUSADA', fecha_expiracion: null });
  });

  test('one ACTIVA for a payer, whoever asks at the same time', async () => {
    const { id_medico } = await newDoctor();
    const race = await Promise.allSettled(Array.from({ length: 6 }, () => create({ id_medico })));
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const losers = race.flatMap((call) => (call.status === 'rejected' ? [call.reason as { status: number }] : []));
    expect(losers.map(({ status }) => status)).toEqual([409, 409, 409, 409, 409]);
    const ids = [1, 2, 3, 4].map(async () => (await create({ id_medico, estado: 'PAUSADA' })).id_suscripcion);
    const paused = await Promise.all(ids);
    await Promise.all(paused.map((id) => expectProblem(update(id, { estado: 'ACTIVA' }), 409, /otra suscripción/)));
    const rows = await api().deps.orm.em.fork().find(entities.Suscripcion, { id_medico, estado: 'ACTIVA' });
    expect(rows).toHaveLength(1);
    // One that has run out is in nobody's way.
    await api()
      .deps.orm.em.fork()
      .nativeUpdate(
        entities.Suscripcion,
        { id_medico, estado: 'ACTIVA' },
        { fecha_expiracion: inDays(-1), fecha_inicio: inDays(-9) },
      );
    const won = await Promise.allSettled(paused.map((id) => update(id, { estado: 'ACTIVA' })));
    expect(won.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('change what is given, and the payer with them', async () => {
    const { doctor, id_medico } = await newDoctor();
    const made = await create({ id_medico, estado: 'PAUSADA' });
    const id = made.id_suscripcion;
    expect(await update(id, {})).toEqual(made);
    // Activated by hand without a date: the plan's duration from now.
    const active = await update(id, { estado: 'activa' });
    expect(active.estado).toBe('ACTIVA');
    expect(new Date(active.fecha_expiracion ?? 0) > inDays(27)).toBe(true);
    expect(await doctorState(api(), doctor)).toEqual(['ACTIVO', true]);
    const expires = iso(5);
    expect((await update(id, { fecha_expiracion: expires })).fecha_expiracion).toBe(expires);
    expect((await update(id, { estado: 'PAUSADA' })).fecha_expiracion).toBe(expires);
    expect(await doctorState(api(), doctor)).toEqual(['INACTIVO', false]);
    expect((await update(id, { estado: 'ACTIVA' })).fecha_expiracion).toBe(expires);
    expect((await update(id, { fecha_expiracion: null })).fecha_expiracion).toBeNull();
    expect(await doctorState(api(), doctor)).toEqual(['ACTIVO', true]);

    await expectProblem(update(id, { fecha_expiracion: made.fecha_inicio }), 400, /posterior/);
    await expectProblem(update(id, { fecha_inicio: iso(2), fecha_expiracion: iso(1) }), 400, /posterior/);
    await expectProblem(update(id, { id_medico: null }), 400, /exactamente un pagador/);
    const id_hospital = await newHospital(api(), 'INACTIVO');
    await expectProblem(update(id, { id_hospital }), 400, /exactamente un pagador/);
    await expectProblem(update(id, { id_medico: null, id_hospital: MISSING.id }), 404, /hospital/);
    await expectProblem(update(id, { id_plan: MISSING.id }), 404, /plan/);
    for (const body of [{ estado: null }, { fecha_inicio: null }, { id_plan: null }, { id_medico: -1 }]) {
      await expectProblem(update(id, body), 422);
    }
    const other = (await newPlan(admin.client)).id_plan;
    expect(await update(id, { id_plan: other, id_medico: null, id_hospital })).toMatchObject({
      id_plan: other,
      id_medico: null,
      id_hospital,
    });
    expect(await doctorState(api(), doctor)).toEqual(['INACTIVO', false]);
    expect(await hospitalState(api(), id_hospital)).toBe('ACTIVO');
    // Ended by its date: the hospital is INACTIVO at once.
    expect((await update(id, { fecha_inicio: iso(-9), fecha_expiracion: iso(-1) })).estado).toBe('PAUSADA');
    expect(await hospitalState(api(), id_hospital)).toBe('INACTIVO');
    const trail = await api()
      .deps.orm.em.fork()
      .find(entities.ClinicalAudit, { entity_type: 'SUSCRIPCION', entity_id: id });
    expect(trail.at(0)).toMatchObject({ action: 'CREATE', actor_id_usuario: admin.user.id_usuario });
    expect(JSON.parse(trail.at(2)?.meta_json ?? '')).toMatchObject({
      changed: expect.arrayContaining(['estado', 'fecha_expiracion']) as string[],
    });
  });

  test('go with their payments, which are listed newest first before', async () => {
    const { doctor, id_medico } = await newDoctor();
    const { suscripcion_id: id, checkout } = (await doctor.client.subscriptions.start({ body: { plan_id } })).body;
    const first = await pay(api(), id, { now: inDays(-2) });
    const second = await pay(api(), id, { now: inDays(-1), monto: 39_900.25 });
    const params = { id };
    const { body, headers } = await admin.client.subscriptions.payments({ params });
    expect(headers.get('x-total-count')).toBe('2');
    expect(body).toEqual(
      [second, first].map(({ referencia }, index) => ({
        id_pago: expect.any(Number) as number,
        id_suscripcion: id,
        referencia_epayco: referencia,
        monto: index === 0 ? 39_900.25 : 39_900,
        fecha_pago: iso(index === 0 ? -1 : -2).slice(0, 10) + (body[index]?.fecha_pago.slice(10) ?? ''),
      })),
    );
    const page = await admin.client.subscriptions.payments({ params, query: { limit: 1, offset: 1 } });
    expect(page.body).toEqual(body.slice(1));
    expect(page.headers.get('x-total-count')).toBe('2');
    await expectProblem(admin.client.subscriptions.payments({ params, query: { limit: 0 } }), 422);

    expect((await admin.client.subscriptions.remove({ params })).status).toBe(204);
    const em = api().deps.orm.em.fork();
    expect(await em.count(entities.Pago, { id_suscripcion: id })).toBe(0);
    expect(await em.findOneOrFail(entities.EpaycoCheckout, { invoice: checkout.invoice })).toMatchObject({
      id_suscripcion: null,
      id_plan,
    });
    expect(await doctorState(api(), doctor)).toEqual(['INACTIVO', false]);
    expect((await doctor.client.subscriptions.mine()).body).toMatchObject({ has: false });
    const removal = await em.findOneOrFail(entities.ClinicalAudit, { entity_type: 'SUSCRIPCION', entity_id: id });
    expect(JSON.parse(removal.before_json ?? '')).toMatchObject({
      id_medico,
      pagos: [{ referencia_epayco: first.referencia }, { referencia_epayco: second.referencia }],
    });
  });

  test('a paused one that goes takes nothing from its payer', async () => {
    const { doctor, id_medico } = await newDoctor();
    const active = await create({ id_medico });
    const paused = await create({ id_medico, estado: 'PAUSADA' });
    await admin.client.subscriptions.remove({ params: { id: paused.id_suscripcion } });
    expect(await doctorState(api(), doctor)).toEqual(['ACTIVO', true]);
    await admin.client.subscriptions.remove({ params: { id: active.id_suscripcion } });
    expect(await doctorState(api(), doctor)).toEqual(['INACTIVO', false]);
  });
});
