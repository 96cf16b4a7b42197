import { afterAll, beforeEach, expect, test } from 'vitest';
import { startGateway } from '../support/epayco-gateway.ts';
import { paymentEnv, paymentFields, paymentsOn } from '../support/payments.ts';
import { describeApi, expectProblem } from '../support/server.ts';

const gateway = await startGateway();
afterAll(async () => await gateway[Symbol.asyncDispose]());
beforeEach(() => {
  gateway.mood = 'up';
});

describeApi(
  'the inbox for administrators',
  (api) => {
    const pay = paymentsOn(api, gateway);

    test('lists, filters, pages and shows what came', async () => {
      const admin = await api().admin();
      const order = await pay.order();
      const [granted, refused] = [paymentFields(order), paymentFields(order, '1', { x_amount: '1' })];
      pay.atGateway(granted);
      pay.atGateway(refused);
      await pay.confirm(granted);
      await pay.confirm(refused);
      await expectProblem(api().client.epayco.confirm({ body: { ...granted, x_signature: 'bad' } }), 400);
      const list = async (query: object) => (await admin.client.epayco.listEvents({ query })).body;
      expect(await list({ ref_payco: granted['x_ref_payco'] })).toMatchObject([
        { firma_valida: false, estado: 'RECHAZADO' },
        { firma_valida: true, estado: 'PROCESADO', received_count: 1 },
      ]);
      expect(
        await list({ id_suscripcion: order.suscripcion_id, estado: 'rechazado', firma_valida: 'true' }),
      ).toMatchObject([
        { ref_payco: refused['x_ref_payco'], resultado: 'El monto no es el de la factura', amount: '1' },
      ]);
      const page = await admin.client.epayco.listEvents({
        query: { invoice: order.checkout.invoice, limit: 1, offset: 1 },
      });
      expect(page.headers.get('x-total-count')).toBe('3');
      expect(page.body).toHaveLength(1);
      const [event] = await list({ ref_payco: refused['x_ref_payco'] });
      const { body } = await admin.client.epayco.getEvent({ params: { id: event?.id_event ?? 0 } });
      expect(body).toMatchObject({ ...event, payload: refused });
      await expectProblem(admin.client.epayco.listEvents({ query: { estado: 'OTRO' as never } }), 422);
    });

    test('an event that was refused can be tried again once its cause is mended', async () => {
      const admin = await api().admin();
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway({ ...fields, x_extra1: '999' });
      await pay.confirm(fields);
      await pay.expectNothing(order);
      const [event] = await pay.events(fields);
      const retry = async () => await admin.client.epayco.retryEvent({ params: { id: event?.id_event ?? 0 } });
      expect((await retry()).body).toMatchObject({ estado: 'RECHAZADO' });
      pay.atGateway(fields);
      expect((await retry()).body).toMatchObject({ estado: 'PROCESADO' });
      await pay.expectGranted(order, fields);
      await expectProblem(retry(), 409, /terminó/);
      await expectProblem(api().client.epayco.confirm({ body: fields }), 400);
      const [bad] = (await admin.client.epayco.listEvents({ query: { firma_valida: false, limit: 1 } })).body;
      await expectProblem(admin.client.epayco.retryEvent({ params: { id: bad?.id_event ?? 0 } }), 409, /firma/);
    });

    test('is for administrators', async () => {
      const [doctor, admin] = [await api().doctor(), await api().admin()];
      const params = { id: 2_000_000_000 };
      for (const [client, status] of [[api().client, 401] as const, [doctor.client, 403] as const]) {
        await expectProblem(client.epayco.listEvents(), status);
        await expectProblem(client.epayco.getEvent({ params }), status);
        await expectProblem(client.epayco.retryEvent({ params }), status);
      }
      await expectProblem(admin.client.epayco.getEvent({ params }), 404);
      await expectProblem(admin.client.epayco.retryEvent({ params }), 404);
      await expectProblem(admin.client.epayco.getEvent({ params: { id: 0 } }), 422);
      await expectProblem(admin.client.epayco.retryEvent({ params: { id: 0 } }), 422);
    });
  },
  paymentEnv(gateway),
);

describeApi(
  'what the gateway says, and the payer’s page',
  (api) => {
    const pay = paymentsOn(api, gateway);
    const page = async (query: string) => {
      const response = await fetch(`${api().url}/epayco/response${query}`);
      return { response, html: await response.text() };
    };

    test('validate gives the gateway’s answer, false for an unknown reference, 502 without an answer', async () => {
      const order = await pay.order();
      const fields = paymentFields(order);
      pay.atGateway(fields);
      const validate = async (ref_payco: string) => await api().client.epayco.validate({ query: { ref_payco } });
      const ref_payco = fields['ref_payco'] ?? '';
      expect((await validate(ref_payco)).body).toMatchObject({
        success: true,
        ref_payco,
        estado: 'APROBADO',
        raw: { success: true, data: { x_ref_payco: fields['x_ref_payco'] } },
        data: { x_ref_payco: fields['x_ref_payco'], x_cod_response: 1 },
      });
      expect((await validate('unknown')).body).toMatchObject({
        success: false,
        ref_payco: 'unknown',
        raw: { success: false, message: expect.any(String) as string },
      });
      const before = gateway.asked.length;
      expect((await validate('../../login')).body).toMatchObject({ success: false });
      expect(gateway.asked.length).toBe(before);
      gateway.mood = 'down';
      await expectProblem(validate('1'), 502, /pasarela/);
      gateway.mood = 'slow';
      await expectProblem(validate('1'), 502);
      await expectProblem(validate(''), 422);
      expect(api().errors.splice(0)).toHaveLength(2);
    });

    test('each state has its page, escaped, without a script', async () => {
      const order = await pay.order();
      const titles = { 1: 'Pago aprobado', 2: 'Pago rechazado', 3: 'Pago pendiente', 4: 'El pago no se completó' };
      const more = { 6: 'Pago reversado', 9: 'Pago cancelado', 12: 'Pago en revisión', 99: 'Estado desconocido' };
      for (const [code, title] of Object.entries({ ...titles, ...more })) {
        const fields = paymentFields(order, code, { x_description: '<script>alert("x")</script>&' });
        pay.atGateway(fields);
        const { response, html } = await page(`?ref_payco=${fields['ref_payco']}`);
        expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
        expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
        expect(html).toContain(`<h1>${title}</h1>`);
        expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;');
        expect(html).not.toContain('<script');
        expect(html).toContain(fields['x_ref_payco']);
        expect(html).toContain(order.checkout.invoice);
        expect(html.replace(/\s/g, ' ')).toContain('$ 39.900 COP');
        expect(html.replace(/\s/g, ' ')).toContain('31/01/2026, 10:20 a. m.');
        expect(html).toContain('href="https://app.example.com/?a=1&amp;b=2"');
      }
    });

    test('an unknown reference and a silent gateway have their pages too', async () => {
      for (const query of ['', '?ref_payco=unknown', '?ref_payco=%22%3E%3Cscript%3E']) {
        const { response, html } = await page(query);
        expect(response.status).toBe(200);
        expect(html).toContain('No encontramos el pago');
        expect(html).not.toContain('<script');
      }
      gateway.mood = 'garbage';
      const { response, html } = await page('?ref_payco=abc');
      expect(response.status).toBe(200);
      expect(html).toContain('No pudimos consultar el pago');
      expect(html).toContain('href="?ref_payco=abc"');
      expect((await page('?ref_payco=1&ref_payco=2')).response.status).toBe(422);
    });

    test('the checkout’s script tag carries the same data, escaped', async () => {
      const admin = await api().admin();
      const { body: plan } = await admin.client.plans.create({
        body: { nombre: 'Plan (A) _ñ_', precio: 1_234.5, periodo: 'MENSUAL', duracion_meses: 1 },
      });
      const doctor = await api().doctor();
      await doctor.client.auth.updateMe({ body: { nombre: "D'Ana", direccion: 'Calle "5" & 6' } });
      const start = async () => (await doctor.client.subscriptions.start({ body: { plan_id: plan.id_plan } })).body;
      const { checkout, onpage_html: html } = await start();
      expect(checkout).toMatchObject({
        key: 'public-key-of-the-tests',
        amount: '1234.50',
        currency: 'cop',
        country: 'co',
        lang: 'es',
        test: true,
        response: 'https://api.example.com/base/epayco/response?ngrok-skip-browser-warning=true',
        confirmation: 'https://api.example.com/base/epayco/confirmation?ngrok-skip-browser-warning=true',
        address_billing: 'Calle "5" & 6',
      });
      expect(html).toContain('src="https://checkout.epayco.co/checkout.js" class="epayco-button"');
      expect(html).toContain('data-epayco-address-billing="Calle &quot;5&quot; &amp; 6"');
      expect(html).toContain('D&#39;Ana');
      for (const name of ['key', 'amount', 'invoice', 'extra1', 'test'] as const) {
        expect(html).toContain(`data-epayco-${name}="${String(checkout[name])}"`);
      }
      expect((await start()).checkout.invoice).not.toBe(checkout.invoice);
    });
  },
  {
    ...paymentEnv(gateway),
    FRONTEND_URL: 'https://app.example.com/?a=1&b=2',
    BASE_URL: 'https://api.example.com/base/',
    USE_NGROK_SKIP: 'true',
  },
);
