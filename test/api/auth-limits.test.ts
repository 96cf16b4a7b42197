import { databases } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { Browser } from '../support/browser.ts';
import { codeOf, mailsTo, mailTo } from '../support/mail.ts';
import { describeApi, expectProblem, PASSWORD, type TestServer } from '../support/server.ts';
import { call, post } from '../support/stranger.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const WRONG = 'not the password';
let count = 0;

function person(correo: string) {
  return { nombre: 'Inés', apellido: 'Peña', correo, password: PASSWORD };
}

/** A caller somewhere else: the proxy in front adds the address. */
function at(api: TestServer, address: string) {
  const send = async (path: string, body: object) =>
    (await post(`${api.url}${path}`, body, { 'x-forwarded-for': address })).status;
  return {
    login: async (correo: string, password = WRONG) => await send('/auth/login', { correo, password }),
    forgot: async (correo: string) => await send('/auth/forgot-password', { correo }),
    forgotCode: async (correo: string) => await send('/auth/forgot-password/code', { correo }),
    preRegister: async (correo: string) => await send('/auth/pre-register', person(correo)),
    register: async (correo: string) => await send('/auth/register', person(correo)),
  };
}

async function times<T>(n: number, work: (n: number) => Promise<T>): Promise<T[]> {
  const results = [];
  for (let turn = 0; turn < n; turn++) results.push(await work(turn));
  return results;
}

describeApi(
  'limits',
  (api) => {
    const register = async (correo: string) => {
      await api().client.auth.register({ body: person(correo) });
      return correo;
    };
    const fresh = async () => await register(`limite-${++count}@som3d.local`);

    test('a stranger’s failures lock the stranger out, not the owner', async () => {
      const correo = await fresh();
      const stranger = at(api(), '198.51.100.1');
      expect(await times(6, () => stranger.login(correo))).toEqual([401, 401, 401, 401, 401, 429]);
      expect(await stranger.login(correo, PASSWORD)).toBe(429);
      expect(await at(api(), '198.51.100.2').login(correo, PASSWORD)).toBe(200);
      expect((await mailTo(api(), correo)).text).toContain('intentos fallidos');
      await times(3, (n) => at(api(), `198.51.100.${10 + n}`).login(correo));
      expect(await mailsTo(api().dataDir, correo)).toHaveLength(1);
    });

    test('many strangers leave a new address one try, and a known device all of its own', async () => {
      const correo = await fresh();
      const home = new Browser(api().url, { 'x-forwarded-for': '203.0.113.1' });
      await home.login(correo, PASSWORD);
      const strangers = [11, 12, 13, 14, 15].map((host) => at(api(), `203.0.113.${host}`));
      await Promise.all(strangers.map((stranger) => times(4, () => stranger.login(correo))));
      // From here on the account's count is used up.
      expect(await at(api(), '203.0.113.11').login(correo, PASSWORD)).toBe(429);
      const late = at(api(), '203.0.113.99');
      expect([await late.login(correo), await late.login(correo, PASSWORD)]).toEqual([401, 429]);
      expect(await at(api(), '203.0.113.98').login(correo, PASSWORD)).toBe(200);
      // The device is known wherever it is, even where somebody has used everything up.
      const away = home.copy({ 'x-forwarded-for': '203.0.113.11' });
      expect((await away.login(correo, WRONG)).status).toBe(401);
      expect((await away.login(correo, PASSWORD)).status).toBe(200);
    });

    test('a device’s cookie is its own, and for accounts that signed in on it', async () => {
      const [correo, other] = [await fresh(), await fresh()];
      const home = new Browser(api().url, { 'x-forwarded-for': '203.0.113.130' });
      await home.login(correo, PASSWORD);
      const cookie = home.cookies.get('som3d_device') ?? '';
      expect(await times(5, () => at(api(), '203.0.113.130').login(other))).toEqual([401, 401, 401, 401, 401]);
      expect((await home.login(other, PASSWORD)).status).toBe(429);
      const [device = '', , signature = ''] = cookie.split('.');
      home.cookies.set('som3d_device', `${device}.1-2-3-4-5-6-7-8-9.${signature}`);
      expect((await home.login(other, PASSWORD)).status).toBe(429);
      home.cookies.set('som3d_device', cookie);
      expect(await times(5, async () => (await home.login(correo, WRONG)).status)).toEqual([401, 401, 401, 401, 401]);
      expect((await home.login(correo, PASSWORD)).status).toBe(429);
    });

    test('right passwords that arrive at once are no failures, and guesses at once see five compared', async () => {
      const correo = await fresh();
      const here = at(api(), '198.51.100.40');
      const right = await Promise.all(Array.from({ length: 12 }, () => here.login(correo, PASSWORD)));
      expect(new Set(right)).toEqual(new Set([200]));
      const guesses = await Promise.all(Array.from({ length: 12 }, () => here.login(correo)));
      expect(guesses.filter((status) => status === 401)).toHaveLength(5);
    });

    test('all addresses of one IPv6 network count as one', async () => {
      const correo = await fresh();
      const from = (host: string) => at(api(), `2001:db8:7:1:${host}`).login(correo);
      const hosts = ['::1', 'a:b:c:d', '0:0:0:2', 'ffff::9', '1:2:3:4', '5::'];
      expect(await times(6, (n) => from((hosts[n] ?? '').replace(/^::/, '0:0:0:')))).toEqual([
        401, 401, 401, 401, 401, 429,
      ]);
      expect(await at(api(), '2001:db8:7:2::1').login(correo, PASSWORD)).toBe(200);
    });

    test('each kind of mail has its own count, and an address that has not asked is answered', async () => {
      const correo = await fresh();
      const stranger = at(api(), '192.0.2.1');
      expect(await times(7, () => stranger.forgotCode(correo))).toEqual([200, 200, 200, 200, 200, 200, 429]);
      expect([await stranger.forgot(correo), await stranger.preRegister(correo)]).toEqual([200, 200]);
      const others = ['192.0.2.2', '192.0.2.3'].flatMap((address) =>
        Array.from({ length: 6 }, () => at(api(), address)),
      );
      await Promise.all(others.map((other) => other.forgotCode(correo)));
      // Eighteen from three addresses: one that has not asked yet still gets its mail, and then no more.
      const owner = at(api(), '192.0.2.4');
      expect([await owner.forgotCode(correo), await owner.forgotCode(correo)]).toEqual([200, 429]);
      api().advance(15 * MINUTE + 1000);
      expect(await stranger.forgotCode(correo)).toBe(200);
    });

    test('another spelling is an unknown account, and is as good as taken at the registration', async () => {
      const correo = await register('eduardo-limite@som3d.local');
      const spelled = 'éduàrdo-limite@som3d.local';
      const there = at(api(), '192.0.2.50');
      expect(await there.login(spelled, PASSWORD)).toBe(401);
      expect([await there.forgot(spelled), await there.forgotCode(spelled)]).toEqual([200, 200]);
      expect(await there.register(spelled)).toBe(409);
      expect(await there.preRegister(spelled)).toBe(200);
      expect((await mailTo(api(), spelled)).text).toContain('casi igual');
      expect(await mailsTo(api().dataDir, spelled)).toHaveLength(1);
      expect(await mailsTo(api().dataDir, correo)).toEqual([]);
      // Nor does it use up the counts of the account.
      await Promise.all(Array.from({ length: 6 }, () => [there.login(spelled), there.forgotCode(spelled)]).flat());
      expect(await there.login('EDUARDO-limite@som3d.local', PASSWORD)).toBe(200);
      expect(await there.forgotCode(correo)).toBe(200);

      const { auth } = api().client;
      const code = codeOf(await mailTo(api(), correo));
      await expectProblem(auth.resetPasswordCode({ body: { correo: spelled, code, new_password: WRONG } }), 400);
      expect((await auth.resetPasswordCode({ body: { correo, code, new_password: WRONG } })).status).toBe(200);
    });

    test('an account whose own address has accents signs in with them', async () => {
      const correo = await register('peña-límite@som3d.local');
      const here = at(api(), '192.0.2.60');
      expect(await here.login(correo.toUpperCase(), PASSWORD)).toBe(200);
      expect(await here.login('pen\u0303a-li\u0301mite@som3d.local', PASSWORD)).toBe(200);
      expect(await here.login('pena-limite@som3d.local', PASSWORD)).toBe(401);
      expect(await here.register('pena-limite@som3d.local')).toBe(409);
      expect(await here.register('pen\u200Ba-limite@som3d.local')).toBe(422);
      const admin = await api().admin();
      const body = { ...person('pena-limite@som3d.local'), id_hospital: null };
      await expectProblem(admin.client.admin.createDoctor({ body }), 409);
      await expectProblem(admin.client.admin.createAdmin({ body: person('pena-limite@som3d.local') }), 409);
    });

    test('ten wrong codes of an account in a week leave the link alone, and the owner is told once', async () => {
      const correo = await fresh();
      const { auth } = api().client;
      const wrongOf = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
      const tryCode = (code: string) => auth.resetPasswordCode({ body: { correo, code, new_password: WRONG } });
      for (let round = 1; round <= 2; round++) {
        await auth.forgotPasswordCode({ body: { correo } });
        const code = codeOf(await mailTo(api(), correo, round));
        for (let n = 0; n < 5; n++) await expectProblem(tryCode(wrongOf(code)), 400);
        api().advance(DAY);
      }
      expect((await mailTo(api(), correo, 3)).text).toContain('diez códigos errados');
      // What was asked for as a code comes as a link, which does its work.
      expect((await auth.forgotPasswordCode({ body: { correo } })).body).toMatchObject({ ok: true, expires_in: 60 });
      const link = await mailTo(api(), correo, 4);
      expect(codeOf(link)).toBe('');
      await expectProblem(tryCode('000000'), 400);
      expect(await mailsTo(api().dataDir, correo)).toHaveLength(4);
      const token = /token=([\w-]+)/.exec(link.text)?.[1] ?? '';
      await auth.resetPassword({ body: { token, new_password: WRONG } });
      await auth.forgotPasswordCode({ body: { correo } });
      const code = codeOf(await mailTo(api(), correo, 6));
      expect((await tryCode(code)).status).toBe(200);
    });

    test('ten wrong codes of a registration end the registrations of that address for a day', async () => {
      const correo = `codigos-${++count}@som3d.local`;
      const { auth } = api().client;
      for (let round = 1; round <= 2; round++) {
        const { token } = (await auth.preRegister({ body: person(correo) })).body;
        const code = codeOf(await mailTo(api(), correo, round));
        const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
        for (let n = 0; n < 5; n++) await expectProblem(auth.confirmCode({ body: { token, code: wrong } }), 400);
      }
      expect((await expectProblem(auth.preRegister({ body: person(correo) }), 429)).retryAfter).toBeGreaterThan(3600);
      api().advance(DAY + 1000);
      expect((await auth.preRegister({ body: person(correo) })).status).toBe(200);
    });

    test('counts tries by account, network and device, not by what was typed', async () => {
      const rows = await databases
        .kysely(api().deps.orm.em.fork())
        .selectFrom('auth_login_attempt')
        .select(['subject', 'network'])
        .where('network', 'like', '2001:%')
        .execute();
      expect(new Set(rows.map(({ network }) => network))).toEqual(new Set(['2001:db8:7:1::/64', '2001:db8:7:2::/64']));
      expect(new Set(rows.map(({ subject }) => subject?.slice(0, 2)))).toEqual(new Set(['u:']));
    });
  },
  { TRUST_PROXY_HEADERS: 'true' },
);

describeApi(
  'registration',
  (api) => {
    test('takes so many accounts in an hour from one address', async () => {
      const one = at(api(), '192.0.2.1');
      const statuses = await times(5, (n) => one.register(`reg-${n}@som3d.local`));
      expect(statuses).toEqual([201, 201, 201, 429, 429]);
      // A request by code counts with them; a taken address does as well.
      expect(await one.preRegister('reg-9@som3d.local')).toBe(429);
      const two = at(api(), '192.0.2.2');
      expect(await times(4, () => two.register('reg-0@som3d.local'))).toEqual([409, 409, 409, 429]);
      api().advance(60 * MINUTE + 1000);
      expect(await one.register('reg-4@som3d.local')).toBe(201);
    });

    test('refuses passwords that are blank, common or made of one’s own data', async () => {
      const correo = 'eduardo.perez@hospital.co';
      const refused = [
        ' '.repeat(8),
        'a       b',
        'password',
        'Password',
        '88888888',
        '87654321',
        'iloveyou',
        'qwertyuiop',
        'som3dsom3d',
        correo,
        'eduardo.perez',
        'Eduardo2024',
        'PérezPérez1',
        '3001112233',
      ];
      const given = { nombre: 'Eduardo', apellido: 'Pérez', correo, telefono: '300 111 2233' };
      const { auth } = api().client;
      for (const password of refused) {
        for (const attempt of [auth.register, auth.preRegister]) {
          const problem = await expectProblem(attempt({ body: { ...given, password } }), 422);
          expect([password, problem.errors.map(({ loc }) => loc.join('.'))]).toEqual([password, ['body.password']]);
        }
      }
      const admin = await api().admin();
      await expectProblem(admin.client.admin.createAdmin({ body: { ...given, password: 'password' } }), 422);
      await expectProblem(admin.client.admin.createDoctor({ body: { ...given, password: correo } }), 422);
      const own = { password_actual: PASSWORD, password: 'sunshine' };
      await expectProblem(admin.client.auth.updateMe({ body: own }), 422);
      expect((await call(`${api().url}/auth/email-exists?correo=${correo}`)).body).toBe('{"exists":false}');
    });

    test('keeps a code good that came with a weak password', async () => {
      const { user } = await api().doctor();
      const { correo } = user;
      const { auth } = api().client;
      await auth.forgotPasswordCode({ body: { correo } });
      const code = codeOf(await mailTo(api(), correo));
      await expectProblem(auth.resetPasswordCode({ body: { correo, code, new_password: correo } }), 422);
      await expectProblem(auth.resetPasswordCode({ body: { correo, code, new_password: '12345678' } }), 422);
      expect((await auth.resetPasswordCode({ body: { correo, code, new_password: WRONG } })).status).toBe(200);
      await auth.forgotPassword({ body: { correo } });
      const token = /token=([\w-]+)/.exec((await mailTo(api(), correo, 3)).text)?.[1] ?? '';
      await expectProblem(auth.resetPassword({ body: { token, new_password: correo } }), 422);
      expect((await auth.resetPassword({ body: { token, new_password: PASSWORD } })).status).toBe(200);
    });
  },
  { TRUST_PROXY_HEADERS: 'true', SOM3D_REGISTRATIONS_PER_HOUR: '3' },
);

describeApi(
  'answers about accounts',
  (api) => {
    test('a known and an unknown account are answered in the same time', async () => {
      const known = 'conocida@som3d.local';
      await api().client.auth.register({ body: person(known) });
      await api().client.auth.forgotPasswordCode({ body: { correo: known } });
      const path = `${api().url}/auth/reset-password/code`;
      const timeOf = async (correo: string) => {
        const started = performance.now();
        const { status } = await post(path, { correo, code: '123456', new_password: WRONG });
        expect(status).toBe(400);
        return performance.now() - started;
      };
      const rounds = await times(3, async () => [await timeOf(known), await timeOf('nobody@som3d.local')] as const);
      const median = (which: 0 | 1) => rounds.map((round) => round[which]).toSorted((a, b) => a - b)[1] ?? 0;
      const ratio = median(0) / median(1);
      expect(ratio).toBeGreaterThan(0.8);
      expect(ratio).toBeLessThan(1.25);
    });
  },
  { SOM3D_AUTH_ANSWER_MS: '400' },
);
