import { entities } from '@som3d/server/testing';
import { beforeAll, expect, test } from 'vitest';
import { describeApi, expectProblem, type Session } from '../support/server.ts';
import { doctorState, newPlan, newSubscription, pay, profileOf, subscriptionRow } from '../support/subscriptions.ts';

const DAY = 86_400_000;
const MISSING = { id: 2_000_000_000 };
const NOTHING = {
  has: false,
  active: false,
  estado: null,
  suscripcion_id: null,
  plan: null,
  can_resume: false,
  can_start: true,
};

describeApi('subscriptions of one’s own', (api) => {
  let admin: Session;
  let id_plan: number;
  let plan_id: number;
  let plan: Awaited<ReturnType<typeof newPlan>>;
  beforeAll(async () => {
    admin = await api().admin();
    plan = await newPlan(admin.client);
    plan_id = id_plan = plan.id_plan;
  });
  const inDays = (days: number): Date => new Date(Math.floor(api().deps.clock().getTime() / 1000) * 1000 + days * DAY);
  const newDoctor = async () => {
    const doctor = await api().doctor();
    return { doctor, id_medico: await profileOf(api(), doctor) };
  };

  test('start with a checkout for the plan', async () => {
    const doctor = await api().doctor();
    await expectProblem(doctor.client.subscriptions.start({ body: { plan_id: MISSING.id } }), 404, /plan/);
    await expectProblem(doctor.client.subscriptions.start({ body: {} as never }), 422);
    const { body } = await doctor.client.subscriptions.start({ body: { plan_id } });
    expect(body.checkout).toMatchObject({
      amount: '39900.00',
      currency: 'cop',
      country: 'co',
      lang: 'es',
      extra1: String(body.suscripcion_id),
      email_billing: doctor.user.correo,
    });
    expect(body.checkout.invoice).toMatch(new RegExp(`^SOM3D-S${body.suscripcion_id}-`));
    expect(body.onpage_html).toContain(body.checkout.invoice);
    expect(await subscriptionRow(api(), body.suscripcion_id)).toMatchObject({ estado: 'PAUSADA', id_plan });
    const again = (await doctor.client.subscriptions.start({ body: { plan_id } })).body;
    expect(again.suscripcion_id).toBe(body.suscripcion_id);
    expect(again.checkout.invoice).not.toBe(body.checkout.invoice);
    const other = await newPlan(admin.client, 12, 599_900);
    const changed = (await doctor.client.subscriptions.start({ body: { plan_id: other.id_plan } })).body;
    expect(changed.suscripcion_id).not.toBe(body.suscripcion_id);
    expect(changed.checkout.amount).toBe('599900.00');
    await pay(api(), changed.suscripcion_id, { months: 12, monto: 599_900 });
    await expectProblem(
      doctor.client.subscriptions.start({ body: { plan_id } }),
      409,
      /^Ya tiene una suscripción activa/,
    );
  });

  test('start once, however many begin at the same time', async () => {
    const doctor = await api().doctor();
    const starts = await Promise.all(
      Array.from({ length: 20 }, () => doctor.client.subscriptions.start({ body: { plan_id } })),
    );
    expect(new Set(starts.map(({ body }) => body.suscripcion_id)).size).toBe(1);
    expect(new Set(starts.map(({ body }) => body.checkout.invoice)).size).toBe(20);
    const id_medico = await profileOf(api(), doctor);
    const rows = await api().deps.orm.em.fork().find(entities.Suscripcion, { id_medico });
    expect(rows).toMatchObject([{ estado: 'PAUSADA' }]);
  });

  test('take up the latest paused one, also one that has run out unnoticed', async () => {
    const { doctor, id_medico } = await newDoctor();
    await newSubscription(api(), { id_medico, id_plan });
    const latest = await newSubscription(api(), { id_medico, id_plan });
    const start = async () => (await doctor.client.subscriptions.start({ body: { plan_id } })).body.suscripcion_id;
    expect(await start()).toBe(latest);
    await pay(api(), latest);
    await api()
      .deps.orm.em.fork()
      .nativeUpdate(entities.Suscripcion, { id_suscripcion: latest }, { fecha_expiracion: inDays(0) });
    expect(await start()).toBe(latest);
    expect((await subscriptionRow(api(), latest)).estado).toBe('PAUSADA');
    expect(await doctorState(api(), doctor)).toEqual(['INACTIVO', false]);
  });

  test('tell their payer where they stand', async () => {
    const doctor = await api().doctor();
    expect((await doctor.client.subscriptions.mine()).body).toEqual(NOTHING);
    const empty = { ...NOTHING, fecha_expiracion: null, last_payment: null, can_pay: true };
    expect((await doctor.client.subscriptions.mineStatus()).body).toEqual(empty);
    const none = { ...NOTHING, can_start: false };
    expect((await admin.client.subscriptions.mine()).body).toEqual(none);
    expect((await admin.client.subscriptions.mineStatus()).body).toEqual({ ...empty, ...none, can_pay: false });

    const { suscripcion_id } = (await doctor.client.subscriptions.start({ body: { plan_id } })).body;
    const paused = { has: true, active: false, estado: 'PAUSADA', suscripcion_id, plan, can_resume: true };
    expect((await doctor.client.subscriptions.mine()).body).toEqual({ ...paused, can_start: true });
    const older = await pay(api(), suscripcion_id, { now: inDays(-3) });
    const paid = await pay(api(), suscripcion_id, { monto: 40_000.5 });
    expect(older.referencia).not.toBe(paid.referencia);
    const active = { ...paused, active: true, estado: 'ACTIVA', can_resume: false, can_start: false };
    expect((await doctor.client.subscriptions.mine()).body).toEqual(active);
    expect((await doctor.client.subscriptions.mineStatus()).body).toEqual({
      ...active,
      fecha_expiracion: paid.expiracion_otorgada.toISOString(),
      last_payment: { fecha_pago: expect.any(String) as string, monto: 40_000.5, referencia: paid.referencia },
      can_pay: false,
    });
    // A newer one that was only begun does not hide the one in force.
    await newSubscription(api(), { id_medico: await profileOf(api(), doctor), id_plan });
    expect((await doctor.client.subscriptions.mine()).body.suscripcion_id).toBe(suscripcion_id);
  });
});
