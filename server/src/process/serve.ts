import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { buildApp } from './app.ts';
import { createLoop } from '../base/loop.ts';
import type { Config } from '../config/config.ts';
import { openDeps } from './open-deps.ts';
import type { Deps } from '../deps.ts';
import { OpenCheckouts } from '../domains/epayco/open-checkouts.ts';
import { PaymentProcessor } from '../domains/epayco/processor.ts';
import { AuditKeeper } from '../domains/audit/keeper.ts';
import { createAuthCleanup } from '../domains/auth/cleanup.ts';
import { ClinicalRetention } from '../domains/patients/retention.ts';
import { MailWorker } from '../domains/mail/worker.ts';
import type { FirstAccount } from '../setup/first-start.ts';
import { Reconciler } from '../domains/subscriptions/reconciler.ts';
import { Connections } from '../http/connections.ts';
import { messagesOf } from '../http/messages.ts';
import { createJobs } from '../jobs/jobs.ts';
import { httpAddress } from '../base/public-address.ts';
import { reportToGroup } from '../cluster/group-metrics.ts';
import { prepareDatabase } from '../setup/prepare.ts';

/** Silence after which the server closes a connection in the middle of a request, in ms. An upload can take hours. */
const STALLED_MS = 120_000;

/** Pause between two checks for due payments, issued checkouts and mails, in ms. */
const DUTY_MS = 2000;

/** Pause between two removals of expired sessions, tokens and counts, in ms. */
const CLEANUP_MS = 3_600_000;

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly deps: Deps;
  readonly accounts: readonly FirstAccount[];
  /** Reports from now on that it is not ready, and continues to serve. */
  leave(): void;
}

export interface ServeOptions {
  /** Another process has prepared the database. */
  readonly prepared?: boolean;
}

/** @returns the address on which it listens */
async function listen(server: Server, config: Config): Promise<AddressInfo> {
  server.listen(config.PORT, config.HOST);
  await once(server, 'listening');
  return server.address() as AddressInfo;
}

/**
 * Starts the service: database, workers of this process, HTTP. Disposing the result drains it: it takes no new work,
 * running requests finish, and a running job goes back to the queue.
 *
 * @throws NotReadyError when migrations are pending on MySQL
 */
export async function startServer(
  config: Config,
  log: Logger,
  clock?: () => Date,
  { prepared = false }: ServeOptions = {},
): Promise<RunningServer> {
  await using stack = new AsyncDisposableStack();
  const deps = stack.use(await openDeps(config, log, clock));
  const accounts = prepared ? [] : await prepareDatabase(deps, config, log);
  const jobs = createJobs(deps);
  const payments = new PaymentProcessor(deps);
  const checkouts = new OpenCheckouts(deps, payments);
  const mails = new MailWorker(deps);
  checkouts.warnOfLimits();
  const app = buildApp(deps, jobs, payments);
  const server = createServer(
    { ...messagesOf(app), requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 65_000 },
    app,
  );
  server.setTimeout(STALLED_MS);
  const connections = new Connections(server, deps.lifecycle);
  reportToGroup(deps.telemetry.instruments.registry);
  stack.defer(() => payments.idle());
  const { address, port } = await listen(server, config);
  deps.address.listensOn(port);
  stack.defer(() => connections.drain(config.SOM3D_SHUTDOWN_SECONDS));
  const reconciler = new Reconciler(deps);
  stack.defer(() => reconciler.stop());
  reconciler.start();
  const audit = new AuditKeeper(deps);
  for (const [name, duty] of Object.entries({ payments, checkouts, mails, audit })) {
    const loop = createLoop({ name, everyMs: DUTY_MS, run: async (signal) => await duty.runDue(signal), log });
    stack.defer(() => loop.stop());
    loop.start();
  }
  const cleanups = { 'auth cleanup': createAuthCleanup(deps), 'clinical retention': new ClinicalRetention(deps) };
  for (const [name, duty] of Object.entries(cleanups)) {
    const loop = createLoop({ name, everyMs: CLEANUP_MS, run: async (signal) => await duty.runDue(signal), log });
    stack.defer(() => loop.stop());
    loop.start();
  }
  // Disposed before the drain: jobs go back to the queue while running requests finish.
  stack.use(jobs);
  await jobs.start();
  const url = httpAddress(address, port);
  log.info({ url, database: config.database.kind }, 'serving');
  const opened = stack.move();
  const leave = (): void => deps.lifecycle.leave();
  return { url, deps, accounts, leave, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
