import { configuration } from '@som3d/server/testing';
import { createClient } from '@som3d/client';
import { expect, test } from 'vitest';
import { codeOf, mailTo } from '../support/mail.ts';
import { describeApi, expectProblem, PASSWORD } from '../support/server.ts';

const VERSION = '2026-12';
const URL = 'https://www.example.com/terminos';

let people = 0;
function person() {
  return { nombre: 'Ana', apellido: 'Mora', correo: `terminos-${++people}@som3d.local`, password: PASSWORD };
}

describeApi(
  'terms',
  (api) => {
    const meOf = async (correo: string) => {
      const { body } = await api().client.auth.login({ body: { correo, password: PASSWORD } });
      const client = createClient({ baseUrl: api().url, token: body.access_token, retry: false });
      return { client, me: (await client.auth.me()).body };
    };

    test('are accepted at the registration, with their version and date', async () => {
      expect((await api().client.auth.terms()).body).toEqual({ version: VERSION, url: URL });
      const body = { ...person(), terminos_version: VERSION };
      const before = api().deps.clock().getTime();
      await api().client.auth.register({ body });
      const { me } = await meOf(body.correo);
      expect(me.terminos).toMatchObject({ version: VERSION, vigente: VERSION, url: URL });
      expect(Date.parse(me.terminos?.aceptados_en ?? '')).toBeGreaterThanOrEqual(before);
    });

    test('are accepted with the mailed code, at the time of the request', async () => {
      const body = { ...person(), terminos_version: VERSION };
      const { body: pending } = await api().client.auth.preRegister({ body });
      const code = codeOf(await mailTo(api(), body.correo));
      const asked = api().deps.clock().getTime();
      api().advance(60_000);
      await api().client.auth.confirmCode({ body: { token: pending.token, code } });
      const { me } = await meOf(body.correo);
      expect(me.terminos?.version).toBe(VERSION);
      expect(Date.parse(me.terminos?.aceptados_en ?? '')).toBeLessThanOrEqual(asked);
    });

    test('can be accepted later, and only the ones in force', async () => {
      const body = person();
      await api().client.auth.register({ body });
      const { client, me } = await meOf(body.correo);
      expect(me.terminos).toEqual({ version: null, aceptados_en: null, vigente: VERSION, url: URL });
      await expectProblem(client.auth.updateMe({ body: { terminos_version: '2025-01' } }), 422);
      const { body: after } = await client.auth.updateMe({ body: { terminos_version: VERSION } });
      expect(after.terminos).toMatchObject({ version: VERSION, aceptados_en: expect.any(String) as string });
      const { body: later } = await client.auth.updateMe({ body: { ciudad: 'Cali' } });
      expect(later.terminos).toEqual(after.terminos);
    });

    test('a registration with another version is refused', async () => {
      const body = { ...person(), terminos_version: '2025-01' };
      await expectProblem(api().client.auth.register({ body }), 422, /2026-12/);
      await expectProblem(api().client.auth.preRegister({ body }), 422, /2026-12/);
    });
  },
  { SOM3D_TERMS_VERSION: VERSION, SOM3D_TERMS_URL: URL },
);

describeApi('a service without terms', (api) => {
  test('asks for none and shows none', async () => {
    expect((await api().client.auth.terms()).body).toEqual({ version: null, url: null });
    const { client } = await api().doctor();
    expect((await client.auth.me()).body).not.toHaveProperty('terminos');
  });
});

test('a version without the address of its text is refused', () => {
  expect(() => configuration.readConfig({ SOM3D_TERMS_VERSION: VERSION })).toThrow(/SOM3D_TERMS_URL/);
});
