import { billing, databases, openDeps } from '@som3d/server/testing';
import { sql } from 'kysely';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startGateway } from '../support/epayco-gateway.ts';
import { paymentEnv, paymentFields, paymentsOn, withoutRedirect } from '../support/payments.ts';
import { describeApi, expectProblem } from '../support/server.ts';

const gateway = await startGateway();
afterAll(async () => await gateway[Symbol.asyncDispose]());
beforeEach(() => gateway.reset());

const MINUTE = 60_000;
const DAY = 86_400_000;
const DETAIL = '/apify/transaction/detail';
const nowhere = { params: { id: 2_000_000_000 } };

describeApi(
  'issued checkouts, with a private key',
  (api) => {
    const pay = paymentsOn(api, gateway);
    const questions = () => gateway.asked.filter((path) => path === DETAIL).length;

    test('are asked about by their invoice: a payment without any call is granted once', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      await pay.ask();
      await pay.expectNothing(order);
      api().advance(3 * MINUTE);
      await using other = await openDeps(api().deps.config, api().deps.log, api().deps.clock);
      const elsewhere = new billing.OpenCheckouts(other, new billing.PaymentProcessor(other));
      await Promise.all([pay.ask(), elsewhere.runDue(), pay.ask()]);
      await expect.poll(async () => (await pay.paid(order)).length).toBe(1);
      await pay.expectGranted(order, fields);
      expect(await pay.mails(order)).toHaveLength(1);
      await expect.poll(async () => (await pay.checkout(order)).lease_token).toBeNull();
      expect(await pay.checkout(order)).toMatchObject({
        estado: 'PAGADO',
        attempts: 1,
        ref_payco: fields['x_ref_payco'],
      });
      // the call comes after all, and the paid checkout is not asked about any more
      await pay.confirm(withoutRedirect(fields));
      await pay.expectGranted(order, fields);
      const before = questions();
      api().advance(DAY);
      await pay.ask();
      expect(questions()).toBe(before);
    });

    test('pauses grow from minutes to hours, and end after the configured days', async () => {
      const order = await pay.order();
      const pauses: number[] = [];
      /** The checkout once nobody asks about it: the service's own loop may be at it. */
      const atRest = async () => {
        await expect.poll(async () => (await pay.checkout(order)).lease_token).toBeNull();
        return await pay.checkout(order);
      };
      let last = api().deps.clock().getTime();
      for (let { next_attempt_at: next } = await atRest(); next; next = (await atRest()).next_attempt_at) {
        pauses.push((next.getTime() - last) / MINUTE);
        last = next.getTime();
        api().advance(last - api().deps.clock().getTime() + 1);
        await pay.ask();
        await expect.poll(async () => (await pay.checkout(order)).attempts).toBe(pauses.length);
      }
      expect(pauses.slice(0, 7).every((pause, index) => index === 0 || pause > (pauses[index - 1] ?? 0))).toBe(true);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(6 * 60 + 1);
      expect(pauses.length).toBeGreaterThan(25);
      const { created_at } = await pay.checkout(order);
      expect(api().deps.clock().getTime() - created_at.getTime()).toBeLessThan(7 * DAY + MINUTE);
      expect(await pay.checkout(order)).toMatchObject({
        estado: 'ABIERTO',
        last_error: 'La pasarela no conoce la factura',
      });
      // whoever pays it later is found by the call
      const fields = paymentFields(order);
      pay.atGateway(fields);
      await pay.confirm(fields);
      await pay.expectGranted(order, fields);
    });

    test('of several attempts with one invoice the approved one counts, and a pending one is followed', async () => {
      const order = await pay.order();
      const [refused, pending] = [paymentFields(order, '2'), paymentFields(order, '3')];
      pay.atGateway(refused);
      pay.atGateway(pending);
      const admin = await api().admin();
      const { id_checkout } = await pay.checkout(order);
      const settle = async () => (await admin.client.epayco.settleCheckout({ params: { id: id_checkout } })).body;
      expect(await settle()).toMatchObject({
        estado: 'ABIERTO',
        last_error: expect.stringMatching(/RECHAZADO.*PENDIENTE/),
      });
      expect(await pay.events(pending)).toMatchObject([{ estado: 'PENDIENTE', origen: 'CONSULTA', cod_response: '3' }]);
      await pay.expectNothing(order);
      pay.atGateway(pending, '1');
      expect(await settle()).toMatchObject({ estado: 'PAGADO', ref_payco: pending['x_ref_payco'] });
      await pay.expectGranted(order, pending);
      await expectProblem(settle(), 409, /ya se pagó/);
    });

    test('a gateway that is away is asked again, and an administrator hears of it', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      gateway.mood = 'down';
      const admin = await api().admin();
      const { id_checkout } = await pay.checkout(order);
      await expectProblem(admin.client.epayco.settleCheckout({ params: { id: id_checkout } }), 502, /pasarela/);
      expect(api().errors.splice(0)).toHaveLength(1);
      expect(await pay.checkout(order)).toMatchObject({ last_error: 'La pasarela no respondió', lease_token: null });
      gateway.mood = 'up';
      api().advance(10 * MINUTE);
      await pay.ask();
      await expect.poll(async () => (await pay.paid(order)).length).toBe(1);
    });

    test('an administrator lists, filters and pages them', async () => {
      const order = await pay.order();
      const admin = await api().admin();
      const list = async (query: object) => await admin.client.epayco.listCheckouts({ query });
      const { body } = await list({ estado: 'abierto', id_suscripcion: order.suscripcion_id });
      expect(body).toMatchObject([
        {
          invoice: order.checkout.invoice,
          pagador: 'Ana María Ñáñez',
          correo: order.doctor.user.correo,
          amount: 39_900,
          currency: 'COP',
          test: true,
          estado: 'ABIERTO',
          ref_payco: null,
        },
      ]);
      expect((await list({ invoice: order.checkout.invoice, estado: 'PAGADO' })).body).toEqual([]);
      const first = await list({ limit: 1 });
      expect(first.body).toHaveLength(1);
      expect(Number(first.headers.get('x-total-count'))).toBeGreaterThan(1);
      await expectProblem(list({ estado: 'OTRO' }), 422);
    });

    test('are for administrators', async () => {
      const [doctor, admin] = [await api().doctor(), await api().admin()];
      const body = { ref_payco: '1' };
      for (const [client, status] of [[api().client, 401] as const, [doctor.client, 403] as const]) {
        await expectProblem(client.epayco.listCheckouts(), status);
        await expectProblem(client.epayco.settleCheckout(nowhere), status);
        await expectProblem(client.epayco.enterReference({ body }), status);
        await expectProblem(client.epayco.acceptEvent(nowhere), status);
      }
      await expectProblem(admin.client.epayco.settleCheckout(nowhere), 404);
      await expectProblem(admin.client.epayco.settleCheckout({ params: { id: 0 } }), 422);
    });

    test('the authenticated interface has the last word about what the page learns', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      gateway.detail = {
        codTransactionState: 3,
        status: 'Pendiente',
        testMode: true,
        autorizacion: '000000',
        extra1: order.checkout.extra1,
      };
      await (await fetch(`${api().url}/epayco/response?ref_payco=${fields['ref_payco']}`)).text();
      await pay.expectNothing(order);
      expect(await pay.events(fields)).toMatchObject([
        { estado: 'PENDIENTE', last_error: 'La pasarela dice PENDIENTE' },
      ]);
      gateway.detail = {};
      api().advance(MINUTE);
      await pay.round();
      await expect.poll(async () => (await pay.paid(order)).length).toBe(1);
    });

    test('its detail gives codes and words in its own way', async () => {
      const ways = [
        { status: 'Aprobada' },
        { status: 'aprobado' },
        { status: undefined, codTransactionState: 1 },
        { status: undefined, codeResponse: '1', codTransactionState: undefined },
        { status: 'Procesada', codeResponse: '00', codTransactionState: '1' },
      ];
      for (const detail of ways) {
        const order = await pay.order();
        const fields = paymentFields(order);
        pay.atGateway(fields);
        Object.assign(gateway, { validates: false, takesTransactions: false, detail: { testMode: true, ...detail } });
        await pay.confirm(withoutRedirect(fields));
        await pay.expectGranted(order, fields);
        gateway.detail = { testMode: true, status: 'reversado' };
        await pay.confirm({ ...withoutRedirect(fields), x_cod_response: '6' });
        expect(await pay.paid(order)).toMatchObject([{ estado: 'REVERSADO' }]);
      }
    });

    test('an expired token is renewed once, for all calls that come after', async () => {
      const first = await pay.order();
      const orders = [first, await pay.order(), await pay.order()];
      gateway.expireTokens();
      const before = gateway.logins;
      for (const order of orders) {
        const fields = paymentFields(order);
        pay.atGateway(fields);
        await pay.confirm(fields);
        await pay.expectGranted(order, fields);
      }
      expect(gateway.logins).toBe(before + 1);
    });

    test('the mode is part of the session, not of the browser alone', async () => {
      await pay.order();
      expect(gateway.sessions.at(-1)).toMatchObject({ test: true });
    });
  },
  { ...paymentEnv(gateway), EPAYCO_PRIVATE_KEY: 'a private key of the tests' },
);

describeApi(
  'references that an administrator enters',
  (api) => {
    const pay = paymentsOn(api, gateway);
    const enter = async (ref_payco: string) =>
      (await (await api().admin()).client.epayco.enterReference({ body: { ref_payco } })).body;

    test('by the number or by the redirect’s reference: settled like a call, and audited', async () => {
      for (const name of ['x_ref_payco', 'ref_payco']) {
        const order = await pay.order();
        const fields = paymentFields(order);
        pay.atGateway(fields);
        const event = await enter(fields[name] ?? '');
        expect(event).toMatchObject({
          ref_payco: fields['x_ref_payco'],
          estado: 'PROCESADO',
          origen: 'CONSULTA',
          resultado: 'APROBADO',
          id_suscripcion: order.suscripcion_id,
        });
        await pay.expectGranted(order, fields);
        expect(await enter(fields[name] ?? '')).toMatchObject({ id_event: event.id_event, estado: 'PROCESADO' });
        await pay.expectGranted(order, fields);
        const admin = await api().admin();
        const { body } = await admin.client.admin.clinicalAudit({
          query: { entity_type: 'PAGO', entity_id: event.id_event },
        });
        expect(body).toMatchObject([{ action: 'CREATE' }, { action: 'CREATE', meta: { referencia: fields[name] } }]);
      }
    });

    test('one that cannot be audited settles nothing, and is repeated safely', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      const reference = fields['x_ref_payco'] ?? '';
      const { client } = await api().admin();
      const db = databases.kysely(api().deps.orm.em.fork());
      await sql`alter table ClinicalAudit rename to Hidden`.execute(db);
      try {
        await expectProblem(client.epayco.enterReference({ body: { ref_payco: reference } }), 500);
        await pay.expectNothing(order);
      } finally {
        await sql`alter table Hidden rename to ClinicalAudit`.execute(db);
      }
      expect(api().errors.splice(0)).not.toEqual([]);
      const { body: event } = await client.epayco.enterReference({ body: { ref_payco: reference } });
      await pay.expectGranted(order, fields);
      const query = { entity_type: 'PAGO' as const, entity_id: event.id_event, action: 'CREATE' as const };
      const { body: audited } = await client.admin.clinicalAudit({ query });
      expect(audited.filter(({ meta }) => meta !== null)).toMatchObject([{ meta: { referencia: reference } }]);
    });

    test('one that the gateway does not know, that is not ours, or that is none', async () => {
      const order = await pay.order();
      const foreign = paymentFields(order, '1', { x_id_invoice: 'TIENDA-7', x_extra1: '1' });
      pay.atGateway(foreign);
      expect(await enter(foreign['x_ref_payco'] ?? '')).toMatchObject({
        estado: 'RECHAZADO',
        resultado: 'La factura no fue emitida por este servicio',
        por_reembolsar: false,
      });
      await expectProblem(enter('999'), 404, /no conoce/);
      await expectProblem(enter('../../login'), 422);
      await expectProblem(enter(''), 422);
      gateway.mood = 'down';
      await expectProblem(enter('999'), 502, /pasarela/);
      expect(api().errors.splice(0)).toHaveLength(1);
      await pay.expectNothing(order);
    });

    test('a second payment for what is paid is flagged for a refund until the gateway reverses it', async () => {
      const order = await pay.order();
      const [first, second] = [paymentFields(order), paymentFields(order)];
      pay.atGateway(first);
      pay.atGateway(second);
      await pay.confirm(first);
      expect(await pay.confirm(second)).toMatchObject({ ok: true, estado: 'RECHAZADO' });
      await pay.expectGranted(order, first);
      const admin = await api().admin();
      const refunds = async () =>
        (
          await admin.client.epayco.listEvents({
            query: { por_reembolsar: true, id_suscripcion: order.suscripcion_id },
          })
        ).body;
      expect(await refunds()).toMatchObject([
        {
          ref_payco: second['x_ref_payco'],
          por_reembolsar: true,
          resultado: `La factura ya se pagó con la referencia ${first['x_ref_payco']}`,
        },
      ]);
      pay.atGateway(second, '6');
      await pay.confirm({ ...second, x_cod_response: '6' });
      expect(await refunds()).toEqual([]);
      await pay.expectGranted(order, first);
    });

    test('a payment for a subscription that was removed is flagged as well', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      const admin = await api().admin();
      await admin.client.subscriptions.remove({ params: { id: order.suscripcion_id } });
      expect(await enter(fields['x_ref_payco'] ?? '')).toMatchObject({ estado: 'RECHAZADO', por_reembolsar: true });
    });

    test('without a private key no checkout is asked about, and an administrator hears why', async () => {
      const order = await pay.order();
      const { id_checkout } = await pay.checkout(order);
      api().advance(DAY);
      await pay.ask();
      expect(await pay.checkout(order)).toMatchObject({ attempts: 0 });
      const admin = await api().admin();
      await expectProblem(
        admin.client.epayco.settleCheckout({ params: { id: id_checkout } }),
        409,
        /EPAYCO_PRIVATE_KEY/,
      );
    });
  },
  paymentEnv(gateway),
);

describeApi(
  'real payments that the gateway does not make clear',
  (api) => {
    const pay = paymentsOn(api, gateway);

    test('the approval code of tests waits for an administrator, who accepts it', async () => {
      const order = await pay.order();
      const fields = paymentFields(order, '1', { x_test_request: 'FALSE', x_approval_code: '000000' });
      pay.atGateway(fields);
      expect(await pay.confirm(fields)).toMatchObject({ ok: true, estado: 'PENDIENTE' });
      const [event] = await pay.events(fields);
      expect(event).toMatchObject({ estado: 'AGOTADO', resultado: expect.stringContaining('000000') });
      await pay.expectNothing(order);
      const admin = await api().admin();
      const params = { id: event?.id_event ?? 0 };
      // Another try alone decides nothing.
      expect((await admin.client.epayco.retryEvent({ params })).body).toMatchObject({ estado: 'AGOTADO' });
      await pay.expectNothing(order);
      expect((await admin.client.epayco.acceptEvent({ params })).body).toMatchObject({
        estado: 'PROCESADO',
        aceptado_por: admin.user.id_usuario,
      });
      await pay.expectGranted(order, fields);
      await expectProblem(admin.client.epayco.acceptEvent({ params }), 409);
      await expectProblem(admin.client.epayco.acceptEvent(nowhere), 404);
      await expectProblem(admin.client.epayco.acceptEvent({ params: { id: 0 } }), 422);
      const { body } = await admin.client.admin.clinicalAudit({ query: { entity_type: 'PAGO', entity_id: params.id } });
      expect(body).toMatchObject([{ action: 'UPDATE', actor_id_usuario: admin.user.id_usuario }]);
    });

    test('what is accepted still has to be a real payment of this checkout', async () => {
      const order = await pay.order();
      const fields = paymentFields(order, '1', { x_test_request: 'FALSE', x_approval_code: '000000' });
      pay.atGateway(fields);
      await pay.confirm(fields);
      const [event] = await pay.events(fields);
      pay.atGateway({ ...fields, x_test_request: 'TRUE' });
      const admin = await api().admin();
      const { body } = await admin.client.epayco.acceptEvent({ params: { id: event?.id_event ?? 0 } });
      expect(body).toMatchObject({ estado: 'RECHAZADO' });
      await pay.expectNothing(order);
    });

    test('an answer without the test mark waits, and is granted once the gateway gives it', async () => {
      const order = await pay.order();
      const fields = paymentFields(order, '1', { x_test_request: 'FALSE', x_approval_code: '123456' });
      const { x_test_request: _, ...untold } = fields;
      pay.atGateway(untold);
      await pay.confirm(fields);
      expect(await pay.events(fields)).toMatchObject([
        { estado: 'PENDIENTE', last_error: 'La pasarela no dice si es un pago de prueba' },
      ]);
      await pay.expectNothing(order);
      pay.atGateway(fields);
      api().advance(MINUTE);
      await pay.round();
      await expect.poll(async () => (await pay.paid(order)).length).toBe(1);
      await pay.expectGranted(order, fields);
    });

    test('an answer without the invoice waits too', async () => {
      const order = await pay.order();
      const fields = paymentFields(order, '1', { x_test_request: 'FALSE', x_approval_code: '123456' });
      const { x_id_invoice: _, ...untold } = fields;
      pay.atGateway(untold);
      await pay.confirm(fields);
      expect(await pay.events(fields)).toMatchObject([
        { estado: 'PENDIENTE', last_error: 'La pasarela no dice la factura' },
      ]);
    });
  },
  { ...paymentEnv(gateway), EPAYCO_TEST: 'false' },
);
