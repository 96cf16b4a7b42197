import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { connect } from 'node:net';
import { homedir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { createProgram, type Program } from './program.ts';

const run = promisify(execFile);

/** A server of the run's own that can be killed and comes back on the same port. */
export interface OwnServer {
  readonly program: Program;
  readonly port: number;
}

export interface Place {
  readonly folder: string;
  readonly logs: string;
  readonly port: number;
}

const isThere = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

const onPath = async (name: string): Promise<string | undefined> => {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const folder of folders) if (folder && (await isThere(path.join(folder, name)))) return path.join(folder, name);
  return undefined;
};

/** A command and the arguments that come before all others. */
type Command = readonly [command: string, ...args: string[]];

/** mysqld from the PATH, or the one that `../shared/bin/mysql-server` has unpacked, which runs on its own libraries. */
const mysqldCommand = async (): Promise<Command> => {
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
};

const answersSql = async (port: number): Promise<boolean> => {
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'root', connectTimeout: 2000 });
  await connection.query('select 1');
  await connection.end();
  return true;
};

/** A MySQL server with data of its own. Each commit is handed to the kernel: a killed process loses none. */
export const createMysql = async ({ folder, logs, port }: Place): Promise<OwnServer> => {
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
};

/** Whether something listens there. */
export const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** A Redis that keeps nothing: whenever it is killed it comes back empty. */
export const createRedis = async ({ folder, logs, port }: Place): Promise<OwnServer> => {
  const command = await onPath('redis-server');
  if (!command) throw new Error('there is no redis-server on the PATH; --queue database goes without');
  const program = createProgram({
    name: 'redis',
    command,
    args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    cwd: folder,
    env: {},
    logFile: path.join(logs, 'redis.log'),
    ready: () => listens(port),
  });
  return { program, port };
};
