import type { Client } from '../generated/types.ts';
import { createClient, internalsOf, type ClientOptions } from './client.ts';
import { ForbiddenError, UnauthorizedError } from './errors.ts';

/** The session of a browser, the same in all its tabs. */
export interface BrowserSession {
  /** Renews an expired access token by itself, once for all tabs. */
  readonly client: Client;
  /** @throws UnauthorizedError for a wrong address or password; RateLimitError while the account is locked */
  login(credentials: { readonly correo: string; readonly password: string; readonly totp?: string }): Promise<void>;
  /** Continues the session of the cookie, e.g. after a reload. @returns whether there is one */
  restore(): Promise<boolean>;
  /** Ends the session at the service and in every tab. */
  logout(): Promise<void>;
  /** Stops listening to the other tabs. */
  close(): void;
}

/** Settings of {@link browserSession}. */
export interface BrowserSessionOptions extends Omit<ClientOptions, 'token' | 'refresh' | 'credentials'> {
  /** Called when the session begins or ends, in this tab or in another one. */
  readonly onChange?: ((signedIn: boolean) => void) | undefined;
}

/** The access token, which all tabs of an origin share. It stays in memory. */
class SharedToken {
  readonly #channel: BroadcastChannel;
  readonly #onChange: (signedIn: boolean) => void;
  #value: string | undefined;

  constructor(name: string, onChange: (signedIn: boolean) => void) {
    this.#onChange = onChange;
    this.#channel = new BroadcastChannel(name);
    this.#channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      this.#keep(typeof data === 'string' ? data : undefined);
    });
  }

  get value(): string | undefined {
    return this.#value;
  }

  share(value: string | undefined): void {
    this.#keep(value);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches its own origin alone
    this.#channel.postMessage(value);
  }

  close(): void {
    this.#channel.close();
  }

  #keep(value: string | undefined): void {
    const before = this.#value !== undefined;
    this.#value = value;
    if (before !== (value !== undefined)) this.#onChange(!before);
  }
}

/**
 * The session of a page. The browser keeps the refresh cookie; the access token stays in memory and goes to the other tabs.
 * One tab at a time renews it (`navigator.locks`, so https or localhost), because a refresh token is valid once.
 */
export function browserSession({ onChange, ...options }: BrowserSessionOptions): BrowserSession {
  const settings = { ...options, credentials: 'include' } as const;
  const anonymous = createClient(settings);
  const name = `som3d:${internalsOf(anonymous).baseUrl}`;
  const token = new SharedToken(name, onChange ?? (() => undefined));

  const renew = async (): Promise<string | undefined> => {
    try {
      const { body } = await anonymous.auth.csrf();
      const answer = await anonymous.auth.refresh({ headers: { 'x-csrf-token': body.csrf_token } });
      token.share(answer.body.access_token);
    } catch (error) {
      if (!(error instanceof UnauthorizedError || error instanceof ForbiddenError)) throw error;
      token.share(undefined);
    }
    return token.value;
  };
  const refresh = async (): Promise<string | undefined> => {
    const refused = token.value;
    // Another tab may have renewed it while this one waited.
    return navigator.locks.request(name, () => (token.value === refused ? renew() : token.value));
  };
  return {
    client: createClient({ ...settings, token: () => token.value, refresh }),
    login: (credentials) =>
      navigator.locks.request(name, async () => {
        const { body } = await anonymous.auth.login({ body: credentials });
        token.share(body.access_token);
      }),
    restore: async () => (token.value ?? (await refresh())) !== undefined,
    logout: () =>
      navigator.locks.request(name, async () => {
        const extraHeaders: Record<string, string> = token.value ? { authorization: `Bearer ${token.value}` } : {};
        await anonymous.auth.logout({ extraHeaders });
        token.share(undefined);
      }),
    close: () => token.close(),
  };
}
