import { billing, entities, openDeps } from '@som3d/server/testing';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startGateway } from '../support/epayco-gateway.ts';
import { paymentEnv, paymentFields, paymentsOn, withoutRedirect } from '../support/payments.ts';
import { describeApi } from '../support/server.ts';

const gateway = await startGateway();
afterAll(async () => await gateway[Symbol.asyncDispose]());
beforeEach(() => gateway.reset());

const MINUTE = 60_000;
const DAY = 86_400_000;

describeApi(
  'payments whose confirmation does not arrive',
  (api) => {
    const pay = paymentsOn(api, gateway);
    const page = async (query: string) => await (await fetch(`${api().url}/epayco/response${query}`)).text();

    test('the payer’s page settles what it learns, once, however often it is opened and whatever comes later', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      const pages = await Promise.all(
        Array.from({ length: 8 }, async () => await page(`?ref_payco=${fields['ref_payco']}`)),
      );
      expect(pages.every((html) => html.includes('<h1>Pago aprobado</h1>'))).toBe(true);
      await expect.poll(async () => (await pay.paid(order)).length).toBe(1);
      await pay.expectGranted(order, fields);
      expect(await page(`?ref_payco=${fields['ref_payco']}`)).toContain('Su suscripción está activa');
      // the confirmation comes late, and twice
      expect(await pay.confirm(withoutRedirect(fields))).toMatchObject({ estado: 'APROBADO', duplicado: true });
      await pay.confirm(withoutRedirect(fields));
      await pay.expectGranted(order, fields);
      expect(await pay.events(fields)).toMatchObject([{ estado: 'PROCESADO', origen: 'CONSULTA' }]);
      expect(await pay.mails(order)).toHaveLength(1);
    });

    test('validate settles too, also by the number, and a reversal that it learns takes back', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      await api().client.epayco.validate({ query: { ref_payco: fields['x_ref_payco'] ?? '' } });
      await pay.expectGranted(order, fields);
      pay.atGateway(fields, '6');
      await api().client.epayco.validate({ query: { ref_payco: fields['ref_payco'] ?? '' } });
      expect(await pay.paid(order)).toMatchObject([{ estado: 'REVERSADO' }]);
      expect(await pay.subscription(order)).toMatchObject({ estado: 'PAUSADA' });
    });

    test('a payment that is not this service’s leaves nothing', async () => {
      const order = await pay.order();
      const foreign = paymentFields(order, '1', { x_id_invoice: 'TIENDA-1', x_extra1: '1' });
      pay.atGateway(foreign);
      expect(await page(`?ref_payco=${foreign['ref_payco']}`)).toContain('<h1>Pago aprobado</h1>');
      expect(await pay.events(foreign)).toEqual([]);
    });

    test('what the page learns has to pay the checkout like everything else', async () => {
      const order = await pay.order();
      const cheap = paymentFields(order, '1', { x_amount: '100' });
      pay.atGateway(cheap);
      const html = await page(`?ref_payco=${cheap['ref_payco']}`);
      expect(html).toContain('Pago aprobado, en revisión');
      expect(await pay.events(cheap)).toMatchObject([
        { estado: 'RECHAZADO', resultado: 'El monto no es el de la factura' },
      ]);
      await pay.expectNothing(order);
    });

    test('the reference is read where the redirect puts it', async () => {
      for (const before of ['?ngrok-skip-browser-warning=true', '?a=1&b=2', '?', '?ref_payco=']) {
        const order = await pay.order();
        const fields = paymentFields(order);
        pay.atGateway(fields);
        expect(await page(`${before}?ref_payco=${fields['ref_payco']}`)).toContain('<h1>Pago aprobado</h1>');
        await pay.expectGranted(order, fields);
      }
    });

    test('a recorded confirmation has the number alone: the endpoint of the gateway’s SDKs knows it', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      gateway.validates = false;
      expect(await pay.confirm(withoutRedirect(fields))).toMatchObject({ estado: 'APROBADO' });
      await pay.expectGranted(order, fields);
    });

    test('an endpoint that is down does not keep the next one from answering', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      gateway.failing = '/validation';
      expect(await pay.confirm(withoutRedirect(fields))).toMatchObject({ estado: 'APROBADO' });
      await pay.expectGranted(order, fields);
    });

    test('the payer brings the reference for an event that waits, and it is settled at once', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      Object.assign(gateway, { takesNumeric: false, takesTransactions: false });
      await pay.confirm(withoutRedirect(fields));
      expect(await pay.events(fields)).toMatchObject([{ estado: 'PENDIENTE' }]);
      await pay.expectNothing(order);
      await page(`?ref_payco=${fields['ref_payco']}`);
      await pay.expectGranted(order, fields);
      const [event, ...others] = await pay.events(fields);
      expect(others).toEqual([]);
      expect(event).toMatchObject({ estado: 'PROCESADO', origen: 'CONFIRMACION' });
      expect(event?.variantes_json).toContain(fields['ref_payco']);
    });

    test('a forged call before the payer comes back takes nobody’s place', async () => {
      const [order, thief] = [await pay.order(), await pay.order()];
      const fields = paymentFields(order);
      pay.atGateway(fields);
      const forged = { ...fields, x_id_invoice: thief.checkout.invoice, x_extra1: thief.checkout.extra1 };
      expect(await pay.confirm(forged)).toMatchObject({ ok: true, estado: 'RECHAZADO' });
      await page(`?ref_payco=${fields['ref_payco']}`);
      await pay.expectGranted(order, fields);
      await pay.expectNothing(thief);
    });

    test('a state in words, in the call and in the answer', async () => {
      const order = await pay.order();
      const { x_cod_response: _, ...words } = withoutRedirect(paymentFields(order, '1', { x_response: 'Aceptada' }));
      const { ref_payco, ...record } = { ...words, ref_payco: 'words' };
      gateway.payments.set(ref_payco, record);
      expect(await pay.confirm(words)).toMatchObject({ estado: 'APROBADO' });
      await pay.expectGranted(order, words);
      expect(await pay.events(words)).toMatchObject([{ cod_response: '1', estado: 'PROCESADO' }]);
    });

    test('a call with neither code nor word waits until the gateway says how it stands', async () => {
      const order = await pay.order();
      const { x_cod_response: _, x_response: __, ...silent } = withoutRedirect(paymentFields(order));
      expect(await pay.confirm(silent)).toMatchObject({ ok: true, estado: 'DESCONOCIDO' });
      expect(await pay.events(silent)).toMatchObject([{ estado: 'PENDIENTE', cod_response: '' }]);
      pay.atGateway({ ...silent, ref_payco: 'silent' }, '1');
      api().advance(5 * MINUTE);
      await pay.round();
      await expect.poll(async () => (await pay.paid(order)).length).toBe(1);
      await pay.expectGranted(order, silent);
      await expect.poll(async () => (await pay.events(silent))[0]?.estado).toBe('IGNORADO');
    });

    test('a redirect of the gateway is no answer, and is not followed', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      gateway.mood = 'moved';
      await pay.confirm(fields);
      expect(await pay.events(fields)).toMatchObject([{ estado: 'PENDIENTE', last_error: 'La pasarela no respondió' }]);
      expect(gateway.asked.filter((path) => path.startsWith('/elsewhere'))).toEqual([]);
      expect(await page(`?ref_payco=${fields['ref_payco']}`)).toContain('No pudimos consultar el pago');
    });
  },
  paymentEnv(gateway),
);

describeApi(
  'pending payments',
  (api) => {
    const pay = paymentsOn(api, gateway);
    const asked = (fields: Record<string, string>) =>
      gateway.asked.filter((path) => path.endsWith(`/${fields['x_ref_payco']}`)).length;
    /** Moves the clock to when the event is due, and works on it. @returns minutes that passed */
    const untilDue = async (fields: Record<string, string>): Promise<number> => {
      const [before] = await pay.events(fields);
      const wait = (before?.next_attempt_at?.getTime() ?? 0) - api().deps.clock().getTime();
      api().advance(wait + 1);
      await pay.round();
      await expect.poll(async () => (await pay.events(fields))[0]?.attempts).toBe((before?.attempts ?? 0) + 1);
      await expect.poll(async () => (await pay.events(fields))[0]?.lease_token).toBeNull();
      return Math.round(wait / MINUTE);
    };

    test('are asked about with pauses from minutes to hours, and granted when the gateway says so', async () => {
      const order = await pay.order();
      const fields = withoutRedirect(paymentFields(order, '3'));
      pay.atGateway({ ...fields, ref_payco: 'pending' });
      await pay.confirm(fields);
      expect(asked(fields)).toBe(0);
      const pauses: number[] = [];
      for (let round = 0; round < 10; round++) pauses.push(await untilDue(fields));
      expect(pauses[0]).toBeLessThanOrEqual(2);
      expect(pauses.at(-1)).toBeGreaterThan(4 * 60);
      expect(pauses.slice(0, 8).every((pause, index) => index === 0 || pause > (pauses[index - 1] ?? 0))).toBe(true);
      await pay.expectNothing(order);

      pay.atGateway({ ...fields, ref_payco: 'pending' }, '1');
      await untilDue(fields);
      await pay.expectGranted(order, fields);
      expect(await pay.events(fields)).toMatchObject([
        { cod_response: '3', estado: 'IGNORADO', resultado: 'La pasarela dice APROBADO' },
        { cod_response: '1', estado: 'PROCESADO', origen: 'CONSULTA' },
      ]);
      // and the call of the approval, much later, finds it done
      expect(await pay.confirm({ ...fields, x_cod_response: '1' })).toMatchObject({ estado: 'APROBADO' });
      await pay.expectGranted(order, fields);
    });

    test('whose call says approved are not given up after a day while the gateway says pending', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields, '3');
      expect(await pay.confirm(fields)).toMatchObject({ estado: 'PENDIENTE' });
      api().advance(2 * DAY);
      await pay.round();
      await expect.poll(async () => (await pay.events(fields))[0]?.attempts).toBe(2);
      expect(await pay.events(fields)).toMatchObject([
        { estado: 'PENDIENTE', last_error: 'La pasarela dice PENDIENTE' },
      ]);
      pay.atGateway(fields, '1');
      await untilDue(fields);
      await pay.expectGranted(order, fields);
    });

    test('that the payer’s page learns of are followed as well', async () => {
      const order = await pay.order();
      const fields = paymentFields(order, '7');
      pay.atGateway(fields);
      const html = await (await fetch(`${api().url}/epayco/response?ref_payco=${fields['ref_payco']}`)).text();
      expect(html).toContain('Pago en revisión');
      pay.atGateway(fields, '1');
      await untilDue(fields);
      await pay.expectGranted(order, fields);
    });

    test('that are refused in the end grant nothing', async () => {
      const order = await pay.order();
      const fields = paymentFields(order, '3');
      pay.atGateway(fields);
      await pay.confirm(fields);
      pay.atGateway(fields, '2');
      await untilDue(fields);
      expect(await pay.events(fields)).toMatchObject([
        { estado: 'IGNORADO', resultado: 'La pasarela dice RECHAZADO' },
        { estado: 'IGNORADO', cod_response: '2' },
      ]);
      expect(await pay.summary(fields)).toMatchObject({ estado: 'RECHAZADO', processed: false });
      await pay.expectNothing(order);
    });

    test('are given up after the configured days, which is no fault', async () => {
      const order = await pay.order();
      const fields = paymentFields(order, '3');
      pay.atGateway(fields);
      await pay.confirm(fields);
      api().advance(6 * DAY);
      await pay.round();
      await expect.poll(async () => (await pay.events(fields))[0]?.attempts).toBe(1);
      expect((await pay.events(fields))[0]?.estado).toBe('PENDIENTE');
      api().advance(DAY);
      await pay.round();
      await expect.poll(async () => (await pay.events(fields))[0]?.estado).toBe('IGNORADO');
      // who pays still later is found by the call
      pay.atGateway(fields, '1');
      await pay.confirm({ ...fields, x_cod_response: '1' });
      await pay.expectGranted(order, fields);
    });

    test('are asked about once by two processes, and again after one died while asking', async () => {
      const order = await pay.order();
      const fields = withoutRedirect(paymentFields(order, '3'));
      pay.atGateway({ ...fields, ref_payco: 'shared' });
      await pay.confirm(fields);
      await using other = await openDeps(api().deps.config, api().deps.log, api().deps.clock);
      api().advance(3 * MINUTE);
      await Promise.all([pay.round(), new billing.PaymentProcessor(other).runDue(), pay.round()]);
      await expect.poll(async () => (await pay.events(fields))[0]?.attempts).toBe(1);
      expect(asked(fields)).toBe(1);
      // a process took it up and ended: its lease is all that is left
      pay.atGateway({ ...fields, ref_payco: 'shared' }, '1');
      const lease_expires_at = new Date(api().deps.clock().getTime() + 10 * MINUTE);
      const dead = { lease_token: 'dead', lease_expires_at };
      await other.orm.em.fork().nativeUpdate(entities.EpaycoEvent, { ref_payco: fields['x_ref_payco'] ?? '' }, dead);
      api().advance(9 * MINUTE);
      await new billing.PaymentProcessor(other).runDue();
      await pay.expectNothing(order);
      api().advance(2 * MINUTE);
      await new billing.PaymentProcessor(other).runDue();
      await expect.poll(async () => (await pay.paid(order)).length).toBe(1);
      await pay.expectGranted(order, fields);
    });

    test('an approval that a process stored and did not settle is settled by another', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      await (await fetch(`${api().url}/epayco/response?ref_payco=${fields['ref_payco']}`)).text();
      await pay.expectGranted(order, fields);
      // the same, with the process ending between storing and settling
      const second = await pay.order();
      const lost = paymentFields(second);
      pay.atGateway(lost);
      const em = api().deps.orm.em.fork();
      const now = api().deps.clock();
      em.create(entities.EpaycoEvent, {
        ref_payco: lost['x_ref_payco'] ?? '',
        transaction_id: lost['x_transaction_id'] ?? '',
        cod_response: '1',
        firma_valida: true,
        origen: 'CONSULTA',
        amount: lost['x_amount'] ?? '',
        currency: 'COP',
        invoice: second.checkout.invoice,
        variantes_json: JSON.stringify([
          { redirect: lost['ref_payco'], invoice: second.checkout.invoice, extra1: null, test: null },
        ]),
        next_attempt_at: now,
        deadline_at: new Date(now.getTime() + DAY),
        lease_token: 'dead',
        lease_expires_at: new Date(now.getTime() + MINUTE),
      });
      await em.flush();
      await pay.round();
      await pay.expectNothing(second);
      api().advance(MINUTE + 1);
      await pay.round();
      await expect.poll(async () => (await pay.paid(second)).length).toBe(1);
      await pay.expectGranted(second, lost);
    });
  },
  paymentEnv(gateway),
);
