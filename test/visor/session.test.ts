import { expect, test } from 'vitest';
import { codeOf, mailTo } from '../support/mail.ts';
import { PASSWORD } from '../support/server.ts';
import { describeVisor, expectAccessible } from './visor.ts';

describeVisor('session', (visor) => {
  test('says each fault beside its field, and leads to the page that was asked for', async () => {
    const { user } = await visor().api.doctor();
    const page = await visor().open(await visor().person(), 'cuenta');
    const email = page.getByLabel('Correo');
    await page.getByRole('button', { name: 'Ingresar' }).click();
    expect(await page.getByText('Este dato es necesario.').count()).toBe(2);
    expect(await email.getAttribute('aria-invalid')).toBe('true');
    await expectAccessible(page);

    await visor().signIn(page, user.correo, 'wrong password');
    await page.getByText('Credenciales inválidas').waitFor();
    expect(await email.inputValue()).toBe(user.correo);
    await visor().signIn(page, user.correo);
    await page.getByRole('heading', { name: 'Mi cuenta' }).waitFor();
    await page.getByText('Esta sesión', { exact: true }).waitFor();
    await expectAccessible(page);

    await page.getByLabel('Nombre').fill('4');
    await page.getByRole('button', { name: 'Guardar' }).first().click();
    await page.locator('#contenido [aria-invalid]').waitFor();
    const described = await page.getByLabel('Nombre').getAttribute('aria-describedby');
    expect(await page.locator(`[id="${described}"]`).textContent()).not.toBe('');

    await page.goto(`${visor().api.url}/app/nada/de/nada`);
    await page.getByRole('heading', { name: 'Esta página no existe' }).waitFor();
  });

  test('ends in two tabs at once, and goes on where it was with all that was typed', { tags: ['long'] }, async () => {
    const { user, client } = await visor().api.doctor();
    const context = await visor().person();
    const first = await visor().open(context, 'cuenta');
    await visor().signIn(first, user.correo);
    await first.getByLabel('Ciudad').fill('Pasto');
    const second = await visor().open(context, 'casos');
    await second.getByText('Aún no hay casos').waitFor();

    // Ended from elsewhere: a password that changes ends all sessions.
    const password = `${PASSWORD} anew`;
    await client.auth.updateMe({ body: { password, password_actual: PASSWORD } });
    await second.reload();
    await second.getByRole('button', { name: 'Ingresar' }).waitFor();
    const dialog = first.getByRole('dialog', { name: 'Su sesión terminó' });
    await dialog.waitFor();
    await expectAccessible(first);
    await dialog.getByLabel('Contraseña').fill(password);
    await dialog.getByRole('button', { name: 'Ingresar' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await first.getByLabel('Ciudad').inputValue()).toBe('Pasto');
    // The other tab has the session too.
    await second.getByText('Aún no hay casos').waitFor();

    await second.getByRole('link', { name: 'Mi cuenta' }).click();
    await second.getByRole('button', { name: 'Salir' }).click();
    await second.getByRole('button', { name: 'Ingresar' }).waitFor();
    await dialog.waitFor();
  });

  test('registers with the code that was mailed, and sets a new password', { tags: ['long'] }, async () => {
    const correo = 'nueva@som3d.local';
    const page = await visor().open(await visor().person(), 'registro');
    await page.getByLabel('Nombre').fill('Inés');
    await page.getByLabel('Apellido').fill('Díaz');
    await page.getByLabel('Correo').fill(correo);
    await page.getByLabel('Contraseña').fill('12345678');
    const send = page.getByRole('button', { name: 'Enviar el código' });
    await send.click();
    await page.locator('[aria-invalid]').waitFor();
    await page.getByLabel('Contraseña').fill(PASSWORD);
    await send.click();
    const code = page.getByLabel('Código de 6 dígitos');
    await code.fill('000000');
    await page.getByRole('button', { name: 'Confirmar' }).click();
    await page.getByText('código').and(page.locator('[role=alert] *')).first().waitFor();
    await code.fill(codeOf(await mailTo(visor().api, correo)));
    await page.getByRole('button', { name: 'Confirmar' }).click();
    await page.getByText('Aún no hay casos').waitFor();

    const other = await visor().open(await visor().person(), 'recuperar');
    await other.getByLabel('Correo').fill(correo);
    await other.getByRole('button', { name: 'Enviar el código' }).click();
    await other.getByLabel('Código de 6 dígitos').waitFor();
    await expectAccessible(other);
    await other.getByLabel('Código de 6 dígitos').fill(codeOf(await mailTo(visor().api, correo, 2)));
    await other.getByLabel('Contraseña nueva').fill(`${PASSWORD} anew`);
    await other.getByRole('button', { name: 'Guardar' }).click();
    await visor().signIn(other, correo, `${PASSWORD} anew`);
    await other.getByText('Aún no hay casos').waitFor();
  });
});
