import { createClient, type ClientOptions } from './client.ts';
import { ForbiddenError, UnauthorizedError } from './errors.ts';
import type { RefreshHook } from './tokens.ts';
import type { Client } from '../generated/types.ts';

/** A login that renews itself. */
export interface SignedIn {
  readonly client: Client;
  /** Ends the session at the service. */
  logout(): Promise<void>;
}

/** The cookies of a session by name. The CSRF value is the one that scripts may read: the service configures its name. */
class SessionCookies {
  readonly #pairs = new Map<string, string>();
  #csrf = '';

  keep(headers: Headers): void {
    for (const cookie of headers.getSetCookie()) {
      const [, name, value] = /^\s*([^=;]+)=([^;]*)/.exec(cookie) ?? [];
      if (name === undefined || value === undefined) continue;
      this.#pairs.set(name, value);
      if (!/;\s*httponly/i.test(cookie)) this.#csrf = value;
    }
  }

  header(): Record<string, string> {
    return { cookie: [...this.#pairs].map(([name, value]) => `${name}=${value}`).join('; ') };
  }

  csrf(): string {
    return this.#csrf;
  }
}

/**
 * Signs in and keeps the session's cookies in memory. While the session is valid, the client renews an expired access
 * token by itself. For programs (Node): browsers keep cookies themselves and do not let scripts send them.
 *
 * `totp` is the second factor of an account that has one: a code of the app, or a recovery code.
 *
 * @throws UnauthorizedError for a wrong address or password, and without a good `totp` where the account needs it; RateLimitError while the account is locked
 */
export async function signIn(
  options: Omit<ClientOptions, 'token' | 'refresh'>,
  credentials: { readonly correo: string; readonly password: string; readonly totp?: string },
): Promise<SignedIn> {
  const anonymous = createClient(options);
  const cookies = new SessionCookies();
  const { body, headers } = await anonymous.auth.login({ body: credentials });
  cookies.keep(headers);

  const refresh: RefreshHook = async () => {
    try {
      const answer = await anonymous.auth.refresh({
        headers: { 'x-csrf-token': cookies.csrf() },
        extraHeaders: cookies.header(),
      });
      cookies.keep(answer.headers);
      return answer.body.access_token;
    } catch (error) {
      if (error instanceof UnauthorizedError || error instanceof ForbiddenError) return undefined;
      throw error;
    }
  };
  return {
    client: createClient({ ...options, token: body.access_token, refresh }),
    logout: async () => {
      await anonymous.auth.logout({ extraHeaders: cookies.header() });
    },
  };
}
