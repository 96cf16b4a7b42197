import { ApiError, type UnauthorizedError, apiError } from './errors.ts';

/** A token, or a function that returns it before each request. */
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

  /** The token for the next request. A token that was refused before is not used again, even when the source returns it. */
  async current(): Promise<string | undefined> {
    const token = typeof this.#source === 'function' ? await this.#source() : this.#source;
    return this.#renewed && this.#renewed.old === token ? this.#renewed.token : token;
  }

  /**
   * A token in place of a refused one. Requests that are refused together share one call of the hook. A request that is
   * refused later uses the token that another one fetched already.
   *
   * @param refused the refused token
   * @param error its 401
   * @returns the new token, or `undefined` when there is none
   * @throws the hook's error when the service is unreachable, otherwise the 401 with the hook's error as its cause
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
