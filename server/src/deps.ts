import type { MikroORM } from '@mikro-orm/core';
import type { Logger } from 'pino';
import type { Lifecycle } from './base/lifecycle.ts';
import type { PublicAddress } from './base/public-address.ts';
import type { Config } from './config/config.ts';
import type { Secrets } from './config/secrets.ts';
import type { EpaycoGateway } from './gateways/epayco/gateway.ts';
import type { MailGateway } from './gateways/mail/mail.ts';
import type { RedisGateway } from './gateways/redis/redis.ts';
import type { Storage } from './gateways/storage/storage.ts';
import type { Telemetry } from './observability/telemetry.ts';

/** Everything that a service needs from outside, opened once and passed on. */
export interface Deps {
  readonly config: Config;
  readonly log: Logger;
  /** Where others reach this service. */
  readonly address: PublicAddress;
  /** The present instant, the same in all processes; tests steer it. */
  readonly clock: () => Date;
  /** How far the clock that this machine's files are stamped by is ahead of all others, in ms. */
  readonly machineAheadMs: () => number;
  readonly orm: MikroORM;
  readonly storage: Storage;
  readonly secrets: Secrets;
  readonly epayco: EpaycoGateway;
  readonly mail: MailGateway;
  /** Null without REDIS_URL. */
  readonly redis: RedisGateway | null;
  /** Whether this process is about to end. */
  readonly lifecycle: Lifecycle;
  readonly telemetry: Telemetry;
}

export interface OpenDeps extends Deps, AsyncDisposable {}
