import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { entities } from '@som3d/server/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, startChromium } from '../support/chromium.ts';
import { startGateway, type GatewayDouble } from '../support/epayco-gateway.ts';
import { paymentEnv, paymentFields, paymentsOn } from '../support/payments.ts';
import { PASSWORD, startTestServer, type Session, type TestServer } from '../support/server.ts';

/** The page and the API are two hosts of one site, as `app.example.com` and `api.example.com` are. */
const SITE = 'som3d.test';
const MINUTE = 60_000;

const executable = await findChromium();
if (!executable) console.log('no Chromium on the PATH: the page of the predecessor is not tried');

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

describe.skipIf(!executable)('a page of the predecessor’s kind, in a browser', { tags: ['heavy'] }, () => {
  let pages: Server;
  let gateway: GatewayDouble;
  let api: TestServer;
  let browser: Browser;
  let address: (query?: Record<string, string>) => string;

  beforeAll(async () => {
    const html = readFileSync(new URL('frontend.html', import.meta.url));
    pages = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html));
    pages.listen(0, '127.0.0.1');
    await once(pages, 'listening');
    const origin = `http://app.${SITE}:${portOf(pages)}`;
    gateway = await startGateway();
    const env = { ...paymentEnv(gateway), JWT_EXPIRE_MINUTES: '15', FRONTEND_BASE_URL: `${origin}/login` };
    api = await startTestServer('sqlite', env);
    browser = await startChromium(executable ?? '', SITE);
    const served = `http://api.${SITE}:${new URL(api.url).port}`;
    address = (query = {}) => `${origin}/?${new URLSearchParams({ api: served, ...query }).toString()}`;
  });
  afterAll(async () => {
    await browser?.close();
    await api?.stop();
    await gateway?.[Symbol.asyncDispose]();
    pages?.close();
  });

  const openTab = async (context: BrowserContext, query: Record<string, string> = {}): Promise<Page> => {
    const tab = await context.newPage();
    await tab.goto(address(query));
    return tab;
  };
  const textOf = async (tab: Page, id: string): Promise<string> => (await tab.textContent(`#${id}`)) ?? '';
  const logIn = async (tab: Page, { user }: Session, password = PASSWORD): Promise<void> => {
    await tab.fill('#correo', user.correo);
    await tab.fill('#password', password);
    await tab.click('text=Ingresar');
  };
  const jobOf = async ({ user }: Session): Promise<void> => {
    const em = api.deps.orm.em.fork();
    const job = { job_id: `job-${user.id_usuario}`, id_usuario: user.id_usuario, queue_name: 'Fémur', percent: 100 };
    em.create(entities.JobConv, { ...job, status: 'DONE' } as never);
    await em.flush();
  };

  test('logs in, lists jobs, and renews an expired session in two tabs at once', async () => {
    const doctor = await api.doctor();
    await jobOf(doctor);
    const context = await browser.newContext();
    const tabs = [await openTab(context), await openTab(context)];
    const [first] = tabs;
    if (!first) throw new Error('no tab');
    await logIn(first, doctor, 'not the password');
    await first.waitForFunction(() => document.querySelector('#error')?.textContent?.includes('Credenciales'));
    for (const tab of tabs) {
      await logIn(tab, doctor);
      await tab.waitForSelector('text=Fémur: done, 100 %');
    }
    for (let round = 0; round < 2; round++) {
      api.advance(16 * MINUTE);
      for (const tab of tabs) await tab.evaluate(() => document.querySelector('#lista')?.replaceChildren());
      await Promise.all(tabs.map((tab) => tab.click('text=Ver trabajos')));
      for (const tab of tabs) {
        await tab.waitForSelector('text=Fémur: done, 100 %');
        expect(await textOf(tab, 'error')).toBe('');
      }
    }
    // The tabs are one session of one browser, with one cookie.
    const cookies = await context.cookies(`http://api.${SITE}`);
    expect(cookies.filter(({ name }) => name === 'refresh_token')).toMatchObject([{ path: '/', httpOnly: true }]);
    expect(api.errors).toEqual([]);
    await context.close();
  });

  test('shows the result of a payment', async () => {
    const pay = paymentsOn(() => api, gateway);
    const order = await pay.order();
    const fields = paymentFields(order);
    pay.atGateway(fields);
    const context = await browser.newContext();
    const tab = await openTab(context, { ref_payco: fields['ref_payco'] ?? '' });
    await tab.waitForSelector('#pago:not(:empty)');
    expect(await textOf(tab, 'pago')).toBe(`${fields['ref_payco']}: APROBADO`);
    const unknown = await openTab(context, { ref_payco: 'desconocida' });
    await unknown.waitForSelector('#pago:not(:empty)');
    expect(await textOf(unknown, 'pago')).toBe('No encontrado');
    expect(api.errors).toEqual([]);
    await context.close();
  });
});
