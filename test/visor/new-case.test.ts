import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { storedFiles } from '../support/jobs.ts';
import { evenHeights, smallScan } from '../support/phantom/slices.ts';
import { text, withElements } from '../support/phantom/variants.ts';
import { dicomFiles, type NamedFile } from '../support/phantom/zip.ts';
import { describeVisor, expectAccessible } from './visor.ts';

/** Files as the dialog of a browser gives them. */
function chosen(files: readonly NamedFile[]) {
  return files.map(({ name, bytes }) => ({
    name: path.basename(name),
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(bytes),
  }));
}

const NAME = 'PEREZ^ANA MARIA';
function named(slices = smallScan()) {
  return withElements(slices, () => [text(0x00100010, 'PN', NAME)]);
}

const thick = { seriesUid: '2.25.7', seriesNumber: 7, heights: evenHeights(8, 5) };

describeVisor('a new case in the visor', (visor) => {
  test('shows what is in the files, and sends the chosen series without the name of the patient', async () => {
    const doctor = await visor().api.doctor();
    const page = await visor().signedIn(doctor, 'casos/nuevo');
    await page.getByRole('heading', { name: 'Suelte aquí la tomografía' }).waitFor();
    await expectAccessible(page);
    const input = page.getByLabel('Elegir archivos', { exact: true }).and(page.locator('input'));
    await input.setInputFiles([{ name: 'informe.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF') }]);
    await page.getByText('No hay imágenes DICOM entre estos archivos.').waitFor();
    await page.getByText('informe.pdf: no es DICOM').waitFor();

    const note = { name: 'informe.pdf', bytes: Buffer.from('%PDF') };
    await input.setInputFiles(
      chosen([...dicomFiles(named(), {}, 'a').map((file, at) => ({ ...file, name: `a${at}` })), note]),
    );
    await page.getByRole('radio', { name: /30 imágenes/ }).waitFor();
    await page.getByRole('button', { name: 'Elegir otra tomografía' }).click();

    const both = [...dicomFiles(named(), {}, 'a'), ...dicomFiles(named(smallScan(thick)), {}, 'b')];
    await input.setInputFiles(chosen([...both.map((file, at) => ({ ...file, name: `I${at}` })), note]));
    expect(await page.getByRole('radio', { name: /30 imágenes/ }).isChecked()).toBe(true);
    await page.getByText('Queda 1 archivo por fuera').click();
    await page.getByText('informe.pdf: no es DICOM').waitFor();
    await page.getByRole('radio', { name: /8 imágenes.*1 × 1 × 5 mm/ }).check();
    await page.getByRole('img', { name: /Corte del medio/ }).waitFor();
    await page.getByLabel('Umbral propio').check();
    await page.getByLabel('Desde (HU)').fill('200');
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Convertir' }).click();
    await page.getByText('Este dato es necesario.').waitFor();
    await page.getByLabel('Nombre del caso').fill('Rodilla derecha');
    await page.getByRole('button', { name: 'Convertir' }).click();
    await page.waitForURL(/\/casos\/[\w-]{30,}$/);
    const { jobs } = (await doctor.client.som3d.list({ query: {} })).body;
    expect(jobs).toMatchObject([
      {
        nombre_proceso: 'Rodilla derecha',
        params: { umbral_min: 200, umbral_max: 3071, serie: '2.25.7', reduccion: 0.75 },
      },
    ]);
    const files = await storedFiles(visor().api.dataDir);
    const zip = await readFile(path.join(visor().api.dataDir, files.find((file) => file.endsWith('.zip')) ?? ''));
    expect(zip.includes('00008.dcm')).toBe(true);
    expect(zip.includes('00009.dcm')).toBe(false);
  });

  test('goes on after the page was closed in the middle of its sending', async () => {
    const doctor = await visor().api.doctor();
    const page = await visor().signedIn(doctor, 'casos/nuevo');
    const input = page.getByLabel('Elegir archivos', { exact: true }).and(page.locator('input'));
    await input.setInputFiles(chosen(dicomFiles(named(), {}, 'a')));
    await page.getByLabel('Nombre del caso').fill('Cadera');
    await page.route('**/som3d/uploads/*', async (route) => {
      if (route.request().method() === 'PATCH') await route.abort();
      else await route.continue();
    });
    await page.getByRole('button', { name: 'Convertir' }).click();
    await page.getByRole('button', { name: 'Pausar' }).click();
    await page.getByText('En pausa.').waitFor();
    await expectAccessible(page);
    await page.reload();
    await page.getByRole('heading', { name: 'El envío de «Cadera» no terminó.' }).waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Continuar' }).click();
    await page.waitForURL(/\/casos\/[\w-]{30,}$/);
    const { jobs } = (await doctor.client.som3d.list({ query: {} })).body;
    expect(jobs).toMatchObject([{ nombre_proceso: 'Cadera' }]);
    await page.goBack();
    await page.getByRole('heading', { name: 'Suelte aquí la tomografía' }).waitFor();
    expect(await page.getByText('no terminó').count()).toBe(0);
  });
});
