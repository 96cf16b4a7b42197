import { z } from 'zod';
import { boolean, cookieName, flag, integer, variable } from './variable.ts';

export const SESSIONS = {
  JWT_SECRET: variable(
    z.string().min(16).optional(),
    'Secret that signs sessions, 16 characters at least; the embedded default makes one.',
    '',
  ),
  JWT_ALG: variable(z.enum(['HS256', 'HS384', 'HS512']).default('HS256'), 'Algorithm of the signature.'),
  JWT_EXPIRE_MINUTES: variable(integer(1, 43_200, 60), 'Life of an access token in minutes.'),
  REGISTER_REQUIRES_EMAIL_CODE: variable(
    flag(false),
    'Turn direct registration off: accounts need a code sent by mail.',
  ),
  REFRESH_EXPIRE_DAYS: variable(integer(1, 400, 30), 'Life of a refresh session in days, from its last use.'),
  REFRESH_COOKIE_NAME: variable(cookieName.default('refresh_token'), 'Cookie of the refresh token (HttpOnly).'),
  CSRF_COOKIE_NAME: variable(
    cookieName.default('csrf_token'),
    'Cookie that X-CSRF-Token repeats; scripts may read it.',
  ),
  COOKIE_SAMESITE: variable(
    z.enum(['strict', 'lax', 'none']).default('lax'),
    'SameSite of both cookies; none for a frontend on another site, and needs HTTPS.',
  ),
  COOKIE_SECURE: variable(
    boolean.optional(),
    'Send both cookies over HTTPS only; without it, as BASE_URL says.',
    'true',
  ),
  VERIFY_EMAIL_EXPIRE_MIN: variable(integer(1, 10_080, 120), 'Life of a registration code in minutes.'),
  RESET_PASS_EXPIRE_MIN: variable(integer(1, 10_080, 60), 'Life of a link or code for a new password in minutes.'),
};
