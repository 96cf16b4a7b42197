import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Command } from 'commander';
import { type Config, readConfig, VARIABLE_NAMES } from '../config/config.ts';
import { DEFAULTS_THAT_DIFFER, explainVariables, type Environment } from '../config/predecessor.ts';
import { loadSecrets } from '../config/secrets.ts';
import { createLogger } from '../base/logger.ts';
import { printConflicts } from '../db/migrations/conflict.ts';
import { openOrm } from '../db/orm.ts';
import { openStorage } from '../gateways/storage/open.ts';
import { checkTakeover, type TakeoverReport } from '../setup/takeover-check.ts';
import { say } from './say.ts';
import { UsageError } from './usage.ts';

/** Names that are printed of a long list. */
const LISTED = 20;

function heading(text: string): void {
  say(`\n${text}`);
}

function listed(names: readonly string[]): string {
  const rest = names.length - LISTED;
  return names.slice(0, LISTED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function readFile(file: string): Environment {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** The predecessor's defaults stand for what its `.env` leaves out. */
function withItsDefaults(env: Environment): Environment {
  return { JWT_SECRET: 'absent-from-the-file', ...DEFAULTS_THAT_DIFFER, ...env };
}

function printVariables(env: Environment): void {
  heading('Variables');
  for (const { name, meaning } of explainVariables(Object.keys(env), VARIABLE_NAMES)) say(`  ${name}: ${meaning}`);
  for (const [name, value] of Object.entries(DEFAULTS_THAT_DIFFER)) {
    if (!env[name] && !(name === 'DB_NAME' && env['MYSQL_URL'])) {
      say(`  ${name}: absent; the predecessor took ${value}. Set ${name}=${value} to keep it.`);
    }
  }
  if (!env['JWT_SECRET']) say('  JWT_SECRET: absent; the service needs one with MySQL.');
}

/** @param root SOM3D_PREDECESSOR_RESULTS */
function printReport(report: TakeoverReport, root: string): void {
  heading('Database');
  if (report.missingTables.length > 0) say(`  Tables that are not there: ${listed(report.missingTables)}`);
  for (const [table, rows] of Object.entries(report.rows)) say(`  ${table}: ${rows}`);
  say(`  ${(report.bytes / 1024 ** 2).toFixed(1)} MiB; the adoption takes about ${report.seconds} s.`);
  heading('Rows that the adoption settles by itself');
  for (const sentence of report.settled) say(`  would have ${sentence}`);
  if (report.settled.length === 0) say('  none');
  heading('Rows that you settle first');
  say(report.conflicts.length === 0 ? '  none' : printConflicts(report.conflicts));
  heading('Jobs and results');
  const { jobs, found, missing } = report.results;
  say(`  ${found} of ${jobs} finished jobs have their result at ${root}{id}/stl_result.zip.`);
  if (missing.length > 0) say(`  Without a result: ${listed(missing)}`);
  if (report.unfinishedJobs.length > 0)
    say(`  Not finished, and lost with the predecessor: ${listed(report.unfinishedJobs)}`);
  heading('Passwords');
  for (const [kind, accounts] of Object.entries(report.passwords)) say(`  ${kind}: ${accounts}`);
  say('  SOM3D_PASSWORD_HASH=bcrypt keeps and writes bcrypt, for as long as the predecessor may have to return.');
}

/** What the doctors have to know, in their language. */
function printNotice({ unfinishedJobs }: TakeoverReport): void {
  heading('What to tell the doctors');
  say('  - La plataforma cambia de servidor. Sus pacientes, estudios, modelos y pagos se conservan.');
  say('  - Su contraseña sigue siendo la misma. Deberá iniciar sesión de nuevo una vez.');
  if (unfinishedJobs.length > 0) {
    say(`  - ${unfinishedJobs.length} trabajo(s) sin terminar no continuarán: súbalos de nuevo después del cambio.`);
  }
  say('  - Para cambiar la contraseña o el correo se le pedirá la contraseña actual.');
}

/** The storage that holds the predecessor's results; null with a reason on the screen when it cannot be opened. */
async function openResults(config: Config) {
  try {
    const signer = { secret: (await loadSecrets(config)).urls[0], clock: () => new Date() };
    return await openStorage(config, signer, createLogger('silent'));
  } catch (error) {
    say(`  The storage cannot be opened: ${(error as Error).message}`);
    return null;
  }
}

async function check({ env: file }: { env: string }): Promise<void> {
  const env = readFile(file);
  printVariables(env);
  const config = readConfig(withItsDefaults(env));
  if (config.database.kind !== 'mysql')
    throw new UsageError(`${file} names no MySQL: set MYSQL_URL, or DB_HOST and DB_USER.`);
  const orm = await openOrm(config.database).catch((error: unknown) => {
    throw new UsageError(`The database cannot be opened: ${(error as Error).message}`, { cause: error });
  });
  const storage = await openResults(config);
  try {
    const root = config.SOM3D_PREDECESSOR_RESULTS;
    const report = await checkTakeover(orm, storage && { storage, root });
    printReport(report, root);
    printNotice(report);
    heading('Nothing was changed.');
    if (report.conflicts.length > 0 || report.missingTables.length > 0) process.exitCode = 1;
  } finally {
    storage?.close();
    await orm.close();
  }
}

export function takeoverCommand(): Command {
  return new Command('takeover').description('Prepare the takeover from the predecessor.').addCommand(
    new Command('check')
      .description(
        'Read the predecessor’s .env, database and results, and print what the takeover will do. Changes nothing. ' +
          'Exit code 1 when rows have to be settled first.',
      )
      .option('--env <file>', 'the predecessor’s .env', '.env')
      .action(check),
  );
}
