import { entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { describeApi, expectProblem } from '../support/server.ts';
import {
  doctorState,
  hospitalState,
  newHospital,
  newPlan,
  newSubscription,
  pay,
  profileOf,
} from '../support/subscriptions.ts';

let plans = 0;
function fresh() {
  return {
    nombre: `Plan (de prueba) ${++plans}`,
    precio: 39_900.5,
    periodo: 'MENSUAL' as const,
    duracion_meses: 1,
  };
}

describeApi('plans', (api) => {
  test('creates, shows, changes and removes a plan', async () => {
    const { client } = await api().admin();
    const given = fresh();
    const { status, body } = await client.plans.create({ body: { ...given, nombre: `  ${given.nombre} ` } });
    expect(status).toBe(201);
    expect(body).toEqual({ id_plan: expect.any(Number) as number, ...given });
    const params = { id: body.id_plan };
    expect((await api().client.plans.get({ params })).body).toEqual(body);
    const change = { periodo: 'anual' as never, duracion_meses: 12 };
    const changed = await client.plans.update({ params, body: { ...change, precio: 0.01 } });
    expect(changed.body).toEqual({ ...body, periodo: 'ANUAL', duracion_meses: 12, precio: 0.01 });
    expect((await client.plans.remove({ params })).status).toBe(204);
    await expectProblem(api().client.plans.get({ params }), 404);
    await expectProblem(client.plans.remove({ params }), 404);
    await expectProblem(client.plans.update({ params, body: {} }), 404);
    const trail = await api()
      .deps.orm.em.fork()
      .find(entities.ClinicalAudit, { entity_type: 'PLAN', entity_id: params.id });
    expect(trail.map(({ action }) => action)).toEqual(['CREATE', 'UPDATE', 'DELETE']);
  });

  test('lists the cheapest first, to anybody, by page', async () => {
    const { client } = await api().admin();
    for (const precio of [9_999_999_999.99, 0.5, 70_000]) await client.plans.create({ body: { ...fresh(), precio } });
    const { body, headers } = await api().client.plans.list();
    const prices = body.map(({ precio }) => precio);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    expect(prices).toEqual(expect.arrayContaining([0.5, 70_000, 9_999_999_999.99]));
    expect(headers.get('x-total-count')).toBe(String(body.length));
    const page = await api().client.plans.list({ query: { limit: 2, offset: 1 } });
    expect(page.body).toEqual(body.slice(1, 3));
    expect(page.headers.get('x-total-count')).toBe(String(body.length));
  });

  test('is changed by administrators alone', async () => {
    const { id_plan: id } = await newPlan((await api().admin()).client);
    const params = { id };
    const doctor = await api().doctor();
    for (const [client, status] of [
      [api().client, 401],
      [doctor.client, 403],
    ] as const) {
      await expectProblem(client.plans.create({ body: fresh() }), status);
      await expectProblem(client.plans.update({ params, body: { precio: 1 } }), status);
      await expectProblem(client.plans.remove({ params }), status);
    }
    expect((await doctor.client.plans.get({ params })).body.precio).toBe(39_900);
  });

  test('takes a period only with its months, also of the merged values', async () => {
    const { client } = await api().admin();
    const message = /^periodo y duracion_meses no son coherentes$/;
    for (const [periodo, duracion_meses] of [
      ['MENSUAL', 3],
      ['TRIMESTRAL', 1],
      ['ANUAL', 1],
      ['MENSUAL', 0],
      ['MENSUAL', -1],
    ] as const) {
      await expectProblem(client.plans.create({ body: { ...fresh(), periodo, duracion_meses } }), 400, message);
    }
    const { body: plan } = await client.plans.create({ body: fresh() });
    const params = { id: plan.id_plan };
    await expectProblem(client.plans.update({ params, body: { periodo: 'ANUAL' } }), 400, message);
    await expectProblem(client.plans.update({ params, body: { duracion_meses: 3 } }), 400, message);
    expect((await client.plans.get({ params })).body).toEqual(plan);
  });

  test('says which field does not fit', async () => {
    const { client } = await api().admin();
    const fields = async (body: object) => {
      const error = await expectProblem(client.plans.create({ body: { ...fresh(), ...body } }), 422);
      return error.errors.map(({ loc }) => loc[1]);
    };
    for (const precio of [0, -1, 1.005, 10_000_000_000, 'mil', '', null]) {
      expect(await fields({ precio })).toEqual(['precio']);
    }
    for (const nombre of ['x', '', 'Plan <b>', 'n'.repeat(81), null])
      expect(await fields({ nombre })).toEqual(['nombre']);
    const sent = { ...fresh(), precio: '1000.50', duracion_meses: ' 1 ' } as never;
    expect((await client.plans.create({ body: sent })).body).toMatchObject({ precio: 1000.5, duracion_meses: 1 });
    expect(await fields({ periodo: 'SEMANAL' })).toEqual(['periodo']);
    expect(await fields({ duracion_meses: 1.5 })).toEqual(['duracion_meses']);
    const params = { id: (await newPlan(client)).id_plan };
    await expectProblem(client.plans.update({ params, body: { precio: null as never } }), 422);
    await expectProblem(api().client.plans.list({ query: { limit: 0 } }), 422);
    for (const id of [0, 2_147_483_648]) {
      await expectProblem(api().client.plans.get({ params: { id } }), 422);
      await expectProblem(client.plans.remove({ params: { id } }), 422);
    }
  });

  test('has a name of its own, whatever its case, also when two race', async () => {
    const { client } = await api().admin();
    const body = fresh();
    const race = await Promise.allSettled([1, 2, 3].map(() => client.plans.create({ body })));
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expectProblem(client.plans.create({ body: { ...body, nombre: body.nombre.toUpperCase() } }), 409);
    const other = await newPlan(client);
    const rename = client.plans.update({ params: { id: other.id_plan }, body: { nombre: body.nombre } });
    await expectProblem(rename, 409, /^Ya existe un plan con ese nombre$/);
  });

  test('takes its subscriptions and payments along, ends what they gave, and keeps all in the audit', async () => {
    const admin = await api().admin();
    const [plan, kept] = [await newPlan(admin.client), await newPlan(admin.client)];
    const hospital = await newHospital(api());
    const [alone, ofHospital, alsoOwn] = [await api().doctor(), await api().doctor(), await api().doctor()];
    const id_medico = await profileOf(api(), alone);
    await profileOf(api(), ofHospital, hospital);
    const own = await profileOf(api(), alsoOwn, hospital);
    const started = await alone.client.subscriptions.start({ body: { plan_id: plan.id_plan } });
    const ids = [
      started.body.suscripcion_id,
      await newSubscription(api(), { id_hospital: hospital, id_plan: plan.id_plan }),
    ];
    const other = await newSubscription(api(), { id_medico: own, id_plan: kept.id_plan });
    const payments = [];
    for (const id of [...ids, other]) payments.push(await pay(api(), id));
    expect(await doctorState(api(), ofHospital)).toEqual(['ACTIVO', true]);

    await admin.client.plans.remove({ params: { id: plan.id_plan } });
    const em = api().deps.orm.em.fork();
    expect(await em.count(entities.Suscripcion, { id_suscripcion: { $in: ids } })).toBe(0);
    expect(await em.count(entities.Pago, { id_suscripcion: { $in: ids } })).toBe(0);
    expect(await em.count(entities.Pago, { id_suscripcion: other })).toBe(1);
    const { invoice } = started.body.checkout;
    expect(await em.findOneOrFail(entities.EpaycoCheckout, { invoice })).toMatchObject({
      id_plan: null,
      id_suscripcion: null,
    });
    expect(await doctorState(api(), alone)).toEqual(['INACTIVO', false]);
    expect(await doctorState(api(), ofHospital)).toEqual(['INACTIVO', false]);
    expect(await doctorState(api(), alsoOwn)).toEqual(['ACTIVO', true]);
    expect(await hospitalState(api(), hospital)).toBe('INACTIVO');
    const removal = await em.findOneOrFail(entities.ClinicalAudit, {
      entity_type: 'PLAN',
      entity_id: plan.id_plan,
      action: 'DELETE',
    });
    expect(removal.actor_id_usuario).toBe(admin.user.id_usuario);
    expect(JSON.parse(removal.before_json ?? '')).toMatchObject({
      nombre: plan.nombre,
      precio: plan.precio,
      suscripciones: [
        { id_suscripcion: ids[0], id_medico, estado: 'ACTIVA' },
        { id_suscripcion: ids[1], id_hospital: hospital },
      ],
      pagos: payments.slice(0, 2).map(({ referencia }) => ({ referencia_epayco: referencia, monto: 39_900 })),
    });
    expect(JSON.parse(removal.meta_json ?? '')).toEqual({ suscripciones: 2, pagos: 2 });
  });
});
