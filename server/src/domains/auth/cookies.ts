import { randomBytes } from 'node:crypto';
import type { CookieOptions, Request, Response } from 'express';
import { sameSecret } from '../../base/secret.ts';
import type { Config } from '../../config/config.ts';

const DAY_MS = 86_400_000;
const CSRF_FORM = /^[\w-]{20,100}$/;

function cookieOf(req: Request, name: string): string | undefined {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return value === '' ? undefined : value;
}

/**
 * The two cookies of a browser's session: the refresh token, which no script can read and which goes to `/auth` alone,
 * and the CSRF value, which a script of the frontend repeats in a header, as no other site's can.
 */
export function createSessionCookies(config: Config) {
  const common: CookieOptions = { sameSite: config.COOKIE_SAMESITE };
  const base = config.BASE_URL ? new URL(config.BASE_URL).pathname.replace(/\/+$/, '') : '';
  const refresh: CookieOptions = { ...common, httpOnly: true, path: `${base}/auth` };
  const csrf: CookieOptions = { ...common, path: '/' };
  const maxAge = config.REFRESH_EXPIRE_DAYS * DAY_MS;

  /** Where nothing is configured, a request that came over HTTPS tells that the next one will too. */
  const secureFor = (req: Request): boolean =>
    config.secureCookies || (config.COOKIE_SECURE === undefined && config.BASE_URL === undefined && req.secure);

  /** The CSRF value of this browser, a new one when it has none; its cookie is set again. */
  const issueCsrf = (req: Request, res: Response): string => {
    const given = cookieOf(req, config.CSRF_COOKIE_NAME);
    const value = given && CSRF_FORM.test(given) ? given : randomBytes(24).toString('base64url');
    res.cookie(config.CSRF_COOKIE_NAME, value, { ...csrf, secure: secureFor(req), maxAge });
    return value;
  };

  return {
    issueCsrf,
    refreshToken: (req: Request): string | undefined => cookieOf(req, config.REFRESH_COOKIE_NAME),
    /** Whether the request repeats its CSRF cookie in its header. */
    hasCsrf: (req: Request, header: string | undefined): boolean => {
      const given = cookieOf(req, config.CSRF_COOKIE_NAME);
      return given !== undefined && header !== undefined && sameSecret(given, header);
    },
    set: (req: Request, res: Response, refreshToken: string): void => {
      res.cookie(config.REFRESH_COOKIE_NAME, refreshToken, { ...refresh, secure: secureFor(req), maxAge });
      issueCsrf(req, res);
    },
    clear: (res: Response): void => {
      const secure = secureFor(res.req);
      res.clearCookie(config.REFRESH_COOKIE_NAME, { ...refresh, secure });
      res.clearCookie(config.CSRF_COOKIE_NAME, { ...csrf, secure });
    },
  };
}
