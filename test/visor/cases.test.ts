import { entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { patientOf, upload } from '../support/jobs.ts';
import { describeVisor, expectAccessible } from './visor.ts';

describeVisor(
  'cases and patients',
  (visor) => {
    test('a case waits, is renamed, filed under a patient, cancelled and removed', async () => {
      const doctor = await visor().api.doctor();
      await patientOf(doctor.client);
      const { job_id } = await upload(doctor.client, { fields: { nombre_proceso: 'Rodilla' } });
      const page = await visor().signedIn(doctor);
      const row = page.getByRole('listitem').filter({ hasText: 'Rodilla' });
      await row.getByText('En cola').waitFor();
      await expectAccessible(page);

      await row.getByRole('button', { name: 'Editar' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Nombre del caso').fill('x');
      await dialog.getByRole('button', { name: 'Guardar' }).click();
      await dialog.getByText('Escriba al menos 3 caracteres.').waitFor();
      await expectAccessible(page);
      await dialog.getByLabel('Nombre del caso').fill('Rodilla izquierda');
      await dialog.getByRole('combobox', { name: 'Paciente' }).selectOption({ index: 1 });
      await dialog.getByRole('button', { name: 'Guardar' }).click();
      await row.getByText('Luz Rey').waitFor();

      await page.getByLabel('Buscar por nombre o paciente').fill('cadera');
      await page.getByText('Ningún caso coincide').waitFor();
      expect(page.url()).toContain('q=cadera');
      await page.goto(`${visor().api.url}/app/casos?q=luz&estado=queued`);
      await row.getByRole('link', { name: 'Rodilla izquierda' }).click();
      await page.getByText('Espera su turno', { exact: false }).waitFor();
      await expectAccessible(page);

      await page.getByRole('button', { name: 'Cancelar el caso' }).click();
      await dialog.getByRole('button', { name: 'Cancelar el caso' }).click();
      await page.getByText('Este caso se canceló').waitFor();
      await page.getByRole('button', { name: 'Eliminar' }).click();
      await dialog.getByRole('button', { name: 'Eliminar' }).click();
      await page.getByText('Aún no hay casos').waitFor();
      await page.goto(`${visor().api.url}/app/casos/${job_id}`);
      await page.getByText('Este caso no existe o se eliminó.').waitFor();
    });

    test('a case that failed says why, and one in progress moves by itself', async () => {
      const doctor = await visor().api.doctor();
      const { job_id } = await upload(doctor.client, { fields: { nombre_proceso: 'Cráneo' } });
      const page = await visor().signedIn(doctor);
      await page.getByText('En cola', { exact: true }).last().waitFor();
      const change = (values: object) =>
        visor().api.deps.orm.em.fork().nativeUpdate(entities.JobConv, { job_id }, values);
      const lease_expires_at = new Date(Date.now() + 600_000);
      await change({ status: 'RUNNING', phase: 'meshing', percent: 60, lease_token: 'x', lease_expires_at });
      await page.getByText('Formando la superficie').waitFor();
      await page.getByText('60 %').waitFor();
      await expectAccessible(page);
      const error = 'El archivo no contiene imágenes DICOM';
      await change({ status: 'ERROR', phase: 'error', error, lease_token: null, lease_expires_at: null });
      await page.getByText('Con error', { exact: true }).last().waitFor();
      await page.getByRole('link', { name: 'Cráneo' }).click();
      await page.getByText(error).waitFor();
      await expectAccessible(page);
    });

    test('a patient is created, annotated, changed and removed', async () => {
      const doctor = await visor().api.doctor();
      const page = await visor().signedIn(doctor, 'pacientes');
      const dialog = page.getByRole('dialog');
      await page.getByText('Aún no hay pacientes').waitFor();
      await page.getByRole('button', { name: 'Nuevo paciente' }).click();
      await dialog.getByLabel('Nombres').fill('Inés');
      await dialog.getByLabel('Apellidos').fill('Peña');
      await dialog.getByLabel('Número de documento').fill('1');
      await dialog.getByLabel('Fecha de nacimiento').fill('1984-05-17');
      await dialog.getByRole('button', { name: 'Crear el paciente' }).click();
      // The service's own sentence, beside its field.
      await dialog.locator('[aria-invalid][name=doc_numero]').waitFor();
      await dialog.getByLabel('Número de documento').fill('10203040');
      await dialog.getByRole('button', { name: 'Crear el paciente' }).click();
      await page.getByRole('heading', { name: 'Inés Peña' }).waitFor();
      await page.getByText('17/05/1984').waitFor();

      await page.getByRole('button', { name: 'Nueva nota' }).click();
      await dialog.getByRole('textbox', { name: 'Nota' }).fill('Lesión < 5 mm');
      await expectAccessible(page);
      await dialog.getByRole('button', { name: 'Guardar' }).click();
      await page.getByText('Lesión < 5 mm').waitFor();
      await page.getByRole('button', { name: 'Nuevo estudio' }).click();
      await dialog.getByLabel('Fecha del estudio').fill('2026-03-02');
      await dialog.getByLabel('Descripción').fill('Rodilla derecha');
      await dialog.getByRole('button', { name: 'Guardar' }).click();
      await page.getByText('CT · 2/03/2026').waitFor();
      await expectAccessible(page);

      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Exportar' }).click();
      expect((await download).suggestedFilename()).toMatch(/\.zip$/);
      await page.getByRole('button', { name: 'Editar', exact: true }).click();
      await dialog.getByLabel('Ciudad').fill('Pasto');
      await dialog.getByRole('button', { name: 'Guardar' }).click();
      await page.getByText('Pasto').waitFor();
      await page.goto(`${visor().api.url}/app/pacientes`);
      await page.getByText('CC 10203040').or(page.getByText('10203040')).first().waitFor();
      await expectAccessible(page);
      await page.getByRole('link', { name: 'Inés Peña' }).click();
      await page.getByRole('button', { name: 'Eliminar' }).first().click();
      await dialog.getByRole('button', { name: 'Eliminar' }).click();
      await page.getByText('Aún no hay pacientes').waitFor();
    });
  },
  { long: true },
);
