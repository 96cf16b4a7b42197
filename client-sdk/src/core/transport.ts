import { Deadline, sleep } from './deadline.ts';
import { NetworkError, Som3dError, UnauthorizedError } from './errors.ts';
import { type BodyReader, readError } from './response.ts';
import { isRepeatable, retryDelay, type RetryOptions } from './retry.ts';
import { type RefreshHook, Tokens, type TokenSource } from './tokens.ts';

/** Settings of a client's transport. */
export interface TransportOptions {
  /** Access token, or a function that returns it before each request. */
  readonly token?: TokenSource | undefined;
  /** Called once for any number of 401s at a time; returns a new token, or `undefined` when there is none. */
  readonly refresh?: RefreshHook | undefined;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** `User-Agent`; browsers keep their own. */
  readonly userAgent?: string | undefined;
  /** Whether a browser sends cookies to another origin. */
  readonly credentials?: 'omit' | 'same-origin' | 'include' | undefined;
  /** Longest silence of the service in ms, 0 for none. Default 30 000. */
  readonly timeoutMs?: number | undefined;
  /** How the client repeats safe requests; `false` for never. */
  readonly retry?: RetryOptions | false | undefined;
}

/** The body type of fetch, derived from RequestInit, because Node's types have no other name for it. */
export type FetchBody = NonNullable<RequestInit['body']>;

/** Callbacks of a body while it is sent. */
export interface BodyWatch {
  /** The network accepted bytes. */
  moved(): void;
  /** The body cannot be made: the request ends with this reason and is not repeated. */
  failed(reason: unknown): void;
}

/** A body for fetch, created again for each attempt. */
export interface BodySource {
  /** Whether `open` may be called again. */
  readonly replayable: boolean;
  open(watch: BodyWatch): {
    body: FetchBody;
    headers?: Record<string, string>;
    streamed: boolean;
    /** Sends it in place of the global `fetch`. */
    fetch?: typeof fetch;
  };
}

/** A request without its token. */
export interface WireRequest {
  /** Name of the route, for errors. */
  readonly name: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: BodySource | undefined;
  /** Whether the access token goes with it. */
  readonly authenticated: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly retry?: RetryOptions | false | undefined;
}

/**
 * Options for sending a stream. fetch cannot follow a redirect with a stream. When these options exclude redirects in
 * advance, Node's fetch does not keep a copy of all sent bytes.
 */
const STREAMED = { duplex: 'half', redirect: 'error', window: null } as const;

/** Scheme, host and port of an address: the part that an error may show. */
export function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'the service';
}

/** Sends requests: with the token and its renewal, the deadline, and further attempts where they are safe. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #tokens: Tokens;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#tokens = new Tokens(options.token, options.refresh);
  }

  /**
   * Sends a request until it succeeds or may not be repeated.
   *
   * @param read reads the body of a 2xx
   * @throws ApiError, NetworkError, TimeoutError, or the reason of the signal
   */
  async send<T>(request: WireRequest, read: BodyReader<T>): Promise<T> {
    const retry = request.retry ?? this.#options.retry ?? {};
    const replayable = request.body?.replayable ?? true;
    const mayRepeat = retry !== false && replayable && isRepeatable(request.method, request.headers);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#authorised(request, read);
      } catch (error) {
        const delay = mayRepeat ? retryDelay(error, attempt, retry) : undefined;
        if (delay === undefined) throw error;
        await sleep(delay, request.signal);
      }
    }
  }

  async #authorised<T>(request: WireRequest, read: BodyReader<T>): Promise<T> {
    if (!request.authenticated || 'authorization' in request.headers) return this.#once(request, undefined, read);
    const token = await this.#tokens.current();
    try {
      return await this.#once(request, token, read);
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || request.body?.replayable === false) throw error;
      const renewed = await this.#tokens.renew(token, error);
      if (renewed === undefined) throw error;
      return this.#once(request, renewed, read);
    }
  }

  async #once<T>(request: WireRequest, token: string | undefined, read: BodyReader<T>): Promise<T> {
    const origin = originOf(request.url);
    const deadline = new Deadline(request.timeoutMs ?? this.#options.timeoutMs ?? 30_000, origin);
    const signal = request.signal ? AbortSignal.any([request.signal, deadline.signal]) : deadline.signal;
    // A refusal can arrive while the body is still being sent: then sent bytes are no sign of life.
    let sending = true;
    const opened = request.body?.open({
      moved: () => {
        if (sending) deadline.touch();
      },
      failed: (reason) => deadline.abort(reason),
    });
    const init: RequestInit = {
      method: request.method,
      headers: {
        ...(this.#options.userAgent ? { 'user-agent': this.#options.userAgent } : {}),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...opened?.headers,
        ...request.headers,
      },
      signal,
      ...(opened ? { body: opened.body } : {}),
      ...(opened?.streamed ? STREAMED : {}),
      ...(this.#options.credentials ? { credentials: this.#options.credentials } : {}),
    };
    deadline.touch();
    try {
      const response = await (this.#options.fetch ?? opened?.fetch ?? fetch)(request.url, init);
      if (!response.ok) throw await readError(request.name, response);
      return await read(response, deadline);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw error instanceof Som3dError ? error : new NetworkError(origin, error);
    } finally {
      deadline.rest();
      sending = false;
    }
  }
}
