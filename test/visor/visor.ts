import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { findChromium, startChromium } from '../support/chromium.ts';
import { PASSWORD, startTestServer, type Session, type TestServer } from '../support/server.ts';

const executable = await findChromium();
if (!executable) console.log('no Chromium on the PATH: the visor is not tried in a browser');

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The application in a browser, on a service of its own. */
export class Visor {
  readonly api: TestServer;
  readonly #browser: Browser;
  /** What no page may say: errors of scripts and refusals of the content security policy. */
  readonly faults: string[] = [];

  constructor(api: TestServer, browser: Browser) {
    this.api = api;
    this.#browser = browser;
  }

  /** A browser of one person: its tabs share a session. */
  async person(): Promise<BrowserContext> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'es-CO' });
    context.setDefaultTimeout(15_000);
    context.on('weberror', (error) => this.faults.push(error.error().message));
    context.on('console', (message) => {
      // A refused request is an error of the console too; the pages show those themselves.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        this.faults.push(message.text());
      }
    });
    return context;
  }

  /** @param path behind `/app/` */
  async open(context: BrowserContext, path = ''): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${this.api.url}/app/${path}`);
    return page;
  }

  /** Fills the sign-in that is on the page. */
  async signIn(page: Page, correo: string, password = PASSWORD): Promise<void> {
    await page.getByLabel('Correo').fill(correo);
    await page.getByLabel('Contraseña').fill(password);
    await page.getByRole('button', { name: 'Ingresar' }).click();
  }

  /** A tab of somebody who has signed in. */
  async signedIn({ user }: Session, path = 'casos'): Promise<Page> {
    const page = await this.open(await this.person(), path);
    await this.signIn(page, user.correo);
    await page.getByRole('navigation', { name: 'Principal' }).waitFor();
    return page;
  }
}

/** Expects the page to keep WCAG 2.2 AA as far as axe can see it, in light and dark. */
export async function expectAccessible(page: Page): Promise<void> {
  const run = `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`;
  for (const colorScheme of ['light', 'dark'] as const) {
    // Colours that fade would be measured on their way.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(axe);
    const { violations } = await page.evaluate<AxeResults>(run);
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
    expect({ url: page.url(), colorScheme, found }).toEqual({ url: page.url(), colorScheme, found: [] });
  }
}

/** Tests of the application; skipped where there is no Chromium. Ends with a failure when a page had a fault. */
export function describeVisor(
  name: string,
  tests: (visor: () => Visor) => void,
  { env = {}, long = false }: { readonly env?: Record<string, string>; readonly long?: boolean } = {},
): void {
  describe.skipIf(!executable)(`visor: ${name}`, { tags: long ? ['heavy', 'long'] : ['heavy'] }, () => {
    let visor: Visor;
    let browser: Browser;
    beforeAll(async () => {
      browser = await startChromium(executable ?? '', 'som3d.test');
      visor = new Visor(await startTestServer('sqlite', env), browser);
    });
    afterAll(async () => {
      await browser?.close();
      await visor?.api.stop();
      expect(visor?.faults ?? []).toEqual([]);
      expect(visor?.api.errors ?? []).toEqual([]);
    });
    tests(() => visor);
  });
}
