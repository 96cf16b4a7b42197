import { randomBytes } from 'node:crypto';
import type { CookieOptions, Request, Response } from 'express';
import { sameSecret } from '../../base/secret.ts';
import type { Config } from '../../config/config.ts';

const DAY_MS = 86_400_000;
const CSRF_FORM = /^[\w-]{20,100}$/;

/**
 * The value of a cookie that the request carries. Of two with one name, browsers send the one with the shorter path last
 * (RFC 6265, 5.4): it is ours, and the other one is from an earlier version, whose path was `/auth`.
 */
export function cookieOf(req: Request, name: string): string | undefined {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.findLast((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return value === '' ? undefined : value;
}

/** Where nothing is configured, a request that came over HTTPS shows that the next one will too. */
function secureFor(config: Config, req: Request): boolean {
  return config.secureCookies || (config.COOKIE_SECURE === undefined && config.BASE_URL === undefined && req.secure);
}

/** Options of a cookie that no script reads. Its path is `/`: a proxy may serve this API under any prefix. */
export function hiddenCookie(config: Config, req: Request): CookieOptions {
  return { sameSite: config.COOKIE_SAMESITE, httpOnly: true, path: '/', secure: secureFor(config, req) };
}

/** The path of the refresh cookie in earlier versions. */
function earlierPath({ BASE_URL }: Config): string {
  const base = BASE_URL ? new URL(BASE_URL).pathname.replace(/\/+$/, '') : '';
  return `${base}/auth`;
}

/**
 * The two cookies of a browser's session: the refresh token, which no script can read, and the CSRF value, which a script
 * of the frontend repeats in a header, as no other site's can.
 */
export class SessionCookies {
  readonly #config: Config;

  constructor(config: Config) {
    this.#config = config;
  }

  refreshToken(req: Request): string | undefined {
    return cookieOf(req, this.#config.REFRESH_COOKIE_NAME);
  }

  /** Whether the request repeats its CSRF cookie in its header. */
  hasCsrf(req: Request, header: string | undefined): boolean {
    const given = cookieOf(req, this.#config.CSRF_COOKIE_NAME);
    return given !== undefined && header !== undefined && sameSecret(given, header);
  }

  /** The CSRF value of this browser, a new one when it has none; its cookie is set again. */
  issueCsrf(req: Request, res: Response): string {
    const given = cookieOf(req, this.#config.CSRF_COOKIE_NAME);
    const value = given && CSRF_FORM.test(given) ? given : randomBytes(24).toString('base64url');
    res.cookie(this.#config.CSRF_COOKIE_NAME, value, { ...this.#csrf(req), maxAge: this.#maxAge });
    return value;
  }

  set(req: Request, res: Response, refreshToken: string): void {
    this.#clearEarlier(req, res);
    const options = { ...hiddenCookie(this.#config, req), maxAge: this.#maxAge };
    res.cookie(this.#config.REFRESH_COOKIE_NAME, refreshToken, options);
    this.issueCsrf(req, res);
  }

  clear(req: Request, res: Response): void {
    this.#clearEarlier(req, res);
    res.clearCookie(this.#config.REFRESH_COOKIE_NAME, hiddenCookie(this.#config, req));
    res.clearCookie(this.#config.CSRF_COOKIE_NAME, this.#csrf(req));
  }

  /** Before the cookie itself is set: clients that know no paths keep what comes last. */
  #clearEarlier(req: Request, res: Response): void {
    if (this.refreshToken(req) === undefined) return;
    const path = earlierPath(this.#config);
    res.clearCookie(this.#config.REFRESH_COOKIE_NAME, { ...hiddenCookie(this.#config, req), path });
  }

  get #maxAge(): number {
    return this.#config.REFRESH_EXPIRE_DAYS * DAY_MS;
  }

  #csrf(req: Request): CookieOptions {
    return { sameSite: this.#config.COOKIE_SAMESITE, path: '/', secure: secureFor(this.#config, req) };
  }
}
