import { z } from 'zod';
import { boolean, cookieName, integer, pageAddress, text, variable } from './variable.ts';

/** Kinds of password hashes that the service writes. */
export const PASSWORD_HASHES = ['argon2id', 'bcrypt'] as const;
export type PasswordHash = (typeof PASSWORD_HASHES)[number];

export const SESSIONS = {
  JWT_SECRET: variable(
    z.string().min(16).optional(),
    'Secret that signs sessions, at least 16 characters. Embedded mode generates one.',
    '',
  ),
  JWT_SECRET_PREVIOUS: variable(
    z.string().min(16).optional(),
    'Another secret that is accepted beside JWT_SECRET while one takes the place of the other, see docs/operations.md. Nothing new is signed with it.',
    '',
  ),
  JWT_ALG: variable(z.enum(['HS256', 'HS384', 'HS512']).default('HS256'), 'Algorithm of the signature.'),
  JWT_EXPIRE_MINUTES: variable(integer(1, 43_200, 60), 'Lifetime of an access token in minutes.'),
  REGISTER_REQUIRES_EMAIL_CODE: variable(
    boolean.optional(),
    'Turn direct registration off: a new account needs a mailed code. Without it, true with MySQL and SMTP_HOST.',
    'true',
  ),
  SOM3D_TERMS_VERSION: variable(
    text.max(40).optional(),
    'Version of the terms and the data policy that people accept, e.g. 2026-12. Without it nobody is asked.',
    '2026-12',
  ),
  SOM3D_TERMS_URL: variable(
    pageAddress.optional(),
    'Address of the text of that version; required with it.',
    'https://www.example.com/terminos',
  ),
  SOM3D_REGISTRATIONS_PER_HOUR: variable(
    integer(1, 1_000_000, 20),
    'Registrations in an hour from one address; a /64 network of IPv6 counts as one.',
  ),
  REFRESH_EXPIRE_DAYS: variable(integer(1, 400, 30), 'Lifetime of a refresh session in days, from its last use.'),
  REFRESH_COOKIE_NAME: variable(cookieName.default('refresh_token'), 'Cookie of the refresh token (HttpOnly).'),
  CSRF_COOKIE_NAME: variable(
    cookieName.default('csrf_token'),
    'Cookie whose value X-CSRF-Token repeats; scripts can read it.',
  ),
  COOKIE_SAMESITE: variable(
    z.enum(['strict', 'lax', 'none']).default('lax'),
    'SameSite of both cookies; none is for a frontend on another site and requires HTTPS.',
  ),
  COOKIE_SECURE: variable(
    boolean.optional(),
    'Send both cookies over HTTPS only. Without it, the scheme of BASE_URL decides.',
    'true',
  ),
  SOM3D_PASSWORD_HASH: variable(
    z.enum(PASSWORD_HASHES).default('argon2id'),
    'Hash of new passwords; logins renew others. bcrypt keeps the way back to the predecessor open, see docs/takeover.md.',
  ),
  SOM3D_PASSWORD_MEMORY_MIB: variable(
    integer(1, 1024, 19),
    'Memory of an argon2id hash in MiB, with 2 passes. OWASP asks for 19 at least. Logins renew hashes of another cost.',
  ),
  SOM3D_AUTH_ANSWER_MS: variable(
    integer(0, 10_000, 400),
    'A refused login and an answer about a mailed code take at least this long in ms, so that the time does not show ' +
      'whether an account exists. Keep it above the time of a password hash on the machine.',
  ),
  VERIFY_EMAIL_EXPIRE_MIN: variable(integer(1, 10_080, 120), 'Lifetime of a registration code in minutes.'),
  RESET_PASS_EXPIRE_MIN: variable(integer(1, 10_080, 60), 'Lifetime of a link or code for a new password in minutes.'),
};
