import { Command } from 'commander';
import { readConfig } from '../config/config.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { openDeps } from '../process/open-deps.ts';
import { createJobs } from '../jobs/jobs.ts';
import { createLogger } from '../base/logger.ts';
import { serveWorkerStatus } from '../process/worker-status.ts';
import { standBack, WORKER_PRIORITY } from '../base/priority.ts';
import { stopLimitMs } from '../process/shutdown.ts';
import { untilSignal } from '../process/signals.ts';
import { warnOfIgnoredVariables } from './ignored-variables.ts';
import { PRIVATE } from './umask.ts';
import { warnOfUnsafeSettings } from './unsafe-settings.ts';
import { UsageError } from './usage.ts';

export function workerCommand(): Command {
  return new Command('worker')
    .description('Run jobs without serving HTTP. Any number of workers can share one database and one storage.')
    .action(async () => {
      process.umask(PRIVATE);
      const config = readConfig({ ...process.env, SOM3D_EMBEDDED_WORKER: 'true' });
      const log = createLogger(config.SOM3D_LOG_LEVEL);
      warnOfIgnoredVariables(log);
      warnOfUnsafeSettings(config, log);
      await using stack = new AsyncDisposableStack();
      const deps = stack.use(await openDeps(config, log));
      const pending = await pendingMigrations(deps.orm);
      if (pending.length > 0)
        throw new UsageError(`The database lacks ${pending.length} migration(s). Run \`migrate\` first.`);
      // An API on the same machine has priority.
      standBack(process.pid, WORKER_PRIORITY);
      stack.use(await serveWorkerStatus(deps));
      const jobs = stack.use(createJobs(deps));
      await jobs.start();
      log.info({ concurrency: config.SOM3D_WORKER_CONCURRENCY }, 'worker started');
      await untilSignal();
      // When Redis becomes unavailable during the stop, the queue's timers would keep the process alive.
      setTimeout(() => process.exit(), stopLimitMs(config)).unref();
    });
}
