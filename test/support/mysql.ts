import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { GenericContainer, Wait } from 'testcontainers';
import { attempt, dockerAnswers, freePort, onPath } from './services.ts';

/** A MySQL or MariaDB server on which databases can be created. */
export interface FoundMysql {
  /** With a trailing slash: append the name of a database. */
  readonly url: string;
  readonly version: string;
  /** Where it comes from, for the reader of the run. */
  readonly source: string;
  stop(): Promise<void>;
}

const CACHE = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
/** Where `mysql-server.sh` installs the programs of MySQL. */
const INSTALLED = path.join(CACHE, 'som3d-mysql/mysql-server-core-sid/bin');

/**
 * TEST_MYSQL_URL, else the program of TEST_MYSQL_SERVER, else a container, else a server program on the PATH or installed
 * by `mysql-server.sh`, else undefined.
 */
export async function findMysql(): Promise<FoundMysql | undefined> {
  const given = process.env['TEST_MYSQL_URL'];
  if (given) return described(new URL('/', given).href, 'TEST_MYSQL_URL', async () => {});
  const program = process.env['TEST_MYSQL_SERVER'];
  if (program) return await fromProgram(program);
  return (
    (await attempt('Docker gives no mysql:8.4', fromDocker)) ?? (await attempt('no server from the PATH', fromPath))
  );
}

/** The program of a MySQL server, from the PATH or from where `mysql-server.sh` installs it. */
export async function mysqlProgram(): Promise<string | undefined> {
  return await onPath('mysqld', [INSTALLED]);
}

async function fromDocker(): Promise<FoundMysql | undefined> {
  if (!(await dockerAnswers())) return undefined;
  const container = await new GenericContainer('mysql:8.4')
    .withEnvironment({ MYSQL_ALLOW_EMPTY_PASSWORD: 'yes', MYSQL_ROOT_HOST: '%' })
    .withExposedPorts(3306)
    .withTmpFs({ '/var/lib/mysql': 'rw' })
    .withCommand(['--skip-log-bin', '--innodb-flush-log-at-trx-commit=0', '--event-scheduler=ON'])
    .withWaitStrategy(Wait.forLogMessage(/ready for connections.*port: 3306\s/))
    .withStartupTimeout(STARTUP_MS)
    .start();
  const url = `mysql://root@${container.getHost()}:${container.getMappedPort(3306)}/`;
  return described(url, 'Docker, mysql:8.4', async () => {
    await container.stop();
  });
}

async function fromPath(): Promise<FoundMysql | undefined> {
  const program = (await onPath('mysqld')) ?? (await onPath('mariadbd')) ?? (await mysqlProgram());
  return program ? await fromProgram(program) : undefined;
}

async function fromProgram(program: string): Promise<FoundMysql> {
  const home = await mkdtemp(path.join(tmpdir(), 'som3d-mysql-'));
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));
  const { stdout } = await run(program, ['--no-defaults', '--version']);
  const port = await freePort();
  const data = path.join(home, 'data');
  await (stdout.includes('MariaDB') ? initMariaDb(program, data) : initMySql(program, data));
  const args = [
    '--no-defaults',
    `--user=${userInfo().username}`,
    `--datadir=${data}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${home}/sock`,
    `--pid-file=${home}/pid`,
    '--secure-file-priv=',
    '--loose-mysqlx=OFF',
    '--event-scheduler=ON',
    '--skip-log-bin',
    '--innodb-flush-log-at-trx-commit=0',
    // MySQL's default; MariaDB's is a quarter of it.
    '--max-allowed-packet=64M',
  ];
  const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const log: string[] = [];
  server.stderr.setEncoding('utf8').on('data', (text: string) => log.push(text));
  // also when the run fails or is broken off
  process.prependOnceListener('exit', () => server.kill('SIGKILL'));
  const url = `mysql://root@127.0.0.1:${port}/`;
  if (!(await answers(url, server))) {
    throw new Error(`${program} did not start:\n${log.join('').split('\n').slice(-20).join('\n')}`);
  }
  return described(url, program, async () => {
    const gone = once(server, 'exit');
    server.kill('SIGTERM');
    await Promise.race([gone, pause(10_000, undefined, { ref: false })]);
    await rm(home, { recursive: true, force: true });
  });
}

async function initMySql(program: string, data: string): Promise<void> {
  await run(program, ['--no-defaults', '--initialize-insecure', `--user=${userInfo().username}`, `--datadir=${data}`]);
}

async function initMariaDb(program: string, data: string): Promise<void> {
  const init = await onPath('mariadb-install-db', [path.dirname(program)]);
  if (!init) throw new Error('there is a mariadbd, but no mariadb-install-db');
  const args = ['--no-defaults', `--user=${userInfo().username}`, `--datadir=${data}`];
  await run(init, [...args, '--auth-root-authentication-method=normal', '--skip-test-db']);
}

async function answers(url: string, server: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + STARTUP_MS;
  while (Date.now() < deadline && server.exitCode === null) {
    try {
      await (await createConnection(url)).end();
      return true;
    } catch {
      await pause(100);
    }
  }
  return false;
}

async function described(url: string, source: string, stop: () => Promise<void>): Promise<FoundMysql> {
  const connection = await createConnection(url);
  const [rows] = await connection.query('select version() as version');
  await connection.end();
  const { version } = (rows as { version: string }[])[0] ?? { version: '?' };
  return { url, source, stop, version: version.includes('MariaDB') ? version : `MySQL ${version}` };
}

const run = promisify(execFile);
const STARTUP_MS = 120_000;
