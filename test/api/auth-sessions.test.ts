import { createClient, signIn as signIntoService } from '@som3d/client';
import { accounts, databases } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { Browser } from '../support/browser.ts';
import { describeApi, expectProblem, PASSWORD, type Session } from '../support/server.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describeApi('auth sessions', (api) => {
  const signIn = async ({ user }: Pick<Session, 'user'>, password = PASSWORD, headers = {}) => {
    const browser = new Browser(api().url, headers);
    const { status, body } = await browser.call('POST', '/auth/login', { body: { correo: user.correo, password } });
    expect(status).toBe(200);
    return { browser, token: body['access_token'] as string };
  };
  const rowsOf = async ({ user }: Session) =>
    await databases
      .kysely(api().deps.orm.em.fork())
      .selectFrom('auth_refresh_session')
      .selectAll()
      .where('id_usuario', '=', user.id_usuario)
      .orderBy('id_session')
      .execute();

  test('opens a session with both cookies at the login, of which the database knows a digest', async () => {
    const doctor = await api().doctor();
    const { browser } = await signIn(doctor);
    const refresh = browser.setCookie('refresh_token');
    const csrf = browser.setCookie('csrf_token');
    expect(refresh).toMatch(
      /^refresh_token=[\w-]{43}; Max-Age=2592000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
    expect(csrf).toMatch(/^csrf_token=[\w-]{32}; Max-Age=2592000; Path=\/; Expires=[^;]+; SameSite=Lax$/);
    const rows = await rowsOf(doctor);
    const stored = JSON.stringify(rows);
    expect(rows.at(-1)).toMatchObject({ revoked_at: null, replaced_by_jti: null });
    expect(rows.at(-1)?.ip_address).toMatch(/127\.0\.0\.1$/);
    expect(stored).not.toContain(browser.cookies.get('refresh_token'));
  });

  test('exchanges the refresh token, and ends the whole login when an old one comes back late', async () => {
    const doctor = await api().doctor();
    const { browser } = await signIn(doctor);
    const elsewhere = (await signIn(doctor)).browser;
    const thief = browser.copy();
    const csrf = browser.cookies.get('csrf_token');
    const renewed = await browser.refresh();
    expect(renewed.body).toEqual({ access_token: expect.any(String) as string, token_type: 'bearer' });
    const token = renewed.body['access_token'] as string;
    expect((await createClient({ baseUrl: api().url, token }).auth.me()).body).toEqual(doctor.user);
    expect(browser.cookies.get('refresh_token')).not.toBe(thief.cookies.get('refresh_token'));
    expect(browser.cookies.get('csrf_token')).toBe(csrf);
    expect((await browser.refresh()).status).toBe(200);

    api().advance(30_001);
    const stolen = await thief.refresh();
    expect(stolen.status).toBe(401);
    expect(stolen.response.headers.get('www-authenticate')).toBe('Bearer');
    expect((await browser.refresh()).status).toBe(401);
    await expectProblem(createClient({ baseUrl: api().url, token, retry: false }).auth.me(), 401);
    // Another login of the same user is another family.
    expect((await elsewhere.refresh()).status).toBe(200);
  });

  test('gives every tab that refreshes at once the same token, which stays good', async () => {
    const { browser } = await signIn(await api().doctor());
    const tabs = Array.from({ length: 8 }, () => browser.copy());
    const answers = await Promise.all(tabs.map((tab) => tab.refresh()));
    expect(answers.map(({ status }) => status)).toEqual(tabs.map(() => 200));
    expect(new Set(tabs.map((tab) => tab.cookies.get('refresh_token'))).size).toBe(1);
    api().advance(HOUR);
    const [winner] = tabs;
    expect((await winner?.refresh())?.status).toBe(200);
  });

  test('gives a client whose answer was lost the newest token, whatever was exchanged since', async () => {
    const { browser } = await signIn(await api().doctor());
    const lost = browser.copy();
    await browser.refresh();
    await browser.refresh();
    await browser.refresh();
    api().advance(29_000);
    expect((await lost.refresh()).status).toBe(200);
    expect(lost.cookies.get('refresh_token')).toBe(browser.cookies.get('refresh_token'));
    expect((await lost.refresh()).status).toBe(200);
  });

  test('ends the login when another client brings a token that was exchanged a moment ago', async () => {
    const doctor = await api().doctor();
    const { browser } = await signIn(doctor, PASSWORD, { 'user-agent': 'Firefox' });
    const thief = browser.copy({ 'user-agent': 'curl' });
    const token = (await browser.refresh()).body['access_token'] as string;
    expect((await thief.refresh()).status).toBe(401);
    expect((await browser.refresh()).status).toBe(401);
    await expectProblem(createClient({ baseUrl: api().url, token, retry: false }).auth.me(), 401);
  });

  test('gives nothing for an exchanged token once the login has ended', async () => {
    const { browser } = await signIn(await api().doctor());
    const old = browser.copy();
    await browser.refresh();
    await browser.call('POST', '/auth/logout');
    expect((await old.refresh()).status).toBe(401);
  });

  test('takes its own cookie beside one of an earlier version with the path /auth, and clears that one', async () => {
    const { browser } = await signIn(await api().doctor());
    const [refresh, csrf] = [browser.cookies.get('refresh_token'), browser.cookies.get('csrf_token')];
    // Browsers send the longer path first.
    const response = await fetch(`${api().url}/auth/refresh`, {
      method: 'POST',
      headers: {
        cookie: `refresh_token=earlier; refresh_token=${refresh}; csrf_token=${csrf}`,
        'x-csrf-token': csrf ?? '',
      },
    });
    expect(response.status).toBe(200);
    const set = response.headers.getSetCookie().filter((cookie) => cookie.startsWith('refresh_token='));
    expect(set).toEqual([
      expect.stringMatching(/^refresh_token=; Path=\/auth; Expires=Thu, 01 Jan 1970/),
      expect.stringMatching(/^refresh_token=[\w-]{43}; .*Path=\/;/),
    ]);
  });

  test('asks for the CSRF value in the header', async () => {
    const { browser } = await signIn(await api().doctor());
    for (const csrf of [null, 'another', `${browser.cookies.get('csrf_token')}x`]) {
      const refused = await browser.refresh(csrf);
      expect([refused.status, refused.body['type']]).toEqual([403, 'urn:som3d:problem:forbidden']);
    }
    expect((await browser.refresh('x'.repeat(201))).status).toBe(422);
    const bare = new Browser(api().url);
    expect((await bare.refresh('something')).status).toBe(403);
    // The refusals have not used the token up.
    expect((await browser.refresh()).status).toBe(200);
  });

  test('gives the CSRF cookie to whoever asks, and keeps the one there is', async () => {
    const browser = new Browser(api().url);
    const first = await browser.call('GET', '/auth/csrf');
    const csrf = browser.cookies.get('csrf_token');
    expect(first.body).toEqual({ ok: true, csrf, csrf_token: csrf });
    expect((await browser.call('GET', '/auth/csrf')).body).toEqual(first.body);
    browser.cookies.set('csrf_token', '<script>');
    expect((await browser.call('GET', '/auth/csrf')).body['csrf_token']).toMatch(/^[\w-]{32}$/);
    expect((await browser.refresh()).status).toBe(401);
    browser.cookies.set('refresh_token', 'made-up');
    expect((await browser.refresh()).status).toBe(401);
  });

  test('ends a session at the logout, as often as one likes', async () => {
    const { browser } = await signIn(await api().doctor());
    await browser.refresh();
    const copy = browser.copy();
    const { status, body } = await browser.call('POST', '/auth/logout');
    expect([status, body]).toEqual([200, { ok: true }]);
    // What stays is that somebody has signed in on this browser.
    expect([...browser.cookies.keys()]).toEqual(['som3d_device']);
    expect(browser.set.every((cookie) => /=; .*Expires=Thu, 01 Jan 1970/.test(cookie))).toBe(true);
    expect((await copy.refresh()).status).toBe(401);
    expect((await copy.call('POST', '/auth/logout')).status).toBe(200);
    expect((await api().client.auth.logout()).body).toEqual({ ok: true });
  });

  test('ends when its time is over, when the password changes and when the user is gone', async () => {
    const doctor = await api().doctor();
    const [first, second] = [(await signIn(doctor)).browser, (await signIn(doctor)).browser];
    await doctor.client.auth.updateMe({
      body: { password: 'a new long password', password_actual: PASSWORD },
    });
    expect((await first.refresh()).status).toBe(401);
    expect((await second.refresh()).status).toBe(401);
    const { browser } = await signIn(doctor, 'a new long password');
    api().advance(29 * DAY);
    expect((await browser.refresh()).status).toBe(200);
    api().advance(29 * DAY);
    expect((await browser.refresh()).status).toBe(200);
    api().advance(30 * DAY + 1000);
    expect((await browser.refresh()).status).toBe(401);
  });

  test('is kept alive by the client until the logout', async () => {
    const { user } = await api().doctor();
    const session = await signIntoService(
      { baseUrl: api().url, retry: false },
      { correo: user.correo, password: PASSWORD },
    );
    for (let hours = 0; hours < 3; hours++) {
      expect((await session.client.auth.me()).body).toEqual(user);
      // The access token lives for an hour.
      api().advance(HOUR + 1000);
    }
    await session.logout();
    await expectProblem(session.client.auth.me(), 401);
  });

  test('leaves nothing behind once its time is over', async () => {
    const doctor = await api().doctor();
    const { correo } = doctor.user;
    await api().client.auth.forgotPassword({ body: { correo } });
    const counts = async () => {
      const db = databases.kysely(api().deps.orm.em.fork());
      const of = async (table: 'auth_login_attempt' | 'auth_one_time_token' | 'auth_refresh_session' | 'rate_limit') =>
        (await db.selectFrom(table).selectAll().execute()).length;
      return [
        await of('auth_login_attempt'),
        await of('auth_refresh_session'),
        await of('auth_one_time_token'),
        await of('rate_limit'),
      ];
    };
    const cleanup = accounts.createAuthCleanup(api().deps);
    await cleanup.runDue();
    const before = await counts();
    expect(before.every((count) => count > 0)).toBe(true);
    await cleanup.runDue();
    expect(await counts()).toEqual(before);
    api().advance(HOUR + 1000);
    await cleanup.runDue();
    expect(await counts()).toEqual([before[0], before[1], 0, 0]);
    api().advance(31 * DAY);
    await cleanup.runDue();
    expect(await counts()).toEqual([0, 0, 0, 0]);
  });

  test('tells nobody whether an address has an account', async () => {
    const { user } = await api().doctor();
    for (const correo of [user.correo, 'nobody@som3d.local']) {
      expect((await api().client.auth.emailExists({ query: { correo } })).body).toEqual({ exists: false });
    }
    await expectProblem(api().client.auth.emailExists({ query: { correo: 'x' } }), 422);
  });
});

describeApi(
  'auth cookies of another site',
  (api) => {
    test('are named, marked and placed as configured', async () => {
      const { user } = await api().doctor();
      const browser = new Browser(api().url);
      await browser.call('POST', '/auth/login', { body: { correo: user.correo, password: PASSWORD } });
      expect(browser.setCookie('rt')).toMatch(/^rt=.*Path=\/; .*HttpOnly; Secure; SameSite=None$/);
      expect(browser.setCookie('xs')).toMatch(/^xs=.*Path=\/; .*; Secure; SameSite=None$/);
      expect(browser.setCookie('som3d_device')).toMatch(/; Path=\/; .*HttpOnly; Secure; SameSite=None$/);
      expect((await browser.refresh(browser.cookies.get('xs') ?? '')).status).toBe(200);
    });
  },
  {
    BASE_URL: 'https://som3d.example.com/api/',
    COOKIE_SAMESITE: 'none',
    REFRESH_COOKIE_NAME: 'rt',
    CSRF_COOKIE_NAME: 'xs',
  },
);
