import { Command } from 'commander';
import { OperatorError } from '../base/operator-error.ts';
import { VERSION } from '../base/version.ts';
import { ConfigError } from '../config/config.ts';
import { documentCommand } from './document.ts';
import { UsageError } from './usage.ts';

const DEFAULT = 'serve';

/** Each command loads its modules when it is needed. */
const COMMANDS = new Map<string, () => Promise<Command>>([
  [DEFAULT, async () => (await import('./serve.ts')).serveCommand()],
  ['worker', async () => (await import('./worker.ts')).workerCommand()],
  ['migrate', async () => (await import('./migrate.ts')).migrateCommand()],
  ['import', async () => (await import('./import.ts')).importCommand()],
  ['seed', async () => (await import('./seed.ts')).seedCommand()],
  ['create-admin', async () => (await import('./create-admin.ts')).adminCommand()],
  ['reset-totp', async () => (await import('./reset-totp.ts')).resetTotpCommand()],
  ['retention', async () => (await import('./retention.ts')).retentionCommand()],
  ['audit', async () => (await import('./audit.ts')).auditCommand()],
  ['takeover', async () => (await import('./takeover.ts')).takeoverCommand()],
  ['backup', async () => (await import('./backup.ts')).backupCommand()],
  ['restore', async () => (await import('./backup.ts')).restoreCommand()],
  ['verify', async () => (await import('./backup.ts')).verifyCommand()],
  ['storage', async () => (await import('./storage.ts')).storageCommand()],
  [
    'openapi',
    async () =>
      documentCommand('openapi', 'Print the OpenAPI 3.1 document of the contract.', async () => {
        const { buildOpenApi } = await import('@som3d/contract/openapi');
        return `${JSON.stringify(buildOpenApi(), null, 2)}\n`;
      }),
  ],
  [
    'config',
    async () =>
      documentCommand('config', 'Print every variable with its default and meaning, as .env.example.', async () => {
        const { envExample } = await import('../config/example.ts');
        return envExample();
      }),
  ],
]);

/** Those of the command that is typed first; all of them for help, and to explain a command that does not exist. */
async function commandsFor(typed: string): Promise<Command[]> {
  const only = COMMANDS.get(typed);
  return await Promise.all((only ? [only] : [...COMMANDS.values()]).map(async (make) => await make()));
}

/** Runs the command that the arguments of this process name. */
export async function runProgram(): Promise<void> {
  const program = new Command('som3d-server')
    .description('The SOM3D service: CT scans become printable 3D models.')
    .version(VERSION)
    .addHelpText(
      'after',
      '\nThe configuration comes from the environment or from .env; .env.example lists every variable.',
    );
  for (const command of await commandsFor(process.argv[2] ?? DEFAULT)) {
    program.addCommand(command, { isDefault: command.name() === DEFAULT });
  }
  await program.parseAsync();
}

/** What the operator reads of an error: one sentence for a fault that the operator can correct, else all of it. */
export function describeFault(error: unknown): unknown {
  const plain = error instanceof ConfigError || error instanceof UsageError || error instanceof OperatorError;
  return plain ? `som3d-server: ${error.message}` : error;
}
