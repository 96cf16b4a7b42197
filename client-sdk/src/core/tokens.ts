import { ApiError, type UnauthorizedError, apiError } from './errors.ts';

/** A token, or where to get it from before each request. */
export type TokenSource = string | (() => string | undefined | Promise<string | undefined>);
/** Gets a new access token after a 401; `undefined` when the session is over. */
export type RefreshHook = () => Promise<string | undefined>;

/** The access token of a client, and its renewal. */
export class Tokens {
  readonly #source: TokenSource | undefined;
  readonly #refresh: RefreshHook | undefined;
  #renewed: { readonly old: string | undefined; readonly token: string } | undefined;
  #running: Promise<string | undefined> | undefined;

  constructor(source: TokenSource | undefined, refresh: RefreshHook | undefined) {
    this.#source = source;
    this.#refresh = refresh;
  }

  /** The token for the next request. A source that still gives a token known to be refused is overruled. */
  async current(): Promise<string | undefined> {
    const token = typeof this.#source === 'function' ? await this.#source() : this.#source;
    return this.#renewed && this.#renewed.old === token ? this.#renewed.token : token;
  }

  /**
   * A token to use in place of one that was refused. Requests that are refused together share one call of the hook,
   * and one that is refused late takes the token that another has already fetched.
   *
   * @param refused the token that was sent
   * @param error the 401 it got
   * @returns the new token, or `undefined` when there is none to be had
   * @throws the hook's error when the service could not be reached, else the 401 with the hook's error as its cause
   */
  async renew(refused: string | undefined, error: UnauthorizedError): Promise<string | undefined> {
    if (!this.#refresh) return undefined;
    const present = await this.current();
    if (present !== refused) return present;
    this.#running ??= this.#run(this.#refresh).finally(() => (this.#running = undefined));
    try {
      return await this.#running;
    } catch (cause) {
      throw cause instanceof ApiError ? apiError(error, { cause }) : cause;
    }
  }

  async #run(refresh: RefreshHook): Promise<string | undefined> {
    const old = typeof this.#source === 'function' ? await this.#source() : this.#source;
    const token = await refresh();
    if (token !== undefined) this.#renewed = { old, token };
    return token;
  }
}
