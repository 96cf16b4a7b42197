import { afterAll, expect, test } from 'vitest';
import { startGateway } from '../support/epayco-gateway.ts';
import { paymentEnv } from '../support/payments.ts';
import { newPlan } from '../support/subscriptions.ts';
import { describeVisor, expectAccessible } from './visor.ts';

const gateway = await startGateway();

describeVisor(
  'plan and messages',
  (visor) => {
    afterAll(() => gateway[Symbol.asyncDispose]());
    test('pays on a page of its own, which asks the gateway for nothing before a click', async () => {
      const [doctor, admin] = [await visor().api.doctor(), await visor().api.admin()];
      await newPlan(admin.client);
      const page = await visor().signedIn(doctor, 'plan');
      await page.getByText('Aún no tiene una suscripción propia.').waitFor();
      await page.getByLabel('Código del hospital').fill('NO-EXISTE');
      await page.getByRole('button', { name: 'Vincularme' }).click();
      await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
      await expectAccessible(page);

      const asked: string[] = [];
      await page.route(/epayco/, async (route) => {
        asked.push(route.request().url());
        const body =
          'window.ePayco = { checkout: { configure: (given) => ({ open: (rest) => { window.opened = { ...given, ...rest }; } }) } };';
        await route.fulfill({ contentType: 'text/javascript', body });
      });
      await page
        .getByRole('button', { name: /^Pagar/ })
        .first()
        .click();
      await page.getByRole('heading', { name: 'Pagar el plan' }).waitFor();
      await expectAccessible(page);
      expect(asked).toEqual([]);
      await page.getByRole('button', { name: 'Ir a la pasarela de pago' }).click();
      const opened = await page.waitForFunction('window.opened');
      expect(asked).toEqual(['https://checkout.epayco.co/checkout.js']);
      expect(await opened.jsonValue()).toMatchObject({ key: 'public-key-of-the-tests', test: true, currency: 'cop' });
      await page.getByRole('link', { name: 'Volver al plan' }).click();
      await page.getByText('Sin vigencia').waitFor();
    });

    test('a message is sent, and its answer is read', async () => {
      const [doctor, admin] = [await visor().api.doctor(), await visor().api.admin()];
      const page = await visor().signedIn(doctor, 'mensajes');
      const dialog = page.getByRole('dialog');
      await page.getByRole('button', { name: 'Escribir' }).click();
      await dialog.getByLabel('Título').fill('No abre un caso');
      await dialog.getByLabel('Qué pasó o qué propone').fill('Al abrir el caso de ayer, la página queda en blanco.');
      await expectAccessible(page);
      await dialog.getByRole('button', { name: 'Enviar' }).click();
      await page.getByText('Nuevo', { exact: true }).waitFor();
      const { id_mensaje: id } = (await doctor.client.messages.list({ query: {} })).body.items[0] ?? { id_mensaje: 0 };
      await admin.client.messages.update({ params: { id }, body: { estado: 'resuelto', respuesta_admin: 'Ya abre.' } });
      await page.reload();
      await page.getByText('Ya abre.').waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Marcar como leída' }).click();
      await page.getByText('Respuesta nueva').waitFor({ state: 'detached' });
    });
  },
  { long: true, env: paymentEnv(gateway) },
);
