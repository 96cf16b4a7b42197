import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, open, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { OperatorError } from '../../base/operator-error.ts';
import type { DatabaseConfig } from '../../config/config.ts';
import { type Sealed, seal, writeSealed } from './format.ts';

const SQLITE_FILE = 'som3d.sqlite';
const DUMP_FILE = 'som3d.sql';
/** All pages in one step: a step that follows a write of the running service would begin again. */
const ALL_PAGES = 2 ** 31 - 1;
const LOCKED_MS = 30_000;
const TOOLS = ['mysqldump', 'mariadb-dump'];

/** Writes the state of the database at one instant into the folder, while the service runs. */
export async function dumpDatabase(database: DatabaseConfig, dir: string): Promise<Sealed> {
  return database.kind === 'sqlite' ? await dumpSqlite(database.file, dir) : await dumpMysql(database.url, dir);
}

async function dumpSqlite(file: string, dir: string): Promise<Sealed> {
  const target = path.join(dir, SQLITE_FILE);
  const source = new DatabaseSync(file, { timeout: LOCKED_MS });
  try {
    await backup(source, target, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
  const copy = new DatabaseSync(target);
  try {
    // One file without a log beside it.
    copy.exec('pragma journal_mode = delete');
    const { integrity_check: found } = copy.prepare('pragma integrity_check(1)').get() as { integrity_check: string };
    if (found !== 'ok') throw new OperatorError(`The database ${file} is damaged (${found}): restore an older backup.`);
  } finally {
    copy.close();
  }
  await using written = await open(target, 'r+');
  await written.chmod(0o600);
  await written.sync();
  return await seal(dir, SQLITE_FILE);
}

async function findTool(): Promise<string> {
  for (const name of TOOLS) {
    for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
      const file = path.join(folder, name);
      if (
        folder &&
        (await access(file, constants.X_OK).then(
          () => true,
          () => false,
        ))
      )
        return file;
    }
  }
  throw new OperatorError(
    `A backup of MySQL needs ${TOOLS.join(' or ')} on the PATH. Install it, e.g. apt-get install default-mysql-client`,
  );
}

/** A value of MySQL's option files. */
function quoted(value: string): string {
  return `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

async function dumpMysql(address: string, dir: string): Promise<Sealed> {
  const tool = await findTool();
  const url = new URL(address);
  // The command line of a process is public on its machine; this file is not.
  const options = path.join(dir, 'mysql-options');
  await writeFile(
    options,
    [
      '[client]',
      'protocol=tcp',
      `host=${quoted(url.hostname.replaceAll(/[[\]]/g, ''))}`,
      `port=${url.port || '3306'}`,
      `user=${quoted(decodeURIComponent(url.username))}`,
      `password=${quoted(decodeURIComponent(url.password))}`,
      '',
    ].join('\n'),
    { mode: 0o600, flag: 'wx' },
  );
  try {
    const args = [`--defaults-file=${options}`, ...DUMP_OPTIONS, decodeURIComponent(url.pathname.slice(1))];
    const dump = spawn(tool, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    dump.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000);
    });
    const ended = once(dump, 'close') as Promise<[number | null]>;
    const [written, [code]] = await Promise.all([writeSealed(path.join(dir, DUMP_FILE), dump.stdout), ended]);
    if (code !== 0) throw new OperatorError(`${tool} ended with ${code}:\n${said.trim()}`);
    return { name: DUMP_FILE, ...written };
  } finally {
    await unlink(options);
  }
}

/** `loose`: one of the two tools does not know the option. */
const DUMP_OPTIONS = [
  '--single-transaction',
  '--quick',
  '--hex-blob',
  '--routines',
  '--triggers',
  '--events',
  '--no-tablespaces',
  '--default-character-set=utf8mb4',
  '--loose-set-gtid-purged=OFF',
  '--loose-column-statistics=OFF',
];
