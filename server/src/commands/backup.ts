import path from 'node:path';
import { Command, Option } from 'commander';
import { createLogger } from '../base/logger.ts';
import { readConfig, type Config } from '../config/config.ts';
import { makeDataFolder } from '../config/data-folder.ts';
import { loadSecrets } from '../config/secrets.ts';
import { mebibytes } from '../db/dump/import.ts';
import type { Deps } from '../deps.ts';
import { openStorage } from '../gateways/storage/open.ts';
import { incompleteUploads, missingFiles } from '../jobs/agreement.ts';
import { whyNotSwept } from '../jobs/installation.ts';
import { createJobServices } from '../jobs/services.ts';
import { takeBackup } from '../setup/backup/create.ts';
import { requireIntact, restoreBackup } from '../setup/backup/restore.ts';
import { say } from './say.ts';
import { withDeps } from './storage.ts';
import { PRIVATE } from './umask.ts';
import { UsageError } from './usage.ts';

type Files = 'copy' | 'list';

/** A bucket has its own versions and replication; a folder has nobody else. */
function filesOf({ S3_BUCKET }: Config, given: Files | undefined): Files {
  return given ?? (S3_BUCKET ? 'list' : 'copy');
}

async function backup(deps: Deps, out: string, given: Files | undefined): Promise<void> {
  const dir = path.resolve(out);
  const mode = filesOf(deps.config, given);
  const { manifest, files, bytes } = await takeBackup(deps, dir, mode);
  const { database, removed_meanwhile: gone } = manifest;
  say(`${dir} holds the database (${database.name}, ${mebibytes(database.bytes)}) of ${manifest.started_at} or later,`);
  if (mode === 'copy') say(`and ${files} stored files (${mebibytes(bytes)}).`);
  else {
    say(`and the list of ${files} stored files (${mebibytes(bytes)}), not the files themselves.`);
    say('The versions or the replication of the bucket must keep them, or take the backup with --files copy.');
  }
  if (gone.length > 0) say(`${gone.length} files were removed while the backup ran; backup.json names them.`);
  say(
    manifest.secret
      ? 'The backup also holds jwt-secret: whoever has it can sign in as anybody. Encrypt it.'
      : 'JWT_SECRET (and SOM3D_AUDIT_KEY) is not in it: keep it in another place.',
  );
}

async function restore(dir: string): Promise<void> {
  const config = readConfig(process.env);
  await makeDataFolder(config.dataDir);
  const open = async () => {
    const {
      urls: [secret],
    } = await loadSecrets(config);
    return await openStorage(config, { secret, clock: () => new Date() }, createLogger(config.SOM3D_LOG_LEVEL));
  };
  const abort = new AbortController();
  const onSignal = (): void => abort.abort(new UsageError('Stopped. Give the same command again to go on.'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const options = { signal: abort.signal, say };
  const { manifest, files, absent } = await restoreBackup(config, path.resolve(dir), open, options);
  say(`The backup of ${manifest.started_at} is restored: the database, and ${files} stored files.`);
  if (manifest.files === 'list') {
    say(`The files were not in the backup. The storage lacks ${absent.length} of them.`);
    for (const key of absent.slice(0, SHOWN)) say(`  ${key}`);
    if (absent.length > 0) process.exitCode = 1;
  }
  say('Now: som3d-server migrate, then som3d-server verify and som3d-server audit verify.');
}

const SHOWN = 20;

async function verify(deps: Deps, json: boolean): Promise<void> {
  const { orphans, installation } = createJobServices(deps);
  const { needed, missing } = await missingFiles(deps.orm, deps.storage);
  const incomplete = await incompleteUploads(deps.orm, deps.storage);
  const { stored, orphans: unneeded } = await orphans.find();
  const fault = await installation.look();
  const agree = missing.length === 0 && incomplete.length === 0 && fault === null;
  if (!agree) process.exitCode = 1;
  if (json) {
    const report = {
      agree,
      needed,
      missing: missing.map(({ job_id, key }) => ({ job_id, key })),
      incomplete_uploads: incomplete,
      stored,
      unneeded: unneeded.map(({ key, size }) => ({ key, size })),
      installation: fault,
    };
    return say(JSON.stringify(report, null, 2));
  }
  say(`Rows need the files of ${needed} jobs. ${missing.length} of them are missing or incomplete.`);
  for (const { job_id, key } of missing) say(`  job ${job_id}: ${key}`);
  for (const upload_id of incomplete) say(`  unfinished upload ${upload_id}: parts are missing`);
  say(`${stored} files are stored. No row needs ${unneeded.length} of them; the sweeper moves them to the trash.`);
  for (const { key } of unneeded.slice(0, SHOWN)) say(`  ${key}`);
  if (fault) say(whyNotSwept(fault));
  say(agree ? 'The database and the storage agree.' : 'They do NOT agree.');
}

export function backupCommand(): Command {
  return new Command('backup')
    .description('Take a backup of the database and the stored files into a new folder, while the service runs.')
    .requiredOption('--out <folder>', 'the folder; it must not exist, or be empty')
    .addOption(
      new Option('--files <how>', 'copy the stored files, or only list them (default: list for a bucket)').choices([
        'copy',
        'list',
      ]),
    )
    .action(async ({ out, files }: { out: string; files?: Files }) => {
      process.umask(PRIVATE);
      await withDeps((deps) => backup(deps, out, files));
    });
}

export function restoreCommand(): Command {
  return new Command('restore')
    .description('Put a backup into an empty database and an empty storage. Repeat it when it was interrupted.')
    .argument('<folder>', 'a folder of `backup`')
    .action(async (folder: string) => {
      process.umask(PRIVATE);
      await restore(folder);
    });
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description('Compare rows and stored files, both ways; exit code 1 when a file is missing.')
    .option('--json', 'the report as JSON')
    .option('--backup <folder>', 'check the hashes of a backup instead')
    .action(async ({ json = false, backup: folder }: { json?: boolean; backup?: string }) => {
      if (folder === undefined) return await withDeps((deps) => verify(deps, json));
      const { started_at } = await requireIntact(path.resolve(folder));
      say(json ? JSON.stringify({ intact: true, started_at }) : `The backup of ${started_at} is intact.`);
    });
}
