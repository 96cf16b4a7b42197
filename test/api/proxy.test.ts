import { expect, test } from 'vitest';
import { describeApi } from '../support/server.ts';
import { call, post } from '../support/stranger.ts';

const wrong = { correo: 'nadie@som3d.local', password: 'not the password' };

describeApi(
  'behind a proxy that is trusted',
  (api) => {
    const lastAddress = async (): Promise<unknown> => {
      const rows = await api()
        .deps.orm.em.fork()
        .getConnection()
        .execute<{ ip_address: string }[]>(
          'select ip_address from auth_login_attempt order by id_attempt desc limit 1',
        );
      return rows[0]?.ip_address;
    };

    test('takes the address that the nearest proxy has added, and none that the caller made up', async () => {
      await post(`${api().url}/auth/login`, wrong, { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' });
      expect(await lastAddress()).toBe('198.51.100.7');
    });

    test('takes the scheme from the proxy, for cookies too, and no scheme but its own two', async () => {
      const cookies = async (scheme: string) => {
        const { headers } = await call(`${api().url}/auth/csrf`, { headers: { 'x-forwarded-proto': scheme } });
        return String(headers['set-cookie']);
      };
      expect(await cookies('https')).toMatch(/; Secure/);
      expect(await cookies('http, https')).toMatch(/; Secure/);
      expect(await cookies('https, http')).not.toMatch(/; Secure/);
      expect(await cookies('javascript')).not.toMatch(/; Secure/);
    });
  },
  { TRUST_PROXY_HEADERS: 'true' },
);

describeApi('without a proxy that is trusted', (api) => {
  test('believes no header about where a caller comes from', async () => {
    const claims = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
    await post(`${api().url}/auth/login`, wrong, claims);
    const rows = await api()
      .deps.orm.em.fork()
      .getConnection()
      .execute<{ ip_address: string }[]>('select ip_address from auth_login_attempt order by id_attempt desc limit 1');
    expect(rows[0]?.ip_address).toMatch(/127\.0\.0\.1$/);
    const { headers } = await call(`${api().url}/auth/csrf`, { headers: claims });
    expect(String(headers['set-cookie'])).not.toMatch(/; Secure/);
  });
});
