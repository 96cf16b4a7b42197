import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { mysqlProgram } from '../../support/mysql.ts';
import type { OwnServer, Place } from './own-server.ts';
import { createProgram } from './program.ts';

const run = promisify(execFile);

async function answersSql(port: number): Promise<boolean> {
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'root', connectTimeout: 2000 });
  await connection.query('select 1');
  await connection.end();
  return true;
}

/** A MySQL server with data of its own. Each commit is handed to the kernel: a killed process loses none. */
export async function createMysql({ folder, logs, port }: Place): Promise<OwnServer> {
  const command = await mysqlProgram();
  if (!command)
    throw new Error('there is no mysqld: neither on the PATH nor installed by test/support/mysql-server.sh');
  const common = ['--no-defaults', '--secure-file-priv=', `--user=${userInfo().username}`, `--datadir=${folder}/mysql`];
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
