import { afterAll, beforeEach, expect, test } from 'vitest';
import { startGateway } from '../support/epayco-gateway.ts';
import { paymentEnv, paymentFields, paymentsOn } from '../support/payments.ts';
import { describeApi } from '../support/server.ts';

const gateway = await startGateway();
afterAll(async () => await gateway[Symbol.asyncDispose]());
beforeEach(() => {
  gateway.mood = 'up';
  gateway.takesNumeric = true;
});

describeApi(
  'forged payments',
  (api) => {
    const pay = paymentsOn(api, gateway);

    test('one’s own rejected payment, posted again as approved', async () => {
      const order = await pay.order();
      const fields = paymentFields(order, '2');
      pay.atGateway(fields);
      await pay.confirm(fields);
      await pay.confirm({ ...fields, x_cod_response: '1', x_response: 'Aceptada' });
      await pay.expectNothing(order);
      expect(await pay.events(fields)).toMatchObject([
        { estado: 'IGNORADO' },
        { estado: 'RECHAZADO', resultado: 'La pasarela dice RECHAZADO' },
      ]);
    });

    test('one’s own pending payment, posted as approved before it is; the true approval still counts', async () => {
      const order = await pay.order();
      const fields = paymentFields(order, '1');
      pay.atGateway(fields, '3');
      await pay.confirm(fields);
      await pay.expectNothing(order);
      expect(await pay.events(fields)).toMatchObject([
        { estado: 'PENDIENTE', last_error: 'La pasarela dice PENDIENTE' },
      ]);
      pay.atGateway(fields, '1');
      api().advance(20_000);
      await pay.confirm(fields);
      await pay.expectGranted(order, fields);
    });

    test('an approved payment of another order, under this order’s invoice', async () => {
      const [victim, thief] = [await pay.order(), await pay.order()];
      const fields = paymentFields(victim);
      pay.atGateway(fields);
      const forged = { ...fields, x_id_invoice: thief.checkout.invoice, x_extra1: thief.checkout.extra1 };
      // before the true call …
      await pay.confirm(forged);
      await pay.expectNothing(thief);
      await pay.expectNothing(victim);
      await pay.confirm(fields);
      await pay.expectGranted(victim, fields);
      // … and after it, also as another transaction of the same payment
      await pay.confirm(forged);
      await pay.confirm({ ...forged, x_transaction_id: 'T1' });
      await pay.expectNothing(thief);
      expect(await pay.paid(thief)).toEqual([]);
      await pay.expectGranted(victim, fields);
    });

    test('changed extras, invoice or test mark', async () => {
      const [order, other] = [await pay.order(), await pay.order()];
      const changes: Record<string, string>[] = [
        { x_extra1: other.checkout.extra1 },
        { x_id_invoice: other.checkout.invoice },
        { x_test_request: 'FALSE' },
      ];
      for (const change of changes) {
        const fields = paymentFields(order);
        pay.atGateway(fields);
        await pay.confirm({ ...fields, ...change });
        expect(await pay.events(fields)).toMatchObject([{ estado: 'RECHAZADO' }]);
      }
      await pay.expectNothing(order);
      await pay.expectNothing(other);
    });

    test('a flood of false versions does not bury the true one', async () => {
      const [order, other] = [await pay.order(), await pay.order()];
      const fields = paymentFields(order);
      gateway.mood = 'down';
      for (let version = 0; version < 12; version++) {
        await pay.confirm({
          ...fields,
          x_id_invoice: `${other.checkout.invoice}-${version}`,
          ref_payco: `v${version}`,
        });
      }
      gateway.mood = 'up';
      pay.atGateway(fields);
      api().advance(3_600_000);
      await pay.round();
      await expect.poll(async () => (await pay.paid(order)).length).toBe(1);
      await pay.expectGranted(order, fields);
      await pay.expectNothing(other);
    });

    test('what the gateway itself tells must pay the issued checkout', async () => {
      const order = await pay.order();
      const refused = {
        'no fue emitida': { x_id_invoice: 'SOM3D-S1-20260101T000000-0123456789' },
        'otra suscripción': { x_extra1: '999999' },
        'El monto': { x_amount: '39899.99' },
        'La moneda': { x_currency_code: 'USD' },
        'pago real': { x_test_request: 'FALSE' },
      };
      for (const [reason, change] of Object.entries(refused)) {
        const fields = paymentFields(order, '1', change);
        pay.atGateway(fields);
        expect(await pay.confirm(fields)).toMatchObject({ ok: true });
        const [event] = await pay.events(fields);
        expect(event).toMatchObject({ estado: 'RECHAZADO' });
        expect(event?.resultado).toContain(reason);
      }
      // too much is no more right than too little
      const more = paymentFields(order, '1', { x_amount: '50000' });
      pay.atGateway(more);
      await pay.confirm(more);
      await pay.expectNothing(order);
    });

    test('what the call says differs from what the gateway tells of that reference', async () => {
      const order = await pay.order();
      const told = {
        amount: { x_amount: '1000' },
        currency: { x_currency_code: 'USD' },
        other: { x_transaction_id: 'T' },
      };
      for (const change of Object.values(told)) {
        const fields = paymentFields(order);
        pay.atGateway({ ...fields, ...change });
        await pay.confirm(fields);
        expect(await pay.events(fields)).toMatchObject([{ estado: 'PENDIENTE' }]);
      }
      // a redirect reference that leads to another, approved payment
      const fields = paymentFields(order);
      pay.atGateway({ ...fields, x_ref_payco: '1' });
      await pay.confirm(fields);
      await pay.expectNothing(order);
    });

    test('a second payment of a used invoice', async () => {
      const order = await pay.order();
      const [first, second] = [paymentFields(order), paymentFields(order)];
      pay.atGateway(first);
      pay.atGateway(second);
      await Promise.all([pay.confirm(first), pay.confirm(second)]);
      expect(await pay.paid(order)).toHaveLength(1);
      const states = [...(await pay.events(first)), ...(await pay.events(second))].map(({ estado }) => estado);
      expect(states.toSorted()).toEqual(['PROCESADO', 'RECHAZADO']);
    });

    test('an invoice is read as it was written, and its checkout names its subscription', async () => {
      const order = await pay.order();
      const fields = paymentFields(order, '1', { x_id_invoice: order.checkout.invoice.toLowerCase() });
      pay.atGateway(fields);
      await pay.confirm(fields);
      await pay.expectNothing(order);
      expect(order.checkout).toMatchObject({
        extra1: String(order.suscripcion_id),
        currency: 'cop',
        amount: '39900.00',
      });
      expect(order.checkout.invoice).toMatch(new RegExp(`^SOM3D-S${order.suscripcion_id}-\\d{8}T\\d{6}-[0-9a-f]{10}$`));
    });
  },
  paymentEnv(gateway),
);

describeApi(
  'test payments in production',
  (api) => {
    const pay = paymentsOn(api, gateway);

    test('grant nothing, whatever the call says; a real one does', async () => {
      const order = await pay.order();
      expect(order.checkout.test).toBe(false);
      for (const x_approval_code of ['123456', '000000']) {
        const fields = paymentFields(order, '1', { x_test_request: 'TRUE', x_approval_code });
        pay.atGateway(fields);
        expect(await pay.confirm(fields)).toMatchObject({ ok: true, estado: 'RECHAZADO' });
        expect(await pay.events(fields)).toMatchObject([{ estado: 'RECHAZADO', resultado: 'Es un pago de prueba' }]);
      }
      await pay.expectNothing(order);
      const real = paymentFields(order, '1', { x_test_request: 'FALSE', x_approval_code: '123456' });
      pay.atGateway(real);
      await pay.confirm(real);
      await pay.expectGranted(order, real);
    });
  },
  { ...paymentEnv(gateway), EPAYCO_TEST: 'false' },
);

describeApi(
  'without asking the gateway',
  (api) => {
    const pay = paymentsOn(api, gateway);

    test('the call’s own values count, and all other rules hold', async () => {
      const before = gateway.asked.length;
      const order = await pay.order();
      const low = paymentFields(order, '1', { x_amount: '39899' });
      await pay.confirm(low);
      await pay.expectNothing(order);
      const fields = paymentFields(order);
      await pay.confirm({ ...fields, x_cod_response: '3' });
      await pay.confirm(fields);
      await pay.expectGranted(order, fields);
      await pay.confirm({ ...fields, x_cod_response: '6' });
      await pay.confirm(fields);
      expect(await pay.paid(order)).toMatchObject([{ estado: 'REVERSADO' }]);
      expect(await pay.subscription(order)).toMatchObject({ estado: 'PAUSADA' });
      expect(gateway.asked.length).toBe(before);
    });
  },
  { ...paymentEnv(gateway), EPAYCO_VERIFY_STATE: 'false' },
);
