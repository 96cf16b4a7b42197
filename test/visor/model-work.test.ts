import { readFile } from 'node:fs/promises';
import type { Download, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { blockCase, ModelOnPage, SLOW } from './model-page.ts';
import { describeVisor, expectAccessible } from './visor.ts';

async function downloaded(page: Page, name: string | RegExp): Promise<{ download: Download; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  return { download, bytes: await readFile(await download.path()) };
}

/** Lowest and highest corner of a binary STL. */
function boxOf(stl: Buffer): { min: number[]; max: number[] } {
  const [min, max] = [
    [Infinity, Infinity, Infinity],
    [-Infinity, -Infinity, -Infinity],
  ];
  for (let at = 84; at < stl.length; at += 50)
    for (let value = 0; value < 9; value++) {
      const number = stl.readFloatLE(at + 12 + 4 * value);
      min[value % 3] = Math.min(min[value % 3]!, number);
      max[value % 3] = Math.max(max[value % 3]!, number);
    }
  return { min, max };
}

/** What the page holds after a collection of garbage, bytes. */
async function heldBy(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  const usage = (await devtools.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize?: number };
  await devtools.detach();
  return usage.usedSize + (usage.backingStorageSize ?? 0);
}

const OPENED = 20;
const GROWTH_BYTES = 4 * 1024 * 1024;

describeVisor(
  'work on the model of a case',
  (visor) => {
    test('pins a note, compares under one camera, prints on the plate, takes a picture', SLOW, async () => {
      const block = await blockCase(visor());
      const second = await blockCase(visor(), block.session);
      const model = await ModelOnPage.open(visor(), block);
      const { page } = model;

      await model.tab('Notas');
      await page.getByRole('button', { name: 'Nota nueva en un punto' }).click();
      await model.touch();
      await page.getByLabel('Texto de la nota').fill('Borde anterior');
      await page.getByRole('button', { name: 'Guardar la nota' }).click();
      await page.getByRole('button', { name: 'Nota 1: Borde anterior' }).waitFor();
      const { body: context } = await block.session.client.som3d.stateContext({ params: { id: block.jobId } });
      const { body: notes } = await block.session.client.patients.listNotes({ params: { id: context.id_paciente! } });
      const anchor = JSON.parse(notes[0]?.anchor_json ?? '{}') as { archivo: string; punto: number[] };
      expect(anchor.archivo).toMatch(/\.stl$/);
      // The front of the block.
      expect(anchor.punto[1]).toBeCloseTo(-15, 0);
      await expectAccessible(page);

      await model.tab('Comparar');
      await page.getByLabel('Comparar con otro caso').selectOption(second.jobId);
      await page.getByText('El modelo está en pantalla').nth(1).waitFor({ state: 'attached' });
      await model.frame();
      const other = page.getByRole('application').nth(1);
      const before = await other.screenshot();
      await model.key('ArrowLeft', 'ArrowUp');
      expect((await other.screenshot()).equals(before)).toBe(false);
      await expectAccessible(page);
      await page.getByLabel('Comparar con otro caso').selectOption('');

      await model.tab('Imprimir');
      await page
        .getByText('30 mm', { exact: true })
        .or(page.getByText(/^(29,9|30,0)\d? mm$/))
        .first()
        .waitFor();
      const { bytes: stl } = await downloaded(page, 'Descargar STL');
      const { min, max } = boxOf(stl);
      expect(
        [min[2], (min[0] ?? 0) + (max[0] ?? 0), (min[1] ?? 0) + (max[1] ?? 0)].map((mm) => mm?.toFixed(2)),
      ).toEqual(['0.00', '0.00', '0.00']);
      expect(max[2]).toBeCloseTo(50, 0);
      await page.getByText('3MF', { exact: true }).click();
      const { bytes: threemf } = await downloaded(page, 'Descargar 3MF');
      expect(threemf.toString('latin1', 0, 2)).toBe('PK');

      const { download, bytes: png } = await downloaded(page, 'Guardar imagen');
      expect(download.suggestedFilename()).toBe('Bloque.png');
      expect(PNG.sync.read(png).width).toBeGreaterThan(300);
    });

    test(
      `gives back its memory after ${OPENED} models, and draws nothing while nothing moves`,
      { timeout: 300_000 },
      async () => {
        const model = await ModelOnPage.open(visor(), await blockCase(visor()));
        const { page } = model;
        const reopen = async (): Promise<void> => {
          await page.getByRole('link', { name: 'Casos' }).last().click();
          await page.getByRole('link', { name: 'Bloque' }).first().click();
          await model.drawn();
        };
        for (let at = 0; at < 3; at++) await reopen();
        const before = await heldBy(page);
        for (let at = 0; at < OPENED; at++) await reopen();
        expect((await heldBy(page)) - before).toBeLessThan(GROWTH_BYTES);

        const asked = await page.evaluate(`new Promise((done) => {
        const ask = requestAnimationFrame;
        let count = 0;
        globalThis.requestAnimationFrame = (callback) => { count++; return ask(callback); };
        setTimeout(() => { globalThis.requestAnimationFrame = ask; done(count); }, 1000);
      })`);
        expect(asked).toBe(0);
      },
    );

    test('says what to do where the browser cannot draw', SLOW, async () => {
      const block = await blockCase(visor());
      const page = await visor().signedIn(block.session);
      await page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null;');
      await page.goto(`${visor().api.url}/app/casos/${block.jobId}`);
      await page.getByRole('heading', { name: 'Este navegador no puede mostrar modelos 3D' }).waitFor();
      await page.getByRole('tab', { name: 'Partes' }).waitFor();
      await expectAccessible(page);
      visor().faults.length = 0; // three reports it to the console, too
    });
  },
  { env: { SOM3D_EMBEDDED_WORKER: 'true' }, long: true },
);
