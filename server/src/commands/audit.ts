import { Command } from 'commander';
import { createLogger } from '../base/logger.ts';
import { readConfig } from '../config/config.ts';
import { loadSecrets } from '../config/secrets.ts';
import { readHead, type ChainHead } from '../db/audit/chain.ts';
import { verifyChain, type Fault, type Verification } from '../db/audit/verify.ts';
import { kysely } from '../db/kysely.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { keepHead, readKeptHead } from '../domains/audit/keeper.ts';
import { openStorage } from '../gateways/storage/open.ts';
import { withDatabase } from './database.ts';
import { say } from './say.ts';
import { UsageError } from './usage.ts';

function placeOf({ seq, id_audit }: Fault): string {
  const row = id_audit === null ? [] : [`id_audit ${id_audit}`];
  return [...(seq === null ? [] : [`position ${seq}`]), ...row].join(', ');
}

function report({ rows, waiting, removedUpTo, fault }: Verification, unsealed: 'seal' | 'report'): void {
  if (removedUpTo > 0) say(`Rows 1 to ${removedUpTo} were removed because of their age; their checkpoint is signed.`);
  say(`${rows} rows hold.`);
  if (waiting > 0) {
    const fate = unsealed === 'seal' ? 'the running service seals them' : 'nothing seals them (SOM3D_AUDIT_UNSEALED)';
    say(`${waiting} rows have no seal: ${fate}.`);
  }
  if (!fault) return say('The audit is intact.');
  say(`BROKEN at ${placeOf(fault)}: ${fault.reason}.`);
  process.exitCode = 1;
}

interface Options {
  readonly acceptRestored?: boolean;
}

async function verify({ acceptRestored }: Options): Promise<void> {
  await withDatabase(async (orm) => {
    if ((await pendingMigrations(orm)).length > 0) throw new UsageError('migrations are pending: run `migrate` first');
    const config = readConfig(process.env);
    const secrets = await loadSecrets(config);
    const terms = { secret: secrets.urls[0], clock: () => new Date() };
    const storage = await openStorage(config, terms, createLogger(config.SOM3D_LOG_LEVEL));
    try {
      const db = kysely(orm.em.fork());
      const unsealed = config.SOM3D_AUDIT_UNSEALED;
      const kept: ChainHead | null = acceptRestored ? null : await readKeptHead(storage);
      const verification = await verifyChain(db, { keys: secrets.audit, kept, unsealed });
      report(verification, unsealed);
      if (!kept && !acceptRestored) say('The storage keeps no head of the chain yet: a cut end would not show.');
      if (acceptRestored && !verification.fault) {
        await keepHead(storage, await readHead(db));
        say('The storage takes the end of this database from now on.');
      }
    } finally {
      storage.close();
    }
  });
}

export function auditCommand(): Command {
  const command = new Command('audit').description('Check the audit of clinical records.');
  command
    .command('verify')
    .description(
      'Check every seal of the audit and name the first row that was changed or is missing; exit code 1 then.',
    )
    .option('--accept-restored', 'after an older backup was restored: take the end of this database as the right one')
    .action(verify);
  return command;
}
