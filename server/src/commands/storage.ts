import { Command } from 'commander';
import { createLogger } from '../base/logger.ts';
import { readConfig, type Config } from '../config/config.ts';
import { pendingMigrations } from '../db/migrate.ts';
import type { Deps } from '../deps.ts';
import { createJobServices, type JobServices } from '../jobs/services.ts';
import { whyNotSwept } from '../jobs/installation.ts';
import { countFiles } from '../jobs/stored-files.ts';
import { openDeps } from '../process/open-deps.ts';
import { say } from './say.ts';
import { UsageError } from './usage.ts';

type Work = (services: JobServices, deps: Deps, config: Config) => Promise<void>;

/** Runs one command on the configured database, which is up to date, and its storage. */
export async function withDeps(work: (deps: Deps) => Promise<void>): Promise<void> {
  const config = readConfig(process.env);
  await using deps = await openDeps(config, createLogger(config.SOM3D_LOG_LEVEL));
  const pending = await pendingMigrations(deps.orm);
  if (pending.length > 0) {
    throw new UsageError(`The database lacks ${pending.length} migration(s). Run \`migrate\` first.`);
  }
  await work(deps);
}

async function withServices(work: Work): Promise<void> {
  await withDeps(async (deps) => await work(createJobServices(deps), deps, deps.config));
}

async function sayUnnamed({ orm, storage }: Deps): Promise<void> {
  const { files, unnamed } = await countFiles(orm, storage);
  say(`${unnamed} of ${files} files belong to a job that the database does not know.`);
}

async function status({ installation }: JobServices, deps: Deps): Promise<void> {
  const fault = await installation.settle();
  say(fault ? whyNotSwept(fault) : 'The database and the storage belong together.');
  await sayUnnamed(deps);
  if (fault) process.exitCode = 1;
}

async function adopt({ installation }: JobServices, deps: Deps, config: Config): Promise<void> {
  const others = await installation.adopt();
  say('The files of the storage belong to this database now.');
  for (const id of others) say(`The mark of installation ${id} was removed.`);
  await sayUnnamed(deps);
  say(
    `Files of unknown jobs are moved to the trash little by little, and stay there for ${config.SOM3D_TRASH_DAYS} days.`,
  );
}

async function sweep({ installation, orphans, trash }: JobServices, force: boolean): Promise<void> {
  const fault = await installation.settle();
  if (fault) throw new UsageError(whyNotSwept(fault));
  const { stored, orphans: found, removed } = await orphans.sweep({ force });
  const expired = await trash.empty();
  say(`${stored} files are stored. ${found} belong to no job; ${removed} of them were moved to the trash.`);
  say(`${expired} files were in the trash for long enough and are gone.`);
  if (found > removed) say('The others follow in later rounds, or at once with --force.');
}

export function storageCommand(): Command {
  return new Command('storage')
    .description('Look after the stored files: whose they are, and what no job needs any more.')
    .addCommand(
      new Command('status')
        .description('Say whether the database and the storage belong together; exit code 1 when they do not.')
        .action(async () => await withServices(status)),
    )
    .addCommand(
      new Command('adopt')
        .description('Make the files of the storage those of this database, after a restore or a move.')
        .action(async () => await withServices(adopt)),
    )
    .addCommand(
      new Command('sweep')
        .description('Move files that no job needs to the trash: one round, at most 50 files or 2 %.')
        .option('--force', 'all of them, however many')
        .action(async ({ force = false }: { force?: boolean }) => {
          await withServices((services) => sweep(services, force));
        }),
    )
    .addCommand(
      new Command('restore').description('Put the files in the trash back to where they were.').action(async () => {
        await withServices(async ({ trash }) => say(`${await trash.restore()} files were put back.`));
      }),
    );
}
