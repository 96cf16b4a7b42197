import { Redis, type RedisOptions } from 'ioredis';
import { pauseAfter, type Backoff } from '../../base/backoff.ts';

const CONNECT_MS = 3000;
/** Time limit of a command of a request, in ms. */
const COMMAND_MS = 2000;
/** Pauses between two attempts to connect. */
const RETRY: Backoff = { firstMs: 100, longestMs: 2000 };
/** Silence after which a connection counts as dead, in ms: longer than the queue's longest wait for a message, 10 s. */
const SILENCE_MS = 15_000;

function retryStrategy(times: number): number {
  return pauseAfter(RETRY, times);
}

type Options = Omit<RedisOptions, 'replyMapping'>;

/** The connection options of a `redis://` or `rediss://` address. */
function addressOf(text: string): Options {
  const url = new URL(text);
  return {
    host: url.hostname.replaceAll(/[[\]]/g, ''),
    port: url.port ? Number(url.port) : 6379,
    db: Number(url.pathname.slice(1)) || 0,
    ...(url.username ? { username: decodeURIComponent(url.username) } : {}),
    ...(url.password ? { password: decodeURIComponent(url.password) } : {}),
    ...(url.protocol === 'rediss:' ? { tls: { servername: url.hostname } } : {}),
  };
}

function common(url: string): Options {
  return {
    ...addressOf(url),
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy,
  };
}

/** For requests: a command fails at once while Redis is disconnected, and after a short time when it does not answer. */
export function hastyOptions(url: string): Options {
  return {
    ...common(url),
    commandTimeout: COMMAND_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
  };
}

/** For workers and subscriptions: commands wait until Redis answers again, without a limit. */
export function patientOptions(url: string): Options {
  return { ...common(url), maxRetriesPerRequest: null };
}

/** A client that records the clients made from it, so that all of them can be closed. */
export class TracedRedis extends Redis {
  readonly #made: (client: Redis) => void;

  constructor(options: Options, made: (client: Redis) => void) {
    super(options);
    this.#made = made;
    made(this);
  }

  override duplicate(override: Partial<RedisOptions> = {}): Redis {
    return new TracedRedis({ ...this.options, ...override }, this.#made);
  }
}
