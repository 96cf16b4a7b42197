import path from 'node:path';
import { Command } from 'commander';
import { isMember } from '../cluster/messages.ts';
import { readConfig, type Config } from '../config/config.ts';
import { Usuario } from '../db/entities/auth.entity.ts';
import { queueFirstCase, type FirstCase } from '../setup/first-case.ts';
import { DemoLink } from '../domains/auth/demo-link.ts';
import type { FirstAccount } from '../setup/first-start.ts';
import { createLogger } from '../base/logger.ts';
import { isLoopback } from '../base/loopback.ts';
import { OperatorError } from '../base/operator-error.ts';
import { NotReadyError } from '../setup/prepare.ts';
import { startServer, type RunningServer } from '../process/serve.ts';
import { shutDown } from '../process/shutdown.ts';
import { untilSignal } from '../process/signals.ts';
import { warnOfIgnoredVariables } from './ignored-variables.ts';
import type { Deps } from '../deps.ts';
import { Installation, whyNotSwept } from '../jobs/installation.ts';
import { PRIVATE } from './umask.ts';
import { warnOfUnsafeSettings } from './unsafe-settings.ts';
import { UsageError } from './usage.ts';

function accountLines(accounts: readonly FirstAccount[]): string[] {
  return accounts.length === 0
    ? []
    : [
        '',
        'New accounts. These passwords are shown only now:',
        ...accounts.map(({ role, correo, password }) => `  ${role.padEnd(14)} ${correo.padEnd(26)} ${password}`),
      ];
}

function banner(url: string, config: Config, accounts: readonly FirstAccount[]): string {
  return [
    '',
    `SOM3D serves at ${url}`,
    `  API reference  ${url}/docs`,
    `  Database       ${config.embedded ? 'embedded SQLite' : 'MySQL'}`,
    `  Data           ${path.relative('', config.dataDir) || '.'}`,
    ...(config.SOM3D_API_PROCESSES > 1 ? [`  Processes      ${config.SOM3D_API_PROCESSES}`] : []),
    ...accountLines(accounts),
    '',
    'Upload a scan from another terminal:',
    `  npx som3d login --url ${url} --correo ${accounts[0]?.correo ?? 'you@example.com'}`,
    '  npx som3d sample phantom.zip        (when you have no scan)',
    '  npx som3d upload phantom.zip --wait --out models',
    '',
  ].join('\n');
}

function say(text: string): void {
  void process.stdout.write(`${text}\n`);
}

/** A sentence for a failed start that the operator can correct; undefined for any other error. */
function explain(error: unknown, config: Config): string | undefined {
  if (error instanceof NotReadyError || error instanceof OperatorError) return error.message;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== 'listen' && syscall !== 'bind') return undefined;
  if (code === 'EADDRINUSE') return `PORT: ${config.PORT} is taken. Choose another one, e.g. PORT=8001`;
  if (code === 'EACCES') return `PORT: this user may not use ${config.PORT}. Choose one above 1023`;
  if (code === 'EADDRNOTAVAIL') return `HOST: ${config.HOST} is not an address of this machine`;
  return undefined;
}

/** The operator must see at the start that the files may be another installation's. */
async function warnOfStorage(deps: Deps): Promise<void> {
  // A storage that cannot be reached now is reported by the sweeper, and by /health.
  const fault = await new Installation(deps).settle().catch(() => null);
  if (fault) say(`Warning: ${whyNotSwept(fault)}.\n`);
}

/** A first start on MySQL makes no accounts: the operator must make the one that manages the service. */
async function nameAdminCommand({ orm }: Deps): Promise<void> {
  const admin = await orm.em.fork().findOne(Usuario, { rol: 'ADMINISTRADOR' }, { fields: ['id_usuario'] });
  if (admin) return;
  say('There is no administrator yet. Create one:\n  npx som3d-server create-admin --correo you@example.com\n');
}

/** The link needs a browser on this machine, so a service that others reach, or in production, has none. */
async function firstCaseLines(
  { url, deps }: Pick<RunningServer, 'url' | 'deps'>,
  config: Config,
  { jobId, doctor }: FirstCase,
): Promise<string> {
  const queued = `First case: job ${jobId} is queued for ${doctor.correo}.`;
  if (process.env['NODE_ENV'] === 'production' || !isLoopback(config.HOST)) return `${queued}\n`;
  const link = await new DemoLink(deps).issue(doctor, jobId);
  return [queued, 'See it become a model. This link signs you in once, within 15 minutes:', `  ${url}${link}`, ''].join(
    '\n',
  );
}

/** Prints the address of the service, and queues the demo doctor's first case. */
async function greet(server: Pick<RunningServer, 'url' | 'deps' | 'accounts'>, config: Config): Promise<void> {
  say(banner(server.url, config, server.accounts));
  await warnOfStorage(server.deps);
  await nameAdminCommand(server.deps).catch((error: unknown) => {
    server.deps.log.warn({ err: error }, 'administrators not counted');
  });
  try {
    const first = await queueFirstCase(server, config);
    if (first) say(await firstCaseLines(server, config, first));
  } catch (error) {
    server.deps.log.warn({ err: error }, 'first case not queued');
  }
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('Serve the API, and run jobs unless SOM3D_EMBEDDED_WORKER=false. The default command.')
    .option('--workers <n>', 'number of processes that share the port; same as SOM3D_API_PROCESSES')
    .action(async ({ workers }: { workers?: string }) => {
      process.umask(PRIVATE);
      const config = readConfig({ ...process.env, ...(workers ? { SOM3D_API_PROCESSES: workers } : {}) });
      const log = createLogger(config.SOM3D_LOG_LEVEL);
      const asUsage = (error: unknown): never => {
        const reason = explain(error, config);
        throw reason === undefined ? error : new UsageError(reason);
      };
      if (isMember()) {
        const { runMember } = await import('../process/member.ts');
        return await runMember(config, log, (error) => explain(error, config));
      }
      warnOfIgnoredVariables(log);
      warnOfUnsafeSettings(config, log);
      if (config.SOM3D_API_PROCESSES > 1) {
        const { runPrimary } = await import('../process/primary.ts');
        return await runPrimary(config, log, greet).catch(asUsage);
      }
      const server = await startServer(config, log).catch(asUsage);
      void greet(server, config);
      await untilSignal();
      await shutDown(server, config);
    });
}
