import path from 'node:path';
import { Command } from 'commander';
import { readConfig, type Config } from '../config.ts';
import { queueFirstCase } from '../first-case.ts';
import type { FirstAccount } from '../first-start.ts';
import { createLogger } from '../logger.ts';
import { NotReadyError, startServer } from '../serve.ts';
import { untilSignal } from './shutdown.ts';
import { UsageError } from './usage.ts';

const accountLines = (accounts: readonly FirstAccount[]): string[] =>
  accounts.length === 0
    ? []
    : [
        '',
        'Accounts made just now; these passwords are not shown again:',
        ...accounts.map(({ role, correo, password }) => `  ${role.padEnd(14)} ${correo.padEnd(26)} ${password}`),
      ];

const banner = (url: string, config: Config, accounts: readonly FirstAccount[]): string =>
  [
    '',
    `SOM3D serves at ${url}`,
    `  API reference  ${url}/docs`,
    `  Database       ${config.embedded ? 'embedded SQLite' : 'MySQL'}`,
    `  Data           ${path.relative('', config.dataDir) || '.'}`,
    ...accountLines(accounts),
    '',
    'Upload a scan from another terminal:',
    `  npx som3d login --url ${url} --correo ${accounts[0]?.correo ?? 'you@example.com'}`,
    '  npx som3d sample phantom.zip        (when you have no scan at hand)',
    '  npx som3d upload phantom.zip --wait --out models',
    '',
  ].join('\n');

const say = (text: string): void => void process.stdout.write(`${text}\n`);

export const serveCommand = (): Command =>
  new Command('serve')
    .description('Serve the API, and run jobs unless SOM3D_EMBEDDED_WORKER=false. The default command.')
    .action(async () => {
      const config = readConfig(process.env);
      const log = createLogger(config.SOM3D_LOG_LEVEL);
      const server = await startServer(config, log).catch((error: unknown) => {
        if (error instanceof NotReadyError) throw new UsageError(error.message);
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EADDRINUSE')
          throw new UsageError(`PORT: ${config.PORT} is taken; choose another, e.g. PORT=8001`);
        throw error;
      });
      say(banner(server.url, config, server.accounts));
      queueFirstCase(server, config)
        .then((job) => job && say(`First case: job ${job} is queued for medico.demo@som3d.local.\n`))
        .catch((error: unknown) => log.warn({ err: error }, 'the first case could not be queued'));
      await untilSignal(server);
    });
