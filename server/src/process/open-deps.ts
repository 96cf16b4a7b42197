import type { Logger } from 'pino';
import { createLifecycle } from '../base/lifecycle.ts';
import { PublicAddress } from '../base/public-address.ts';
import type { Config } from '../config/config.ts';
import { explainFolderError, makeDataFolder } from '../config/data-folder.ts';
import { loadSecrets } from '../config/secrets.ts';
import { AuditSealer } from '../db/audit/sealer.ts';
import { openDatabaseClock } from '../db/clock.ts';
import { openOrm } from '../db/orm.ts';
import type { OpenDeps } from '../deps.ts';
import { EpaycoClient } from '../gateways/epayco/client.ts';
import { openMailGateway } from '../gateways/mail/transport.ts';
import { openRedis } from '../gateways/redis/redis.ts';
import { openStorage } from '../gateways/storage/open.ts';
import { observeEpayco, observeMail } from '../observability/observed-gateways.ts';
import { observeStorage } from '../observability/observed-storage.ts';
import { showPool } from '../observability/pool.ts';
import { observeStatements } from '../observability/statements.ts';
import { openTelemetry } from '../observability/telemetry.ts';

function ownTime(clock: () => Date = () => new Date()) {
  return { now: clock, aheadMs: () => 0 };
}

/**
 * Opens the dependencies in order. Disposing the result closes them in reverse order; so does a failure of a later one.
 *
 * @throws OperatorError when the database is damaged, or the data folder cannot be written
 * @param steered the present instant in tests; otherwise the time is MySQL's, or this machine's in embedded mode
 */
export async function openDeps(config: Config, log: Logger, steered?: () => Date): Promise<OpenDeps> {
  try {
    return await openInOrder(config, log, steered);
  } catch (error) {
    throw explainFolderError(config.dataDir, error);
  }
}

async function openInOrder(config: Config, log: Logger, steered?: () => Date): Promise<OpenDeps> {
  await using stack = new AsyncDisposableStack();
  await makeDataFolder(config.dataDir);
  const secrets = await loadSecrets(config);
  const telemetry = await openTelemetry(config, log);
  stack.defer(() => telemetry.tracing.close());
  const orm = await openOrm(config.database, observeStatements(telemetry), [new AuditSealer(secrets.audit[0])]);
  stack.defer(() => orm.close());
  await showPool(orm, telemetry);
  const shared = config.database.kind === 'mysql' && !steered;
  const { now: clock, aheadMs: machineAheadMs } = shared
    ? stack.use(await openDatabaseClock(orm, log))
    : ownTime(steered);
  const storage = observeStorage(await openStorage(config, { secret: secrets.urls[0], clock }, log), telemetry);
  stack.defer(() => storage.close());
  const mail = observeMail(await openMailGateway(config), telemetry);
  stack.defer(() => mail.close());
  const redis = stack.use(await openRedis(config, log));
  const opened = stack.move();
  return {
    config,
    log,
    address: new PublicAddress(config),
    clock,
    machineAheadMs,
    orm,
    storage,
    secrets,
    epayco: observeEpayco(new EpaycoClient(config), telemetry),
    mail,
    redis,
    lifecycle: createLifecycle(),
    telemetry,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
