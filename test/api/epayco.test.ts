import { billing, entities } from '@som3d/server/testing';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startGateway } from '../support/epayco-gateway.ts';
import { paymentEnv, paymentFields, paymentsOn, signed } from '../support/payments.ts';
import { describeApi, expectProblem } from '../support/server.ts';

const gateway = await startGateway();
afterAll(async () => await gateway[Symbol.asyncDispose]());
beforeEach(() => {
  gateway.mood = 'up';
  gateway.takesNumeric = true;
});

describeApi(
  'payment confirmations',
  (api) => {
    const pay = paymentsOn(api, gateway);
    const post = async (body: string | FormData, type?: string, query = '') =>
      await fetch(`${api().url}/epayco/confirmation${query}`, {
        method: 'POST',
        body,
        headers: type ? { 'content-type': type } : {},
      });

    test('an approved payment is stored and activates, and says so in a mail', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      expect(await pay.confirm(fields)).toEqual({
        ok: true,
        firma_valida: true,
        estado: 'APROBADO',
        ref: fields['x_ref_payco'],
        suscripcion: order.suscripcion_id,
        invoice: order.checkout.invoice,
      });
      await pay.expectGranted(order, fields);
      expect(await pay.events(fields)).toMatchObject([{ estado: 'PROCESADO', received_count: 1, attempts: 1 }]);
      expect(await pay.summary(fields)).toMatchObject({ estado: 'APROBADO', processed: true, firma_valida: true });
      expect(await pay.mails(order)).toMatchObject([{ kind: 'pago_aprobado' }]);
      const { body: status } = await order.doctor.client.subscriptions.mineStatus();
      expect(status).toMatchObject({
        active: true,
        last_payment: { monto: 39_900, referencia: fields['x_ref_payco'] },
      });
    });

    test('every encoding is read, with the values as they were sent', async () => {
      const encodings = {
        form: async (fields: Record<string, string>) =>
          await post(new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded'),
        multipart: async (fields: Record<string, string>) => {
          const form = new FormData();
          for (const [name, value] of Object.entries(fields)) form.set(name, value);
          return await post(form);
        },
        json: async (fields: Record<string, string>) => await post(JSON.stringify(fields), 'application/json'),
        numbers: async ({ x_amount, x_ref_payco, ...rest }: Record<string, string>) =>
          await post(
            `{"x_amount":${x_amount},"x_ref_payco":${x_ref_payco},${JSON.stringify(rest).slice(1)}`,
            'application/json; charset=utf-8',
          ),
        query: async (fields: Record<string, string>) =>
          await post('', undefined, `?${new URLSearchParams(fields).toString()}`),
        both: async ({ x_signature = '', ...rest }: Record<string, string>) =>
          await post(new URLSearchParams(rest).toString(), 'text/plain', `?x_signature=${x_signature}`),
        get: async (fields: Record<string, string>) =>
          await fetch(`${api().url}/epayco/confirmation?${new URLSearchParams(fields).toString()}`),
      };
      for (const [name, send] of Object.entries(encodings)) {
        const order = await pay.order();
        // signed as 39900.0, told by the gateway as 39900: the same amount
        const fields = paymentFields(order, '1', { x_amount: '39900.0', x_customer_name: 'José Ñuñez & Cía +1 %20' });
        pay.atGateway({ ...fields, x_amount: '39900' });
        const response = await send(signed(fields));
        expect([name, response.status, await response.json()]).toMatchObject([name, 200, { ok: true }]);
        await pay.expectGranted(order, fields);
        const [event] = await pay.events(fields);
        expect(JSON.parse(event?.payload_json ?? '')).toEqual(signed(fields));
      }
    });

    test('the same call twenty times at once is one event, one payment, one activation', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      const answers = await Promise.all(Array.from({ length: 20 }, async () => await pay.confirm(fields)));
      expect(answers.filter(({ duplicado }) => !duplicado)).toHaveLength(1);
      expect(await pay.confirm(fields)).toMatchObject({ ok: true, duplicado: true });
      await pay.expectGranted(order, fields);
      expect(await pay.events(fields)).toMatchObject([{ estado: 'PROCESADO', received_count: 21 }]);
      expect(await pay.mails(order)).toHaveLength(1);
    });

    test('a badly signed call is stored apart, answered 400, and changes nothing', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      const badly = { ...signed(fields), x_signature: 'f'.repeat(64) };
      await expectProblem(api().client.epayco.confirm({ body: badly }), 400, /firma/);
      await expectProblem(api().client.epayco.confirmByGet({ query: badly }), 400, /firma/);
      await expectProblem(api().client.epayco.confirm({ body: {} }), 400);
      // Signed over another formatting of the same amount, and cut in another way: neither is this call's signature.
      const other = signed({ ...fields, x_amount: '39900' });
      await expectProblem(api().client.epayco.confirm({ body: { ...fields, x_signature: other['x_signature'] } }), 400);
      const joined = { ...fields, x_ref_payco: `${fields['x_ref_payco']}^${fields['x_transaction_id']}` };
      await expectProblem(api().client.epayco.confirm({ body: signed(joined) }), 400);
      await pay.expectNothing(order);
      expect(await pay.summary(fields)).toMatchObject({ firma_valida: false, processed: false });

      await pay.confirm(fields);
      await pay.expectGranted(order, fields);
      expect(await pay.events(fields)).toMatchObject([
        { firma_valida: false, estado: 'RECHAZADO', received_count: 3 },
        { firma_valida: true, estado: 'PROCESADO', received_count: 1 },
      ]);
      expect(await pay.summary(fields)).toMatchObject({ firma_valida: true, processed: true, estado: 'APROBADO' });
      // and once it is granted, an unsigned call still moves nothing
      await expectProblem(api().client.epayco.confirm({ body: { ...badly, x_cod_response: '6' } }), 400);
      expect(await pay.summary(fields)).toMatchObject({ firma_valida: true, estado: 'APROBADO' });
      await pay.expectGranted(order, fields);
    });

    test('what is too large, malformed or of another kind is refused', async () => {
      const large = await post(
        `x_ref_payco=1&x_description=${'a'.repeat(70_000)}`,
        'application/x-www-form-urlencoded',
      );
      expect(large.status).toBe(413);
      expect((await post('{"x_ref_payco":', 'application/json')).status).toBe(400);
      expect((await post('[1]', 'application/json')).status).toBe(400);
      expect((await post('--x', 'multipart/form-data; boundary=x')).status).toBe(400);
      expect((await post('<x/>', 'application/xml')).status).toBe(415);
      expect((await post('', undefined, '?x_ref_payco=1&x_ref_payco=2')).status).toBe(422);
      expect((await fetch(`${api().url}/epayco/confirmation?x_ref_payco=1&x_ref_payco=2`)).status).toBe(422);
    });

    test('states that grant nothing are recorded and change nothing; those that go on wait', async () => {
      const ended = {
        2: 'RECHAZADO',
        4: 'FALLIDO',
        9: 'EXPIRADO',
        10: 'ABANDONADO',
        11: 'CANCELADO',
        77: 'DESCONOCIDO',
      };
      const goingOn = { 3: 'PENDIENTE', 7: 'RETENIDO', 8: 'INICIADO', 12: 'ANTIFRAUDE' };
      const order = await pay.order();
      for (const [code, estado_pago] of Object.entries({ ...ended, ...goingOn })) {
        const fields = paymentFields(order, code);
        pay.atGateway(fields);
        expect(await pay.confirm(fields)).toMatchObject({ ok: true, estado: estado_pago });
        const estado = code in goingOn ? 'PENDIENTE' : 'IGNORADO';
        expect(await pay.events(fields)).toMatchObject([{ estado, estado_pago }]);
      }
      await pay.expectNothing(order);
    });

    test('order does not matter: pending, approved, and a late rejection', async () => {
      const order = await pay.order();
      const fields = paymentFields(order, '3');
      pay.atGateway(fields);
      await pay.confirm(fields);
      await pay.expectNothing(order);
      // the gateway keeps the transaction's number or changes it: both are taken
      const approved = { ...fields, x_cod_response: '1', x_transaction_id: `${fields['x_transaction_id']}B` };
      pay.atGateway(approved);
      await pay.confirm(approved);
      await pay.expectGranted(order, fields);
      for (const code of ['3', '2', '4', '12']) await pay.confirm({ ...approved, x_cod_response: code });
      await pay.expectGranted(order, fields);
      expect(await pay.summary(fields)).toMatchObject({ estado: 'APROBADO' });
    });

    test('a reversal that the gateway confirms marks the payment and takes back what it gave', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      await pay.confirm(fields);
      await pay.expectGranted(order, fields);
      const reversed = { ...fields, x_cod_response: '6' };
      // not so at the gateway: nothing happens
      await pay.confirm(reversed);
      await pay.expectGranted(order, fields);
      expect(await pay.events(fields)).toMatchObject([{ estado: 'PROCESADO' }, { estado: 'PENDIENTE' }]);

      pay.atGateway(reversed);
      api().advance(6_000);
      await pay.round();
      await expect.poll(async () => (await pay.paid(order))[0]?.estado).toBe('REVERSADO');
      expect(await pay.subscription(order)).toMatchObject({ estado: 'PAUSADA' });
      expect((await order.doctor.client.auth.me()).body.activo).toBe(false);
      expect(await pay.summary(fields)).toMatchObject({ estado: 'REVERSADO' });
      expect((await pay.mails(order)).map(({ kind }) => kind)).toEqual(['pago_aprobado', 'pago_reversado']);
      // said again, and the approval said again: it stays taken back
      await pay.confirm(reversed);
      await pay.confirm(fields);
      expect(await pay.paid(order)).toMatchObject([{ estado: 'REVERSADO' }]);
      expect(await pay.subscription(order)).toMatchObject({ estado: 'PAUSADA' });
    });

    test('a reversal before its approval ends with nothing granted, even when the gateway lags', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields, '6');
      await pay.confirm({ ...fields, x_cod_response: '6' });
      pay.atGateway(fields, '1');
      await pay.confirm(fields);
      await pay.expectNothing(order);
      expect(await pay.events(fields)).toMatchObject([{ estado: 'PROCESADO' }, { estado: 'IGNORADO' }]);
    });

    test('the unsigned part of the inbox is bounded', async () => {
      const db = api().deps.orm.em.fork();
      const rows = Array.from({ length: billing.MAX_UNSIGNED }, (_, index) => ({
        ref_payco: `old-${index}`,
        firma_valida: false,
        estado: 'RECHAZADO' as const,
      }));
      await db.insertMany(entities.EpaycoEvent, rows);
      await db.insertMany(
        entities.WebhookEvent,
        rows.slice(0, 5).map(({ ref_payco }) => ({ ref_payco })),
      );
      const body = { x_ref_payco: 'new', x_signature: 'no', x_description: 'a'.repeat(40_000) };
      await expectProblem(api().client.epayco.confirm({ body }), 400);
      expect(await db.count(entities.EpaycoEvent, { firma_valida: false })).toBe(billing.MAX_UNSIGNED);
      const newest = await db.findOneOrFail(entities.EpaycoEvent, { ref_payco: 'new' });
      expect(newest.payload_json?.length).toBeLessThan(4_100);
      expect(await db.count(entities.EpaycoEvent, { ref_payco: 'old-0' })).toBe(0);
      expect(await db.count(entities.WebhookEvent, { ref_payco: 'old-0' })).toBe(0);
    });
  },
  paymentEnv(gateway),
);
