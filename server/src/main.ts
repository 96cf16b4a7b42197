#!/usr/bin/env node
import { Command } from 'commander';
import { buildOpenApi } from '@som3d/contract/openapi';
import { ConfigError } from './config/config.ts';
import { envExample } from './config/example.ts';
import { auditCommand } from './commands/audit.ts';
import { adminCommand } from './commands/create-admin.ts';
import { migrateCommand } from './commands/migrate.ts';
import { loadDotenv } from './commands/dotenv.ts';
import { documentCommand } from './commands/document.ts';
import { importCommand } from './commands/import.ts';
import { seedCommand } from './commands/seed.ts';
import { storageCommand } from './commands/storage.ts';
import { serveCommand } from './commands/serve.ts';
import { takeoverCommand } from './commands/takeover.ts';
import { UsageError } from './commands/usage.ts';
import { workerCommand } from './commands/worker.ts';
import { OperatorError } from './base/operator-error.ts';
import { VERSION } from './base/version.ts';

loadDotenv();

const program = new Command('som3d-server')
  .description('The SOM3D service: CT scans become printable 3D models.')
  .version(VERSION)
  .addHelpText(
    'after',
    '\nThe configuration comes from the environment or from .env; .env.example lists every variable.',
  )
  .addCommand(serveCommand(), { isDefault: true })
  .addCommand(workerCommand())
  .addCommand(migrateCommand())
  .addCommand(importCommand())
  .addCommand(seedCommand())
  .addCommand(adminCommand())
  .addCommand(auditCommand())
  .addCommand(takeoverCommand())
  .addCommand(storageCommand())
  .addCommand(
    documentCommand(
      'openapi',
      'Print the OpenAPI 3.1 document of the contract.',
      () => `${JSON.stringify(buildOpenApi(), null, 2)}\n`,
    ),
  )
  .addCommand(
    documentCommand('config', 'Print every variable with its default and meaning, as .env.example.', envExample),
  );

try {
  await program.parseAsync();
} catch (error) {
  // A fault that the operator can correct is one sentence; any other error keeps its stack.
  const plain = error instanceof ConfigError || error instanceof UsageError || error instanceof OperatorError;
  console.error(plain ? `som3d-server: ${error.message}` : error);
  process.exitCode = 1;
}
