import { expect, test } from 'vitest';
import { patientOf, upload } from '../support/jobs.ts';
import { describeVisor, expectAccessible } from './visor.ts';

const SECTIONS = [
  'Médicos',
  'Hospitales',
  'Planes',
  'Suscripciones',
  'Pagos',
  'Trabajos',
  'Mensajes',
  'Auditoría',
  'Tablero',
] as const;

describeVisor(
  'administration',
  (visor) => {
    test('shows every section, and nothing of them to a doctor', { timeout: 120_000 }, async () => {
      const [doctor, admin] = [await visor().api.doctor(), await visor().api.admin()];
      await patientOf(doctor.client);
      await upload(doctor.client, { fields: { nombre_proceso: 'Rodilla' } });
      const page = await visor().signedIn(admin, 'admin');
      for (const section of SECTIONS) {
        await page.getByRole('navigation', { name: 'Secciones' }).getByRole('link', { name: section }).click();
        await page.getByRole('heading', { level: 1, name: section }).waitFor();
        await page.getByRole('status').filter({ hasText: 'Cargando' }).waitFor({ state: 'detached' });
        await expectAccessible(page);
      }
      const other = await visor().signedIn(doctor, 'admin');
      await other.getByRole('heading', { name: 'Esta página no existe' }).waitFor();
    });

    test('suspends an account, and gives a hospital its code', async () => {
      const [doctor, admin] = [await visor().api.doctor(), await visor().api.admin()];
      await patientOf(doctor.client);
      const page = await visor().signedIn(admin, 'admin/medicos');
      const dialog = page.getByRole('dialog');
      await page.getByRole('listitem').filter({ hasText: doctor.user.correo }).getByText('Suspender').click();
      await dialog.getByRole('button', { name: 'Suspender' }).click();
      await page.getByRole('button', { name: 'Reactivar' }).first().waitFor();
      await expect(doctor.client.auth.me()).rejects.toMatchObject({ status: 401 });

      await page.getByRole('link', { name: 'Hospitales' }).click();
      await page.getByRole('button', { name: 'Nuevo hospital' }).click();
      await dialog.getByLabel('Nombre').fill('Clínica del Sur');
      await dialog.getByRole('button', { name: 'Guardar' }).click();
      await page.getByRole('button', { name: 'Código nuevo' }).click();
      await dialog.getByRole('button', { name: 'Código nuevo' }).click();
      await page.getByText(/El código nuevo es \w+/).waitFor();
    });
  },
  { long: true },
);
