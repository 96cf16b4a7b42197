import { configuration } from '@som3d/server/testing';
import { expect, test } from 'vitest';

const SMTP = { MYSQL_URL: 'mysql://u:p@db/som3d', JWT_SECRET: 'sixteen characters', SMTP_HOST: 'mail.example.com' };

test.each([
  { BASE_URL: 'javascript:alert(1)' },
  { BASE_URL: 'ftp://example.com' },
  { BASE_URL: 'example.com' },
  { BASE_URL: 'https://user:secret@example.com' },
  { BASE_URL: 'https://example.com/?a=1' },
  { BASE_URL: 'https://example.com/#there' },
  { FRONTEND_URL: 'data:text/html,x' },
  { FRONTEND_ORIGINS: 'javascript:1' },
  { FRONTEND_ORIGINS: 'http://localhost:3000,app.example.com' },
  { FRONTEND_ORIGINS: 'https://app.example.com/login' },
  { FRONTEND_ORIGINS: 'null' },
  { SMTP_FROM: 'noaddress' },
  { SMTP_FROM: 'SOM3D <noaddress>' },
  { SMTP_FROM: 'a@b.co, c@d.co' },
  { SMTP_FROM: 'SOM3D <a@b.co>\nBcc: c@d.co' },
  { SMTP_HOST: 'smtp://mail.example.com' },
  { SMTP_HOST: 'mail example' },
  { HOST: 'http://0.0.0.0' },
  { EPAYCO_VALIDATION_URL: 'file:///etc/passwd' },
  { EPAYCO_APIFY_URL: 'javascript:1' },
])('%o cannot be used, and the variable is named', (env) => {
  const [name = ''] = Object.keys(env);
  expect(() => configuration.readConfig(env)).toThrow(new RegExp(`${name}: must`));
});

test('addresses that can be used are taken as they are, origins as browsers send them', () => {
  const env = {
    BASE_URL: 'https://api.example.com/som3d/',
    FRONTEND_ORIGINS: 'https://App.example.com/, http://[::1]:3000',
    SMTP_FROM: 'Clínica Ñ <avisos@clinica.co>',
    HOST: '::',
  };
  const { frontendOrigins, ...config } = configuration.readConfig(env);
  expect(config).toMatchObject({ BASE_URL: env.BASE_URL, SMTP_FROM: env.SMTP_FROM, HOST: '::' });
  expect(frontendOrigins).toEqual(['https://app.example.com', 'http://[::1]:3000']);
  expect(configuration.readConfig({ FRONTEND_ORIGINS: '*' }).frontendOrigins).toBe('*');
  expect(configuration.readConfig({ SMTP_FROM: 'avisos@clinica.co' }).SMTP_FROM).toBe('avisos@clinica.co');
});

test('registration asks for a code where there is a MySQL and a mail server, unless it is said otherwise', () => {
  const asks = (env: Record<string, string>) => configuration.readConfig(env).REGISTER_REQUIRES_EMAIL_CODE;
  expect(asks(SMTP)).toBe(true);
  expect(asks({ ...SMTP, REGISTER_REQUIRES_EMAIL_CODE: 'false' })).toBe(false);
  expect(asks({ SMTP_HOST: 'mail.example.com' })).toBe(false);
  expect(asks({ MYSQL_URL: SMTP.MYSQL_URL, JWT_SECRET: SMTP.JWT_SECRET })).toBe(false);
  expect(asks({ REGISTER_REQUIRES_EMAIL_CODE: 'true' })).toBe(true);
});
