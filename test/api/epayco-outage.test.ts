import { billing, configuration, entities, openDeps } from '@som3d/server/testing';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { databaseKinds } from '../support/database.ts';
import { startGateway, type Mood } from '../support/epayco-gateway.ts';
import { paymentEnv, paymentFields, paymentsOn, signed } from '../support/payments.ts';
import { describeApi, expectProblem, startTestServer } from '../support/server.ts';

const gateway = await startGateway();
afterAll(async () => await gateway[Symbol.asyncDispose]());
beforeEach(() => {
  gateway.mood = 'up';
  gateway.takesNumeric = true;
});

const HOUR = 3_600_000;

describeApi(
  'payments while the gateway is not itself',
  (api) => {
    const pay = paymentsOn(api, gateway);

    test.each<Mood>(['down', 'slow', 'garbage', 'cut', 'endless'])(
      'the gateway is %s: the call is stored and answered, and granted later without a new call',
      async (mood) => {
        const order = await pay.order();
        const fields = paymentFields(order);
        pay.atGateway(fields);
        gateway.mood = mood;
        expect(await pay.confirm(fields)).toMatchObject({ ok: true, firma_valida: true });
        await pay.expectNothing(order);
        expect(await pay.events(fields)).toMatchObject([
          { estado: 'PENDIENTE', last_error: 'La pasarela no respondió' },
        ]);
        gateway.mood = 'up';
        api().advance(6_000);
        await pay.round();
        await expect.poll(async () => (await pay.paid(order)).length).toBe(1);
        await pay.expectGranted(order, fields);
      },
    );

    test('pauses grow, and a day later the event is left to an administrator', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      gateway.mood = 'down';
      await pay.confirm(fields);
      const pauses: number[] = [];
      for (let round = 0; round < 6; round++) {
        const [event] = await pay.events(fields);
        pauses.push((event?.next_attempt_at?.getTime() ?? 0) - api().deps.clock().getTime());
        api().advance((event?.next_attempt_at?.getTime() ?? 0) - api().deps.clock().getTime() + 1);
        await pay.round();
        await expect.poll(async () => (await pay.events(fields))[0]?.attempts).toBe(round + 2);
        await expect.poll(async () => (await pay.events(fields))[0]?.lease_token).toBeNull();
      }
      expect(pauses.every((pause, index) => index === 0 || pause > (pauses[index - 1] ?? 0))).toBe(true);
      api().advance(25 * HOUR);
      await pay.round();
      await expect.poll(async () => (await pay.events(fields))[0]?.estado).toBe('AGOTADO');
      gateway.mood = 'up';
      pay.atGateway(fields);
      await pay.round();
      await pay.expectNothing(order);

      const admin = await api().admin();
      const [event] = await pay.events(fields);
      const { body } = await admin.client.epayco.retryEvent({ params: { id: event?.id_event ?? 0 } });
      expect(body).toMatchObject({ estado: 'PROCESADO', resultado: 'APROBADO' });
      await pay.expectGranted(order, fields);
    });

    test('a gateway that does not know the payment yet, or takes one of its references only', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      await pay.confirm(fields);
      expect(await pay.events(fields)).toMatchObject([{ last_error: 'La pasarela no conoce la referencia' }]);
      gateway.takesNumeric = false;
      pay.atGateway(fields);
      api().advance(6_000);
      await pay.round();
      await expect.poll(async () => (await pay.paid(order)).length).toBe(1);

      const numeric = await pay.order();
      const second = paymentFields(numeric, '1', { ref_payco: 'not-known-there' });
      pay.atGateway({ ...second, ref_payco: second['x_ref_payco'] ?? '' });
      await pay.confirm(second);
      await pay.expectGranted(numeric, second);
    });

    test('what a process that ended had taken up is taken up by another', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      gateway.mood = 'down';
      await pay.confirm(fields);
      gateway.mood = 'up';
      // another process took the event and died: its lease is all that is left of it
      const em = api().deps.orm.em.fork();
      const lease_expires_at = new Date(api().deps.clock().getTime() + 2 * HOUR);
      await em.nativeUpdate(
        entities.EpaycoEvent,
        { ref_payco: fields['x_ref_payco'] ?? '' },
        { lease_token: 'dead', lease_expires_at },
      );
      api().advance(HOUR);
      // a restart: new connections, a new processor
      await using restarted = await openDeps(api().deps.config, api().deps.log, api().deps.clock);
      await new billing.PaymentProcessor(restarted).runDue();
      await pay.expectNothing(order);
      api().advance(HOUR + 1);
      await new billing.PaymentProcessor(restarted).runDue();
      await expect.poll(async () => (await pay.paid(order)).length).toBe(1);
      await pay.expectGranted(order, fields);
    });

    test('two processors at once settle an event once', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      gateway.mood = 'down';
      await pay.confirm(fields);
      gateway.mood = 'up';
      api().advance(6_000);
      await using other = await openDeps(api().deps.config, api().deps.log, api().deps.clock);
      await Promise.all([pay.round(), new billing.PaymentProcessor(other).runDue(), pay.round()]);
      await expect.poll(async () => (await pay.paid(order)).length).toBe(1);
      await pay.expectGranted(order, fields);
      expect(await pay.mails(order)).toHaveLength(1);
    });

    test('a call that comes while its event waits is worked on at once, and an activation that fails undoes all', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      gateway.mood = 'down';
      await pay.confirm(fields);
      gateway.mood = 'up';
      // the subscription is removed in the meantime
      const admin = await api().admin();
      await admin.client.subscriptions.remove({ params: { id: order.suscripcion_id } });
      api().advance(16_000);
      expect(await pay.confirm(fields)).toMatchObject({ duplicado: true });
      await expect.poll(async () => (await pay.events(fields))[0]?.estado).toBe('RECHAZADO');
      expect((await pay.events(fields))[0]?.resultado).toBe('La suscripción ya no existe');
      expect(await pay.paid(order)).toEqual([]);
    });
  },
  paymentEnv(gateway),
);

describeApi(
  'payments beside the predecessor’s own rule',
  (api) => {
    const pay = paymentsOn(api, gateway);

    test('a price that rose after the checkout: refused with the reason, and granted once it is mended', async () => {
      const database = api().deps.orm.em.fork().getConnection();
      const execute = async (sql: string) => await database.execute(sql);
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      const dearer = `NEW.monto < 40000`;
      await execute(
        api().kind === 'mysql'
          ? `create trigger pago_minimo before insert on Pago for each row if ${dearer} then
               signal sqlstate '45000' set message_text = 'monto inferior'; end if`
          : `create trigger pago_minimo before insert on Pago when ${dearer}
               begin select raise(abort, 'monto inferior'); end`,
      );
      await pay.confirm(fields);
      await pay.expectNothing(order);
      const [event] = await pay.events(fields);
      // MySQL tells a rule from a fault: SQLite does not, and there the event waits
      const [estado, reason] =
        api().kind === 'mysql' ? ['RECHAZADO', event?.resultado] : ['PENDIENTE', event?.last_error];
      expect(event?.estado).toBe(estado);
      expect(reason).toMatch(/precio actual|Error al procesar/);
      await execute('drop trigger pago_minimo');
      const admin = await api().admin();
      await admin.client.epayco.retryEvent({ params: { id: event?.id_event ?? 0 } });
      await pay.expectGranted(order, fields);
    });
  },
  paymentEnv(gateway),
);

describeApi(
  'payments with a private key',
  (api) => {
    const pay = paymentsOn(api, gateway);

    test('checkouts are sessions, states are read with authentication', async () => {
      const order = await pay.order();
      expect(order.checkout.session_id).toBe(`session-${gateway.sessions.length}`);
      expect(gateway.sessions.at(-1)).toMatchObject({
        checkout_version: '2',
        amount: 39_900,
        currency: 'COP',
        invoice: order.checkout.invoice,
        extras: { extra1: order.checkout.extra1 },
        taxBase: 33_529.41,
        tax: 6_370.59,
      });
      expect(order.checkout).toMatchObject({ tax: '6370.59', tax_base: '33529.41', amount: '39900.00' });
      const fields = paymentFields(order);
      pay.atGateway(fields);
      await pay.confirm(fields);
      await pay.expectGranted(order, fields);
      expect(gateway.asked).toContain('/apify/payment/transaction');
    });

    test('no session, and the classic fields still work', async () => {
      gateway.keysAccepted = false;
      gateway.mood = 'down';
      const order = await pay.order();
      gateway.mood = 'up';
      gateway.keysAccepted = true;
      expect(order.checkout.session_id).toBeUndefined();
      expect(order.onpage_html).toContain(`data-epayco-invoice="${order.checkout.invoice}"`);
      expect(order.onpage_html).toContain('data-epayco-tax-base="33529.41"');
    });
  },
  { ...paymentEnv(gateway), EPAYCO_PRIVATE_KEY: 'a private key of the tests', EPAYCO_TAX_RATE: '0.19' },
);

describe.each(databaseKinds())('a database that does not take it on %s', (kind) => {
  test('a confirmation that can not be stored is a 503, so that the gateway repeats it', async () => {
    const server = await startTestServer(kind, paymentEnv(gateway));
    const pay = paymentsOn(() => server, gateway);
    const order = await pay.order();
    const fields = paymentFields(order);
    await server.deps.orm.em.fork().getConnection().execute('alter table epayco_event rename to away');
    const error = await expectProblem(server.client.epayco.confirm({ body: signed(fields) }), 503, /repítala/);
    expect(error.headers.get('retry-after')).toBe('5');
    await server.stop();
  });
});

test('a configuration that would believe a payer is refused at start, and keys are never shown', () => {
  const keys = { EPAYCO_PUBLIC_KEY: 'pk', P_CUST_ID_CLIENTE: '1', P_KEY: 'hush-hush' };
  const refusalOf = (env: Record<string, string>): string => {
    try {
      configuration.readConfig(env);
      return '';
    } catch (error) {
      return error instanceof configuration.ConfigError ? error.message : String(error);
    }
  };
  expect(refusalOf({ ...keys, EPAYCO_TEST: 'false' })).toBe('');
  expect(refusalOf({ ...keys, EPAYCO_VERIFY_STATE: 'false' })).toBe('');
  expect(refusalOf({ ...keys, EPAYCO_TEST: 'false', EPAYCO_VERIFY_STATE: 'false' })).toMatch(/^EPAYCO_VERIFY_STATE/);
  expect(refusalOf({ EPAYCO_TEST: 'false', P_KEY: 'hush-hush' })).toBe(
    'EPAYCO_PUBLIC_KEY, P_CUST_ID_CLIENTE: required with EPAYCO_TEST=false',
  );
  expect(refusalOf({ EPAYCO_PRIVATE_KEY: 'hush-hush' })).toMatch(/^EPAYCO_PUBLIC_KEY/);
  expect(refusalOf({ EPAYCO_TAX_RATE: '19' })).toMatch(/EPAYCO_TAX_RATE/);
});
