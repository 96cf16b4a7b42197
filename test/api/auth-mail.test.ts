import { databases } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { until } from '../support/jobs.ts';
import { codeOf, mailsTo, mailTo } from '../support/mail.ts';
import { describeApi, expectProblem, PASSWORD } from '../support/server.ts';

const MINUTE = 60_000;
const NEW = 'a new long password';
function person(correo: string) {
  return { nombre: 'Inés', apellido: 'Peña', correo, password: PASSWORD, ciudad: 'Cali' };
}
function other(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}

describeApi(
  'auth by mail',
  (api) => {
    const auth = () => api().client.auth;
    const login = (correo: string, password = PASSWORD) => auth().login({ body: { correo, password } });
    const mail = (correo: string, n?: number) => mailTo(api(), correo, n);
    const stored = async () =>
      JSON.stringify(
        await databases.kysely(api().deps.orm.em.fork()).selectFrom('auth_one_time_token').selectAll().execute(),
      );
    /** The form of what was mailed for. */
    const linkOf = async (correo: string, n: number): Promise<URL> =>
      new URL(/https?:\/\/\S+/.exec((await mail(correo, n)).text)?.[0] ?? '');
    /** Registers by the two steps. */
    const register = async (correo: string) => {
      const { token } = (await auth().preRegister({ body: person(correo) })).body;
      const { body } = await auth().confirmCode({ body: { token, code: codeOf(await mail(correo)) } });
      return body;
    };
    const statusesOf = async (calls: Promise<unknown>[]) =>
      (await Promise.allSettled(calls))
        .map((call) =>
          call.status === 'fulfilled'
            ? (call.value as { status: number }).status
            : (call.reason as { status: number }).status,
        )
        .toSorted((a, b) => a - b);

    test('registers an inactive doctor with the code that was mailed', async () => {
      const correo = 'pasos@som3d.local';
      const { status, body } = await auth().preRegister({ body: person(' Pasos@SOM3D.local') });
      expect([status, body]).toEqual([200, { ok: true, token: expect.any(String) as string, expires_in: 120 }]);
      await expectProblem(login(correo), 401);
      const code = codeOf(await mail(correo));
      const rows = await stored();
      for (const secret of [body.token, code, 'argon2', PASSWORD]) expect(rows).not.toContain(secret);
      const outbox = async () =>
        await databases
          .kysely(api().deps.orm.em.fork())
          .selectFrom('mail_outbox')
          .select(['subject', 'text_body', 'html_body'])
          .where('to_address', '=', correo)
          .where('estado', '=', 'ENVIADO')
          .executeTakeFirst();
      // What was sent is forgotten, and the subject has never told it.
      const sent = await until(outbox, 'the mail is sent');
      expect(JSON.stringify(sent)).not.toContain(code);

      const token = body.token;
      await expectProblem(auth().confirmCode({ body: { token: `${token}x`, code } }), 400);
      await expectProblem(auth().confirmCode({ body: { token, code: other(code) } }), 400, /no es válido/);
      const created = await auth().confirmCode({ body: { token: ` ${token} `, code } });
      expect(created.status).toBe(200);
      expect(created.body).toEqual({
        ok: true,
        id_usuario: expect.any(Number) as number,
        nombre: 'Inés',
        apellido: 'Peña',
        correo,
        telefono: null,
        direccion: null,
        ciudad: 'Cali',
        rol: 'MEDICO',
        activo: false,
      });
      await login(correo);
      await expectProblem(auth().confirmCode({ body: { token, code } }), 400);
    });

    test('takes five tries of a code, and no more', async () => {
      const correo = 'intentos@som3d.local';
      const { token } = (await auth().preRegister({ body: person(correo) })).body;
      const code = codeOf(await mail(correo));
      const wrong = Array.from({ length: 4 }, () => auth().confirmCode({ body: { token, code: other(code) } }));
      expect(await statusesOf(wrong)).toEqual([400, 400, 400, 400]);
      expect((await auth().confirmCode({ body: { token, code } })).status).toBe(200);

      const second = (await auth().preRegister({ body: person('intentos2@som3d.local') })).body.token;
      const right = codeOf(await mail('intentos2@som3d.local'));
      for (let n = 0; n < 5; n++) {
        await expectProblem(auth().confirmCode({ body: { token: second, code: other(right) } }), 400);
      }
      await expectProblem(auth().confirmCode({ body: { token: second, code: right } }), 400);
    });

    test('creates one account for a code, and none for an address that was taken meanwhile', async () => {
      const correo = 'carrera@som3d.local';
      const [a, b] = [
        (await auth().preRegister({ body: person(correo) })).body.token,
        (await auth().preRegister({ body: person(correo) })).body.token,
      ];
      const [codeA, codeB] = [codeOf(await mail(correo, 1)), codeOf(await mail(correo, 2))];
      const uses = Array.from({ length: 4 }, () => auth().confirmCode({ body: { token: a, code: codeA } }));
      expect(await statusesOf(uses)).toEqual([200, 400, 400, 400]);
      await expectProblem(auth().confirmCode({ body: { token: b, code: codeB } }), 409, /^Correo ya registrado$/);
    });

    test('answers for an address with an account as for one without, and tells its owner', async () => {
      const correo = 'dos-veces@som3d.local';
      await register(correo);
      const { status, body } = await auth().preRegister({ body: { ...person(correo), password: 'somebody else' } });
      expect([status, Object.keys(body), body.expires_in]).toEqual([200, ['ok', 'token', 'expires_in'], 120]);
      const notice = await mail(correo, 2);
      expect(codeOf(notice)).toBe('');
      expect(notice.text).toContain('ya tiene una cuenta');
      await expectProblem(auth().confirmCode({ body: { token: body.token, code: '000000' } }), 400);
      await login(correo);
    });

    test('forgets a registration after its time', async () => {
      const correo = 'tarde@som3d.local';
      const { token } = (await auth().preRegister({ body: person(correo) })).body;
      const code = codeOf(await mail(correo));
      api().advance(120 * MINUTE + 1000);
      await expectProblem(auth().confirmCode({ body: { token, code } }), 400);
    });

    test('changes a password by the link that was mailed, once, and ends every session', async () => {
      const correo = 'enlace@som3d.local';
      await register(correo);
      const { headers } = await login(correo);
      const cookie = headers
        .getSetCookie()
        .map((pair) => pair.split(';')[0])
        .join('; ');
      const csrf = /csrf_token=([^;]+)/.exec(cookie)?.[1] ?? '';
      const refresh = async () =>
        (await fetch(`${api().url}/auth/refresh`, { method: 'POST', headers: { cookie, 'x-csrf-token': csrf } }))
          .status;
      for (let failure = 0; failure < 5; failure++) await expectProblem(login(correo, 'forgotten one'), 401);

      expect((await auth().forgotPassword({ body: { correo } })).body).toEqual({ ok: true });
      // The owner has been told of the failures as well.
      expect((await mail(correo, 2)).text).toContain('intentos fallidos');
      const link = await linkOf(correo, 3);
      expect(link.origin).toBe(api().url);
      const token = link.searchParams.get('token') ?? '';
      expect(await stored()).not.toContain(token);
      await expectProblem(auth().resetPassword({ body: { token: `${token}x`, new_password: NEW } }), 400);
      await expectProblem(auth().resetPassword({ body: { token, new_password: 'short' } }), 422);
      const uses = Array.from({ length: 4 }, (_, n) =>
        auth().resetPassword({ body: { token, new_password: `${NEW} ${n}` } }),
      );
      expect(await statusesOf(uses)).toEqual([200, 400, 400, 400]);
      const which = (await Promise.allSettled(uses)).findIndex(({ status }) => status === 'fulfilled');
      // The failures before are forgotten: who reads the account's mail is its owner.
      await login(correo, `${NEW} ${which}`);
      expect(await refresh()).toBe(401);
      expect((await mail(correo, 4)).text).toContain('acaba de cambiar');
    });

    test('binds a link to the password of its time', async () => {
      const correo = 'atado@som3d.local';
      await register(correo);
      await auth().forgotPassword({ body: { correo } });
      await auth().forgotPassword({ body: { correo } });
      const tokens = [await linkOf(correo, 2), await linkOf(correo, 3)].map(
        (link) => link.searchParams.get('token') ?? '',
      );
      const uses = tokens.map((token, n) => auth().resetPassword({ body: { token, new_password: `${NEW} ${n}` } }));
      expect(await statusesOf(uses)).toEqual([200, 400]);

      await auth().forgotPassword({ body: { correo } });
      const late = await linkOf(correo, 5);
      api().advance(60 * MINUTE + 1000);
      const token = late.searchParams.get('token') ?? '';
      await expectProblem(auth().resetPassword({ body: { token, new_password: NEW } }), 400, /venció/);
    });

    test('shows the link’s page, which loads and runs nothing but itself', async () => {
      const correo = 'pagina@som3d.local';
      await register(correo);
      await auth().forgotPassword({ body: { correo } });
      const link = await linkOf(correo, 2);
      const page = await fetch(link);
      const html = await page.text();
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.headers.get('referrer-policy')).toBe('no-referrer');
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'; /,
      );
      expect(html).toContain('<html lang="es">');
      expect(html).not.toMatch(/https?:|src=|url\(/);
      // Looking at the page does not use the link up, and the page does not repeat the token.
      const token = link.searchParams.get('token') ?? '';
      expect(html).not.toContain(token);
      const form = (query: { token?: string }) => auth().resetForm({ query });
      expect((await form({ token })).status).toBe(200);
      await auth().resetPassword({ body: { token, new_password: NEW } });
      for (const query of ['', `?token=${token}`, '?token=<script>alert(1)</script>']) {
        const spent = await fetch(`${api().url}/auth/reset-password/form${query}`);
        const text = await spent.text();
        expect([spent.status, spent.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
        expect(text).toContain('Este enlace ya no sirve');
        expect(text).not.toContain('alert');
      }
      expect((await fetch(`${api().url}/auth/reset-password/form?token=${'x'.repeat(201)}`)).status).toBe(422);
    });

    test('changes a password by a code, named by its token or by the account', async () => {
      const correo = 'codigo@som3d.local';
      await register(correo);
      const reset = (body: Parameters<ReturnType<typeof auth>['resetPasswordCode']>[0]['body']) =>
        auth().resetPasswordCode({ body });
      const ask = async (n: number) => {
        const { body } = await auth().forgotPasswordCode({ body: { correo } });
        return { token: body.token, code: codeOf(await mail(correo, n)) };
      };
      const first = await ask(2);
      await expectProblem(reset({ token: first.token, code: other(first.code), new_password: NEW }), 400);
      const both = [1, 2].map((n) => reset({ token: first.token, code: first.code, new_password: `${NEW} ${n}` }));
      expect(await statusesOf(both)).toEqual([200, 400]);
      const second = await ask(4);
      await expectProblem(reset({ correo: 'nobody@som3d.local', code: second.code, new_password: NEW }), 400);
      expect((await reset({ correo: correo.toUpperCase(), code: second.code, new_password: NEW })).body).toEqual({
        ok: true,
      });
      await login(correo, NEW);
      const third = await ask(6);
      for (let n = 0; n < 5; n++)
        await expectProblem(reset({ correo, code: other(third.code), new_password: NEW }), 400);
      await expectProblem(reset({ ...third, new_password: NEW }), 400);
      // A link's token is no code's, nor the other way round.
      await expectProblem(auth().resetPassword({ body: { token: third.token, new_password: NEW } }), 400);

      await expectProblem(reset({ code: '123456', new_password: NEW }), 422);
      await expectProblem(reset({ correo, code: '12345', new_password: NEW }), 422);
    });

    test('answers a request for an unknown account like any other, and mails nobody', async () => {
      const correo = 'fantasma@som3d.local';
      expect((await auth().forgotPassword({ body: { correo } })).body).toEqual({ ok: true });
      const { body } = await auth().forgotPasswordCode({ body: { correo } });
      expect(body).toEqual({ ok: true, token: expect.stringMatching(/^[\w-]{43}$/) as string, expires_in: 60 });
      const { token } = body;
      await expectProblem(auth().resetPasswordCode({ body: { token, code: '123456', new_password: NEW } }), 400);
      const rows = await databases
        .kysely(api().deps.orm.em.fork())
        .selectFrom('mail_outbox')
        .select('id_mail')
        .where('to_address', '=', correo)
        .execute();
      expect(rows).toEqual([]);
    });

    test('says which field does not fit', async () => {
      expect.hasAssertions();
      await expectProblem(auth().preRegister({ body: { ...person('x'), rol: 'ADMINISTRADOR' as never } }), 422);
      await expectProblem(auth().confirmCode({ body: { token: '', code: 'abcdef' } }), 422);
      await expectProblem(auth().forgotPassword({ body: { correo: 'x' } }), 422);
      await expectProblem(auth().forgotPasswordCode({ body: {} as never }), 422);
    });
  },
  { REGISTER_REQUIRES_EMAIL_CODE: 'true' },
);

describeApi('auth requests by mail', (api) => {
  test('takes six in fifteen minutes for an account, whether it exists or not', async () => {
    const { user } = await api().doctor();
    const { auth } = api().client;
    for (const correo of [user.correo, 'nobody@som3d.local']) {
      const requests = {
        link: () => auth.forgotPassword({ body: { correo } }),
        code: () => auth.forgotPasswordCode({ body: { correo } }),
        registration: () => auth.preRegister({ body: person(correo) }),
      };
      for (const request of Object.values(requests)) {
        const many = await Promise.allSettled(Array.from({ length: 9 }, request));
        expect(many.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
        const refused = await expectProblem(request(), 429);
        expect(refused.retryAfter).toBeGreaterThan(14 * 60);
        expect(refused.retryAfter).toBeLessThanOrEqual(15 * 60);
      }
    }
    expect((await mailsTo(api().dataDir, 'nobody@som3d.local')).every(({ subject }) => subject !== '')).toBe(true);
    api().advance(15 * MINUTE + 1000);
    expect((await auth.forgotPassword({ body: { correo: user.correo } })).status).toBe(200);
  });
});
