import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { buildApp } from './app.ts';
import { createLoop } from './background.ts';
import type { Config } from './config.ts';
import { migrate, pendingMigrations } from './db/migrate.ts';
import { openDeps, type Deps } from './deps.ts';
import { createPaymentProcessor } from './domains/epayco/processor.ts';
import { createAuthCleanup } from './domains/auth/cleanup.ts';
import { createMailWorker } from './domains/mail/worker.ts';
import { seedFirstStart, type FirstAccount } from './first-start.ts';
import { createReconciler } from './domains/subscriptions/reconciler.ts';
import { createJobs } from './jobs/jobs.ts';

/** Quiet seconds after which a connection in the middle of a request is given up. An upload may take hours, not stall. */
const STALLED_MS = 120_000;

/** Pause between looks at what is due, of confirmed payments and of mails. */
const DUTY_MS = 2000;

/** Pause between removals of sessions, tokens and counts that are over. */
const CLEANUP_MS = 3_600_000;

/** The service is not ready to serve; `message` says what to do. */
export class NotReadyError extends Error {}

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly deps: Deps;
  readonly accounts: readonly FirstAccount[];
}

const prepareDatabase = async (deps: Deps, config: Config, log: Logger): Promise<FirstAccount[]> => {
  if (config.embedded) {
    const { applied } = await migrate(deps.orm, { info: (fields, message) => log.debug(fields, message) });
    if (applied.length > 0) log.info({ applied }, 'the database is up to date');
    return await seedFirstStart(deps, config);
  }
  const pending = await pendingMigrations(deps.orm);
  if (pending.length > 0) {
    throw new NotReadyError(
      `The database lacks ${pending.length} migration(s): ${pending.join(', ')}. Run \`migrate\` first.`,
    );
  }
  return [];
};

const listen = async (server: Server, config: Config): Promise<void> => {
  server.listen(config.PORT, config.HOST);
  await once(server, 'listening');
};

/** Stops accepting, lets running requests finish for a while, then closes what is left. */
const drain = async (server: Server, seconds: number): Promise<void> => {
  const closed = once(server, 'close');
  server.close();
  const limit = setTimeout(() => server.closeAllConnections(), seconds * 1000);
  await closed;
  clearTimeout(limit);
};

const addressOf = (server: Server): string => {
  const { address, family, port } = server.address() as AddressInfo;
  const host = ['0.0.0.0', '::'].includes(address) ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
};

/**
 * Starts the service: database, workers of this process, HTTP. Disposing the result drains it: no new work, running
 * requests finish, a running job is handed back.
 *
 * @throws NotReadyError when migrations are pending on MySQL
 */
export const startServer = async (config: Config, log: Logger, clock?: () => Date): Promise<RunningServer> => {
  await using stack = new AsyncDisposableStack();
  const deps = stack.use(await openDeps(config, log, clock));
  const accounts = await prepareDatabase(deps, config, log);
  const jobs = createJobs(deps);
  const payments = createPaymentProcessor(deps);
  const mails = createMailWorker(deps);
  const server = createServer(
    { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 65_000 },
    buildApp(deps, jobs, payments),
  );
  server.setTimeout(STALLED_MS);
  stack.defer(() => payments.idle());
  await listen(server, config);
  stack.defer(() => drain(server, config.SOM3D_SHUTDOWN_SECONDS));
  const reconciler = createReconciler(deps);
  stack.defer(() => reconciler.stop());
  reconciler.start();
  for (const [name, { runDue: run }] of Object.entries({ payments, mails })) {
    const loop = createLoop({ name, everyMs: DUTY_MS, run, log });
    stack.defer(() => loop.stop());
    loop.start();
  }
  const cleanup = createLoop({ name: 'auth cleanup', everyMs: CLEANUP_MS, run: createAuthCleanup(deps).runDue, log });
  stack.defer(() => cleanup.stop());
  cleanup.start();
  // Disposed before the drain: jobs are handed back while running requests finish.
  stack.use(jobs);
  await jobs.start();
  const url = addressOf(server);
  log.info({ url, database: config.database.kind }, 'serving');
  const opened = stack.move();
  return { url, deps, accounts, [Symbol.asyncDispose]: () => opened.disposeAsync() };
};
