import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Config } from '../../config/config.ts';
import { evictionPolicy, speaksWithoutTls } from './diagnosis.ts';

/** Interval of the checks whether Redis answers, in ms. */
const PING_MS = 1000;
/** How long a start waits for Redis, in ms. The service also starts without it. */
const FIRST_CONTACT_MS = 2000;
/** Pause between two warnings while Redis is unavailable, in ms. */
const WARN_EVERY_MS = 60_000;

/** Redis: the job queue and the signals between processes. It keeps nothing that the database does not have. */
export interface RedisGateway extends AsyncDisposable {
  /** Whether Redis answers now. While it does not, callers work without it. */
  readonly reachable: boolean;
  /** Prefix of every key and channel of this installation. */
  readonly prefix: string;
  /** For requests: its commands fail at once while Redis is unavailable. */
  readonly client: Redis;
  /** A separate connection for the caller that waits for Redis without a limit: for blocking commands or subscriptions. */
  connect(): Redis;
  /** Logs a failure, with a pause between repetitions. */
  report(error: unknown, what: string): void;
}

/** Only the message of an error: ioredis adds the command with its arguments, which can include a password. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/**
 * Opens Redis; returns null without REDIS_URL. An unavailable Redis is no error, now or later: connections retry for ever.
 */
export async function openRedis(
  { REDIS_URL: url, REDIS_PREFIX: prefix }: Pick<Config, 'REDIS_URL' | 'REDIS_PREFIX'>,
  log: Logger,
): Promise<RedisGateway | null> {
  if (!url) return null;
  const { hastyOptions, patientOptions, TracedRedis } = await import('./connection.ts');
  const clients = new Set<Redis>();
  let reachable = false;
  let closing = false;
  const warnedAt = new Map<string, number>();

  const report = (error: unknown, what: string): void => {
    if (closing) return;
    const last = warnedAt.get(what);
    if (last !== undefined && performance.now() - last < WARN_EVERY_MS) return;
    warnedAt.set(what, performance.now());
    log.warn({ reason: reasonOf(error) }, what);
  };

  const setReachable = (now: boolean): void => {
    if (now === reachable) return;
    reachable = now;
    if (closing) return;
    warnedAt.clear();
    if (now) log.info('redis available');
    else log.warn('redis unavailable; the database alone is the queue');
  };

  const track = (client: Redis): void => {
    clients.add(client);
    client.on('error', (error: Error) => report(error, 'a connection to redis failed'));
    client.on('end', () => clients.delete(client));
  };

  const client = new TracedRedis(hastyOptions(url), track);
  let askedForPolicy = false;
  const warnOfEviction = async (): Promise<void> => {
    if (askedForPolicy) return;
    const policy = await evictionPolicy(client);
    askedForPolicy = true;
    if (policy === null || policy === 'noeviction' || closing) return;
    log.warn(
      { policy },
      'redis evicts keys when its memory is full, and jobs then start late; set maxmemory-policy noeviction',
    );
  };
  client.on('ready', () => {
    setReachable(true);
    askedForPolicy = false;
  });
  client.on('close', () => setReachable(false));
  const ping = async (): Promise<void> => {
    if (client.status !== 'ready') return;
    await client.ping().then(
      () => setReachable(true),
      () => setReachable(false),
    );
    // A start that takes the processor for seconds leaves a question without an answer; the next round asks again.
    if (reachable) await warnOfEviction().catch(() => undefined);
  };
  const pinging = setInterval(() => void ping(), PING_MS);
  await Promise.race([once(client, 'ready').catch(() => undefined), pause(FIRST_CONTACT_MS)]);
  if (!reachable && url.startsWith('rediss:') && (await speaksWithoutTls(url))) {
    log.warn(
      'REDIS_URL begins with rediss://, but this port of redis speaks without TLS; use redis:// or the port with TLS',
    );
  }

  return {
    get reachable() {
      return reachable;
    },
    prefix,
    client,
    connect: () => new TracedRedis(patientOptions(url), track),
    report,
    [Symbol.asyncDispose]: async () => {
      closing = true;
      clearInterval(pinging);
      for (const open of clients) open.disconnect();
      await Promise.resolve();
    },
  };
}
