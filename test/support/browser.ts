/** A browser as far as cookies go. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  /** The `Set-Cookie` headers of the last answer. */
  set: string[] = [];

  /** @param headers that every request carries */
  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  /** Another browser with the same cookies. @param headers that differ @param url of another process of the service */
  copy(headers: Readonly<Record<string, string>> = {}, url = this.#url): Browser {
    const other = new Browser(url, { ...this.#headers, ...headers });
    for (const [name, value] of this.cookies) other.cookies.set(name, value);
    return other;
  }

  async call(method: string, path: string, { body, csrf }: { body?: object; csrf?: string | null } = {}) {
    const token = csrf === undefined ? this.cookies.get('csrf_token') : csrf;
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        ...this.#headers,
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(token ? { 'x-csrf-token': token } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    this.set = response.headers.getSetCookie();
    for (const cookie of this.set) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const text = await response.text();
    return { status: response.status, body: (text ? JSON.parse(text) : null) as Record<string, unknown>, response };
  }

  /** The header of the last answer that set this cookie. */
  setCookie(name: string): string {
    return this.set.find((cookie) => cookie.startsWith(`${name}=`)) ?? '';
  }

  refresh = (csrf?: string | null) => this.call('POST', '/auth/refresh', csrf === undefined ? {} : { csrf });
  login = (correo: string, password: string) => this.call('POST', '/auth/login', { body: { correo, password } });
}
