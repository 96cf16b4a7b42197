import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { onPath } from '../../support/services.ts';
import type { OwnServer, Place } from './own-server.ts';
import { createProgram } from './program.ts';

const run = promisify(execFile);

function isThere(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** A command and the arguments that come before all others. */
type Command = readonly [command: string, ...args: string[]];

/** mysqld from the PATH, or the one that `../shared/bin/mysql-server` has unpacked, which runs on its own libraries. */
async function mysqldCommand(): Promise<Command> {
  const installed = await onPath('mysqld');
  if (installed) return [installed, '--no-defaults'];
  const root = path.join(process.env['MYSQL_HOME'] ?? path.join(homedir(), '.cache/som3d-mysql'), 'root');
  const libraries = path.join(root, 'usr/lib/x86_64-linux-gnu');
  const loader = path.join(libraries, 'ld-linux-x86-64.so.2');
  if (!(await isThere(loader))) {
    throw new Error('there is no mysqld: neither on the PATH nor unpacked by ../shared/bin/mysql-server (MYSQL_HOME)');
  }
  const options = ['--no-defaults', `--basedir=${root}/usr`, `--lc-messages-dir=${root}/usr/share/mysql`];
  return [loader, '--library-path', libraries, path.join(root, 'usr/sbin/mysqld'), ...options];
}

async function answersSql(port: number): Promise<boolean> {
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'root', connectTimeout: 2000 });
  await connection.query('select 1');
  await connection.end();
  return true;
}

/** A MySQL server with data of its own. Each commit is handed to the kernel: a killed process loses none. */
export async function createMysql({ folder, logs, port }: Place): Promise<OwnServer> {
  const [command, ...args] = await mysqldCommand();
  const common = [...args, '--secure-file-priv=', `--user=${userInfo().username}`, `--datadir=${folder}/mysql`];
  await run(command, [...common, '--initialize-insecure']);
  const program = createProgram({
    name: 'mysql',
    command,
    args: [
      ...common,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${folder}/mysql.sock`,
      `--pid-file=${folder}/mysql.pid`,
      '--mysqlx=OFF',
      '--skip-log-bin',
      '--innodb-flush-log-at-trx-commit=2',
      '--event-scheduler=ON',
    ],
    cwd: folder,
    env: {},
    logFile: path.join(logs, 'mysql.log'),
    ready: () => answersSql(port),
  });
  return { program, port };
}
