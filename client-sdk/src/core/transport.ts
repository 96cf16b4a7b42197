import { Deadline, sleep } from './deadline.ts';
import { NetworkError, Som3dError, UnauthorizedError } from './errors.ts';
import { type BodyReader, readError } from './response.ts';
import { isRepeatable, retryDelay, type RetryOptions } from './retry.ts';
import { type RefreshHook, Tokens, type TokenSource } from './tokens.ts';

/** Settings of a client's transport. */
export interface TransportOptions {
  /** Access token, or where to get it before each request. */
  readonly token?: TokenSource | undefined;
  /** Called once on a 401, however many requests got one; answers a new token, `undefined` when there is none. */
  readonly refresh?: RefreshHook | undefined;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** `User-Agent`; browsers keep their own. */
  readonly userAgent?: string | undefined;
  /** Whether a browser sends cookies to another origin. */
  readonly credentials?: 'omit' | 'same-origin' | 'include' | undefined;
  /** Longest silence of the service in ms, 0 for none. Default 30 000. */
  readonly timeoutMs?: number | undefined;
  /** How safe requests are repeated; `false` for never. */
  readonly retry?: RetryOptions | false | undefined;
}

/** What fetch sends. Named by way of RequestInit: Node's types know no other name for it. */
export type FetchBody = NonNullable<RequestInit['body']>;

/** Whom a body tells how it goes out. */
export interface BodyWatch {
  /** Bytes have been handed to the network. */
  moved(): void;
  /** The body can not be made: the request ends with this reason, and is not repeated. */
  failed(reason: unknown): void;
}

/** A body as fetch takes it, made anew for each try. */
export interface BodySource {
  /** Whether `open` may be called again. */
  readonly replayable: boolean;
  open(watch: BodyWatch): { body: FetchBody; headers?: Record<string, string>; streamed: boolean };
}

/** A request, ready but for its token. */
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
 * How a stream is sent. A redirect could not be followed with it anyway; said in advance (`redirect`, and no window to
 * ask in), fetch need not keep a copy of everything that has gone out, which Node's does otherwise.
 */
const STREAMED = { duplex: 'half', redirect: 'error', window: null } as const;

/** Scheme, host and port of an address: what an error may say of it. */
export function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'the service';
}

/** Sends requests: the token and its renewal, the deadline, and other tries where they are safe. */
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
    // A refusal may come while the body still goes out: what moves then is no sign of life any more.
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
      const response = await (this.#options.fetch ?? fetch)(request.url, init);
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
