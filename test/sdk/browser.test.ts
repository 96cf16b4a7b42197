// @module-tag heavy
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type * as Sdk from '@som3d/client';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, startChromium } from '../support/chromium.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

const executable = await findChromium();
if (!executable) console.log('no Chromium on the PATH: the client is not tried in a browser');

/** What the page of these tests holds. */
interface PageGlobals {
  readonly sdk: typeof Sdk;
  readonly session: Sdk.BrowserSession;
}

async function bundle(): Promise<string> {
  const stdin = { contents: "export * from '@som3d/client'", resolveDir: fileURLToPath(new URL('.', import.meta.url)) };
  const { outputFiles } = await build({ stdin, bundle: true, write: false, format: 'iife', globalName: 'sdk' });
  return outputFiles[0]?.text ?? '';
}

describe.skipIf(!executable)('the client in a browser', () => {
  let pages: Server;
  let api: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    const script = await bundle();
    pages = createServer((_request, response) => {
      const start = 'const session = sdk.browserSession({ baseUrl: API }); Object.assign(window, { session });';
      const code = `${script};${start.replace('API', JSON.stringify(api.url))}`;
      response.setHeader('content-type', 'text/html; charset=utf-8').end(`<script>${code}</script>`);
    });
    pages.listen(0, '127.0.0.1');
    await once(pages, 'listening');
    api = await startTestServer('sqlite', { FRONTEND_ORIGINS: origin() });
    browser = await startChromium(executable ?? '', 'som3d.test');
  });
  afterAll(async () => {
    await browser?.close();
    await api?.stop();
    pages?.close();
  });

  function origin(): string {
    return `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  }

  test('shares one session between two tabs: login, renewal and logout', async () => {
    const { user } = await api.doctor();
    const context = await browser.newContext();
    const first = await context.newPage();
    const second = await context.newPage();
    for (const tab of [first, second]) await tab.goto(origin());
    const me = () =>
      (globalThis as unknown as PageGlobals).session.client.auth.me().then(
        ({ body }) => body.correo,
        (error: Sdk.ApiError) => error.status,
      );
    expect(await second.evaluate(me)).toBe(401);
    const credentials = { correo: user.correo, password: PASSWORD };
    await first.evaluate((given) => (globalThis as unknown as PageGlobals).session.login(given), credentials);
    expect(await Promise.all([first.evaluate(me), second.evaluate(me)])).toEqual([user.correo, user.correo]);

    // Without a token in memory both tabs renew at once, and neither ends the other's session.
    for (const tab of [first, second]) await tab.reload();
    expect(await Promise.all([first.evaluate(me), second.evaluate(me)])).toEqual([user.correo, user.correo]);

    await second.evaluate(() => (globalThis as unknown as PageGlobals).session.logout());
    expect(await Promise.all([first.evaluate(me), second.evaluate(me)])).toEqual([401, 401]);
    await context.close();
  });

  test('reports an upload while it is sent, and continues one after a reload of the page', async () => {
    const { user } = await api.doctor();
    const page = await browser.newPage();
    await page.goto(origin());
    const credentials = { correo: user.correo, password: PASSWORD };
    await page.evaluate((given) => (globalThis as unknown as PageGlobals).session.login(given), credentials);
    /** Uploads 20 MiB that begin as a ZIP. @returns the progress and how it ended */
    const run = async ({ resumable, stopAt }: { resumable?: boolean; stopAt: number }) => {
      const { sdk, session } = globalThis as unknown as PageGlobals;
      const bytes = new Uint8Array(20 * 1024 ** 2).fill(7);
      bytes.set([0x50, 0x4b, 3, 4]);
      const stop = new AbortController();
      const seen: number[] = [];
      const paces: number[] = [];
      const job = await sdk
        .uploadJob(session.client, {
          file: new File([bytes], 'rodilla.zip'),
          resumable,
          signal: stop.signal,
          onProgress: (loaded, _total, { bytesPerSecond }) => {
            seen.push(loaded);
            paces.push(bytesPerSecond);
            if (loaded >= stopAt) stop.abort(new Error('closed'));
          },
        })
        .then(
          ({ status }) => status,
          (error: Error) => error.message,
        );
      return { job, seen, fast: paces.some((pace) => pace > 0), kept: localStorage.length };
    };
    const form = await page.evaluate(run, { resumable: false, stopAt: Infinity });
    expect(form).toMatchObject({ job: 'error', fast: true, kept: 0 });
    // fetch reports the beginning and the end alone.
    expect(form.seen.length).toBeGreaterThan(2);
    expect(form.seen.at(-1)).toBe(20 * 1024 ** 2);

    const closed = await page.evaluate(run, { stopAt: 10 * 1024 ** 2 });
    expect(closed).toMatchObject({ job: 'closed', kept: 1 });
    await page.reload();
    const continued = await page.evaluate(run, { stopAt: Infinity });
    expect(continued).toMatchObject({ job: 'error', kept: 0 });
    expect(continued.seen[0]).toBeGreaterThanOrEqual(8 * 1024 ** 2);
    await page.close();
  });

  test('says what to look at when nothing answers', async () => {
    const page = await browser.newPage();
    await page.goto(origin());
    const message = await page.evaluate(async () => {
      const { createClient } = (globalThis as unknown as PageGlobals).sdk;
      const client = createClient({ baseUrl: 'http://127.0.0.1:9', retry: false });
      return client.health.live().catch((error: Error) => error.message);
    });
    expect(message).toContain('http://127.0.0.1:9');
    expect(message).toContain('FRONTEND_ORIGINS');
    expect(message).toContain(origin());
    await page.close();
  });

  test('lets a page read what a range covers', async () => {
    const answer = await fetch(`${api.url}/health/live`, { headers: { origin: origin() } });
    const exposed = answer.headers.get('access-control-expose-headers') ?? '';
    expect(exposed.split(',')).toEqual(expect.arrayContaining(['content-range', 'accept-ranges']));
  });
});
