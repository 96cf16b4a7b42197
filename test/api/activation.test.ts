import { billing, databases, entities } from '@som3d/server/testing';
import { beforeAll, expect, test } from 'vitest';
import { describeApi, type Session } from '../support/server.ts';
import {
  doctorState,
  hospitalState,
  newHospital,
  newPlan,
  newSubscription,
  pay,
  profileOf,
  reverse,
  subscriptionRow,
} from '../support/subscriptions.ts';

const DAY = 86_400_000;
function at(text: string): Date {
  return new Date(`${text}T10:20:30Z`);
}
function daysAfter(from: Date, days: number): Date {
  return new Date(from.getTime() + days * DAY);
}

describeApi('activation', (api) => {
  let plans: [number, number];
  beforeAll(async () => {
    const { client } = await api().admin();
    plans = [(await newPlan(client)).id_plan, (await newPlan(client, 3)).id_plan];
  });

  /** A new doctor with a PAUSADA subscription for each plan asked for. */
  const doctorWith = async (...id_plans: number[]): Promise<{ doctor: Session; id_medico: number; ids: number[] }> => {
    const doctor = await api().doctor();
    const id_medico = await profileOf(api(), doctor);
    const ids = [];
    for (const id_plan of id_plans) ids.push(await newSubscription(api(), { id_medico, id_plan }));
    return { doctor, id_medico, ids };
  };
  const one = async () => {
    const { doctor, ids } = await doctorWith(plans[0]);
    return { doctor, id: ids[0] ?? 0 };
  };
  const two = async () => {
    const { doctor, ids } = await doctorWith(...plans);
    return { doctor, first: ids[0] ?? 0, second: ids[1] ?? 0 };
  };
  const stateOf = async (id: number) => {
    const { estado, fecha_expiracion } = await subscriptionRow(api(), id);
    return [estado, fecha_expiracion ?? null];
  };

  test.each([
    ['2025-01-31', 1, '2025-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2023-11-30', 3, '2024-02-29'],
    ['2025-12-31', 1, '2026-01-31'],
    ['2025-03-31', 1, '2025-04-30'],
    ['2025-05-15', 12, '2026-05-15'],
  ])('%s and %i months is %s, at the same time of day', async (from, months, to) => {
    const { id } = await one();
    const granted = await pay(api(), id, { now: at(from), months });
    expect(granted).toMatchObject({ expiracion_previa: at(from), expiracion_otorgada: at(to) });
    expect(await stateOf(id)).toEqual(['ACTIVA', at(to)]);
  });

  test('extends what is not over, payment after payment, and begins anew what is', async () => {
    const { id } = await one();
    await pay(api(), id, { now: at('2024-01-31') });
    await pay(api(), id, { now: at('2024-02-10') });
    expect(await stateOf(id)).toEqual(['ACTIVA', at('2024-03-29')]);
    await pay(api(), id, { now: at('2024-02-11'), months: 12 });
    expect(await stateOf(id)).toEqual(['ACTIVA', at('2025-03-29')]);
    await pay(api(), id, { now: at('2025-06-30') });
    expect(await stateOf(id)).toEqual(['ACTIVA', at('2025-07-30')]);
  });

  test('counts every one of several payments at once', async () => {
    const { id } = await one();
    const now = at('2025-01-10');
    await Promise.all(Array.from({ length: 6 }, () => pay(api(), id, { now })));
    expect(await stateOf(id)).toEqual(['ACTIVA', at('2025-07-10')]);
  });

  test('activates the doctor, or the hospital with all of its doctors', async () => {
    const { doctor, id } = await one();
    expect(await doctorState(api(), doctor)).toEqual(['INACTIVO', false]);
    await pay(api(), id);
    expect(await doctorState(api(), doctor)).toEqual(['ACTIVO', true]);

    const id_hospital = await newHospital(api(), 'INACTIVO');
    const staff = [await api().doctor(), await api().doctor()];
    for (const each of staff) await profileOf(api(), each, id_hospital);
    const stranger = await api().doctor();
    await profileOf(api(), stranger);
    await pay(api(), await newSubscription(api(), { id_hospital, id_plan: plans[0] }));
    expect(await hospitalState(api(), id_hospital)).toBe('ACTIVO');
    for (const each of staff) expect(await doctorState(api(), each)).toEqual(['ACTIVO', true]);
    expect(await doctorState(api(), stranger)).toEqual(['INACTIVO', false]);
  });

  test('knows no subscription that is not there, and leaves nothing of a transaction that fails', async () => {
    const missing = { id_suscripcion: 2_000_000_000, now: new Date(), duracion_meses: 1 };
    await expect(
      databases.inTransaction(api().deps.orm.em, (em) => billing.activate(em, missing)),
    ).rejects.toMatchObject({
      kind: 'not_found',
    });
    const { doctor, id } = await one();
    const failing = databases.inTransaction(api().deps.orm.em, async (em) => {
      await billing.activate(em, { id_suscripcion: id, now: new Date(), duracion_meses: 1 });
      throw new Error('the payment could not be stored');
    });
    await expect(failing).rejects.toThrow('could not be stored');
    expect(await stateOf(id)).toEqual(['PAUSADA', null]);
    expect(await doctorState(api(), doctor)).toEqual(['INACTIVO', false]);
  });

  test('gives way to another plan that is paid, with the time that is left', async () => {
    const { doctor, first, second } = await two();
    const start = new Date(Math.floor(api().deps.clock().getTime() / 1000) * 1000);
    await pay(api(), first, { now: start });
    const whole = billing.addMonths(start, 1);
    const switched = daysAfter(start, 10);
    const granted = await pay(api(), second, { now: switched, months: 3 });
    expect(granted).toMatchObject({ expiracion_previa: whole, expiracion_otorgada: billing.addMonths(whole, 3) });
    expect(await stateOf(first)).toEqual(['PAUSADA', switched]);
    expect(await stateOf(second)).toEqual(['ACTIVA', billing.addMonths(whole, 3)]);
    expect(await doctorState(api(), doctor)).toEqual(['ACTIVO', true]);
    const { body } = await doctor.client.subscriptions.mine();
    expect(body).toMatchObject({ active: true, suscripcion_id: second, plan: { id_plan: plans[1] } });
    // What was carried over is not there twice: paying the first again begins where the second ends.
    const back = await pay(api(), first, { now: switched });
    expect(back.expiracion_previa).toEqual(billing.addMonths(whole, 3));
  });

  test('gives nothing of another plan that had run out, and keeps what is without end', async () => {
    const { first, second } = await two();
    await pay(api(), first, { now: at('2024-01-01') });
    const { expiracion_previa } = await pay(api(), second, { now: at('2024-05-01'), months: 3 });
    expect(expiracion_previa).toEqual(at('2024-05-01'));
    expect(await stateOf(first)).toEqual(['PAUSADA', at('2024-02-01')]);

    const endless = await two();
    const em = api().deps.orm.em.fork();
    await em.nativeUpdate(
      entities.Suscripcion,
      { id_suscripcion: endless.first },
      { estado: 'ACTIVA', fecha_expiracion: null },
    );
    const paid = await pay(api(), endless.second);
    expect(await stateOf(endless.second)).toEqual(['ACTIVA', null]);
    await reverse(api(), paid);
    expect(await stateOf(endless.second)).toEqual(['ACTIVA', null]);
  });

  test('leaves one ACTIVA when two plans of one doctor are paid at once', async () => {
    const { first, second } = await two();
    const now = at('2025-01-10');
    await Promise.all([pay(api(), first, { now }), pay(api(), second, { now })]);
    const states = [await stateOf(first), await stateOf(second)];
    expect(states.filter(([estado]) => estado === 'PAUSADA')).toHaveLength(1);
    expect(states.find(([estado]) => estado === 'ACTIVA')?.[1]).toEqual(at('2025-03-10'));
  });

  test('is taken back by a reversal, with payer and user', async () => {
    const { doctor, id } = await one();
    const paid = await pay(api(), id);
    await reverse(api(), paid);
    expect(await stateOf(id)).toMatchObject(['PAUSADA', paid.expiracion_previa]);
    expect(await doctorState(api(), doctor)).toEqual(['INACTIVO', false]);
    const { body } = await doctor.client.subscriptions.mineStatus();
    expect(body).toMatchObject({ active: false, can_resume: true, last_payment: null });
    // Paying again begins at the new payment, not at what was taken back.
    const again = await pay(api(), id);
    expect(again.expiracion_previa.getTime()).toBeLessThanOrEqual(api().deps.clock().getTime());
    expect(await doctorState(api(), doctor)).toEqual(['ACTIVO', true]);
  });

  test('keeps what other payments gave when one is reversed, in any order', async () => {
    const start = api().deps.clock();
    for (const [a, b] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const { doctor, id } = await one();
      const payments = [await pay(api(), id, { now: start }), await pay(api(), id, { now: start })];
      const lengths = payments.map(
        ({ expiracion_previa, expiracion_otorgada }) => expiracion_otorgada.getTime() - expiracion_previa.getTime(),
      );
      const [first, second] = [payments[a], payments[b]];
      if (!first || !second) throw new Error('two payments were made');
      await reverse(api(), first);
      const begun = payments[0]?.expiracion_previa.getTime() ?? 0;
      expect(await stateOf(id)).toEqual(['ACTIVA', new Date(begun + (lengths[b] ?? 0))]);
      expect(await doctorState(api(), doctor)).toEqual(['ACTIVO', true]);
      await reverse(api(), second);
      expect(await stateOf(id)).toEqual(['PAUSADA', new Date(begun)]);
      expect(await doctorState(api(), doctor)).toEqual(['INACTIVO', false]);
    }
  });

  test('takes carried time back where it is now', async () => {
    const { doctor, first, second } = await two();
    const start = new Date(Math.floor(api().deps.clock().getTime() / 1000) * 1000);
    const paid = await pay(api(), first, { now: start });
    const upgrade = await pay(api(), second, { now: start, months: 3 });
    const gave = paid.expiracion_otorgada.getTime() - paid.expiracion_previa.getTime();
    await reverse(api(), paid);
    expect(await stateOf(second)).toEqual(['ACTIVA', new Date(upgrade.expiracion_otorgada.getTime() - gave)]);
    await reverse(api(), upgrade);
    expect(await stateOf(second)).toEqual(['PAUSADA', start]);
    expect(await doctorState(api(), doctor)).toEqual(['INACTIVO', false]);
  });

  test('leaves a later payment whole when an old one, long used up, is reversed', async () => {
    const { doctor, id } = await one();
    const old = await pay(api(), id, { now: at('2024-01-01') });
    const recent = await pay(api(), id);
    await reverse(api(), old);
    expect(await stateOf(id)).toEqual(['ACTIVA', recent.expiracion_otorgada]);
    expect(await doctorState(api(), doctor)).toEqual(['ACTIVO', true]);
  });

  test('takes the duration of the plan for a payment that was made before grants were kept', async () => {
    const { id } = await one();
    const { referencia, expiracion_otorgada } = await pay(api(), id, { now: daysAfter(api().deps.clock(), -5) });
    const em = api().deps.orm.em.fork();
    const unknown = { expiracion_previa: null, expiracion_otorgada: null };
    await em.nativeUpdate(entities.Pago, { referencia_epayco: referencia }, unknown);
    await reverse(api(), { id_suscripcion: id, referencia } as never);
    expect(await stateOf(id)).toEqual(['PAUSADA', billing.addMonths(expiracion_otorgada, -1)]);
  });
});
