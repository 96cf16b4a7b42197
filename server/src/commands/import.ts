import type { MikroORM } from '@mikro-orm/core';
import { Command } from 'commander';
import { readConfig } from '../config/config.ts';
import { DumpError } from '../db/dump/errors.ts';
import { importDump, ImportRefusedError, MAX_STATEMENT_BYTES, mebibytes } from '../db/dump/import.ts';
import { survey, type Survey } from '../db/dump/survey.ts';
import { withDatabase } from './database.ts';
import { bringUpToDate } from './migrate.ts';
import { say } from './say.ts';
import { UsageError } from './usage.ts';

interface Options {
  readonly dryRun?: boolean;
  readonly discardUnfinished?: boolean;
}

export function importCommand(): Command {
  return new Command('import')
    .description('Load a dump of the predecessor’s MySQL database into an empty database, and bring it up to date.')
    .argument('<dump.sql>', 'uncompressed file of mysqldump, phpMyAdmin or Adminer')
    .option('--dry-run', 'only read the file and count its statements; needs no database')
    .option('--discard-unfinished', 'first remove the remains of an import that was killed')
    .addHelpText('after', HELP)
    .action(async (file: string, options: Options) => {
      await plainly(file, async () => {
        if (options.dryRun) return report(await survey(file, MAX_STATEMENT_BYTES), 'holds');
        await loadInto(databaseUrl(), file, options.discardUnfinished ?? false);
        await withDatabase(adopt);
      });
    });
}

const HELP = `
The target is the database of MYSQL_URL (or DB_HOST, DB_NAME, ...). A failed import leaves it empty.

  $ export MYSQL_URL=mysql://som3d:password@127.0.0.1:3306/som3d JWT_SECRET=a-long-secret
  $ som3d-server import data/casaos.sql --dry-run
  $ som3d-server import data/casaos.sql`;

function databaseUrl(): string {
  const { database } = readConfig(process.env);
  if (database.kind === 'mysql') return database.url;
  throw new UsageError('A MySQL dump needs a MySQL database, not the embedded one: set MYSQL_URL (or DB_HOST).');
}

async function loadInto(url: string, file: string, discardUnfinished: boolean): Promise<void> {
  const abort = new AbortController();
  const onSignal = (): void =>
    abort.abort(new UsageError('Stopped. The import removed everything that it had created.'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    report(await importDump({ url, file, discardUnfinished, signal: abort.signal, say }), 'imported:');
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([kind, number]) => `${number} × ${kind}`).join(', ');
}

/** Rows that break a new rule are settled in the imported database. */
async function adopt(orm: MikroORM): Promise<void> {
  await bringUpToDate(orm).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message}\nThe dump itself is imported. Settle these rows, then run \`migrate\`.`);
  });
}

function report({ bytes, lines, kinds, leftOut, longest }: Survey, verb: string): void {
  say(`${mebibytes(bytes)} in ${lines} lines ${verb} ${listed(kinds)}`);
  if (leftOut.size > 0) say(`Left out: ${listed(leftOut)}`);
  say(`The longest statement has ${mebibytes(longest.bytes)} and starts at line ${longest.line}.`);
}

/** Turns faults that the operator can correct into sentences. */
async function plainly(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DumpError) throw new UsageError(`${file}, ${error.message}`, { cause: error });
    if (error instanceof ImportRefusedError) throw new UsageError(error.message, { cause: error });
    const { code, path, message } = error as NodeJS.ErrnoException;
    if (path === file && code) throw new UsageError(`${file} cannot be read (${code}).`, { cause: error });
    if (code === 'ER_BAD_DB_ERROR') throw new UsageError(`${message}: create the database first.`, { cause: error });
    throw error;
  }
}
