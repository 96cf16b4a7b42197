import type { MikroORM } from '@mikro-orm/core';
import { Command } from 'commander';
import { migrate, MigrationConflictError, pendingMigrations } from '../db/migrate.ts';
import { withDatabase } from './database.ts';
import { say } from './say.ts';
import { UsageError } from './usage.ts';

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Bring the database up to date: an empty one, an older one, or the predecessor’s. It can be repeated.')
    .option('--check', 'only list pending migrations; exit code 1 when there are some')
    .action(async ({ check }: { check?: boolean }) => {
      await withDatabase(async (orm) => {
        if (!check) return bringUpToDate(orm);
        const pending = await pendingMigrations(orm);
        pending.forEach(say);
        if (pending.length > 0) process.exitCode = 1;
      });
    });
}

/**
 * Applies pending migrations and prints their statements.
 *
 * @throws UsageError when rows break a new rule
 */
export async function bringUpToDate(orm: MikroORM): Promise<void> {
  const log = { info: ({ statement }: { statement?: string }) => statement !== undefined && say(statement) };
  const { settled } = await migrate(orm, log).catch((error: unknown) => {
    if (error instanceof MigrationConflictError) throw new UsageError(error.message);
    throw error;
  });
  for (const sentence of settled) say(`settled: ${sentence}`);
  say('The database is up to date.');
}
