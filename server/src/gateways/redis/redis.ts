import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Config } from '../../config/config.ts';
import { hastyOptions, patientOptions, TracedRedis } from './connection.ts';

/** How often Redis is asked whether it is there. */
const PING_MS = 1000;
/** How long a start waits for Redis; without it the service starts all the same. */
const FIRST_CONTACT_MS = 2000;
/** While Redis is away, this often it is told. */
const TELL_MS = 60_000;

/** Redis: the job queue and the signals between processes. Nothing is kept there that the database does not know. */
export interface RedisGateway extends AsyncDisposable {
  /** Whether Redis answers now. While it does not, do without it. */
  readonly reachable: boolean;
  /** What every key and channel of this installation begins with. */
  readonly prefix: string;
  /** For requests: its commands fail at once while Redis is away. */
  readonly client: Redis;
  /** A connection of the caller's own that waits for Redis for as long as it takes: to block, or to subscribe. */
  connect(): Redis;
  /** Tells a failure, but not again and again. */
  report(error: unknown, what: string): void;
}

/** An error's message alone: ioredis puts the command with its arguments, a password among them, beside it. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/**
 * Opens Redis, or gives null without REDIS_URL. Its absence is no error, now or later: connections are tried for ever.
 */
export async function openRedis(
  { REDIS_URL: url, REDIS_PREFIX: prefix }: Pick<Config, 'REDIS_URL' | 'REDIS_PREFIX'>,
  log: Logger,
): Promise<RedisGateway | null> {
  if (!url) return null;
  const clients = new Set<Redis>();
  let reachable = false;
  let closing = false;
  const toldAt = new Map<string, number>();

  const report = (error: unknown, what: string): void => {
    if (closing) return;
    const last = toldAt.get(what);
    if (last !== undefined && performance.now() - last < TELL_MS) return;
    toldAt.set(what, performance.now());
    log.warn({ reason: reasonOf(error) }, what);
  };

  const setReachable = (now: boolean): void => {
    if (now === reachable) return;
    reachable = now;
    if (closing) return;
    toldAt.clear();
    if (now) log.info('redis answers');
    else log.warn('redis does not answer; the database alone is the queue');
  };

  const track = (client: Redis): void => {
    clients.add(client);
    client.on('error', (error: Error) => report(error, 'a connection to redis failed'));
    client.on('end', () => clients.delete(client));
  };

  const client = new TracedRedis(hastyOptions(url), track);
  client.on('ready', () => setReachable(true));
  client.on('close', () => setReachable(false));
  const ping = async (): Promise<void> => {
    if (client.status !== 'ready') return;
    await client.ping().then(
      () => setReachable(true),
      () => setReachable(false),
    );
  };
  const pinging = setInterval(() => void ping(), PING_MS);
  await Promise.race([once(client, 'ready').catch(() => undefined), pause(FIRST_CONTACT_MS)]);

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
