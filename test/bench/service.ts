import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, type Client } from '@som3d/client';
import { databases } from '@som3d/server/testing';
import autocannon from 'autocannon';
import { createConnection, type Connection } from 'mysql2/promise';
import { findMysql } from '../support/mysql.ts';
import { cpuOf } from './figures.ts';

const PASSWORD = 'correct horse battery';
const CONNECTIONS = 16;
/** Signs the tokens of every bench. */
export const SECRET = 'a secret of the bench alone';

/** A program in a process of its own, up to the line in which it names its port. */
export async function startProgram(file: string, args: string[], env: Record<string, string>, ready: RegExp) {
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const match = ready.exec(line);
    if (match) return { port: match[1] ?? '', pid: child.pid ?? 0, [Symbol.asyncDispose]: () => stop(child) };
  }
  throw new Error(`${file} has ended before it was ready`);
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/**
 * As many requests of one address from 16 connections as are answered: rate in 1/s, latencies in ms, and the processor
 * time of the serving processes in ms for each request.
 */
export async function load(url: string, seconds: number, token = '', pids: readonly number[] = []) {
  const before = cpuOf(pids);
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    headers: { authorization: `Bearer ${token}` },
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
  const { requests, latency } = result;
  return {
    rate: requests.average,
    median: latency.p50,
    p99: latency.p99,
    cpu: (cpuOf(pids) - before) / requests.total,
  };
}

/**
 * Requests of one address that come evenly, whether or not earlier ones have been answered: latencies in ms.
 *
 * @param rate requests per second
 */
export async function askEvenly(url: string, seconds: number, token: string, rate: number) {
  const headers = { authorization: `Bearer ${token}` };
  const ask = async (): Promise<number> => {
    const sent = performance.now();
    const answer = await fetch(url, { headers });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`the API answered ${answer.status}`);
    return performance.now() - sent;
  };
  const begun = performance.now();
  const asked: Promise<number>[] = [];
  for (let at = 0; at < seconds * rate; at++) {
    const due = begun + (at * 1000) / rate;
    await pause(Math.max(0, due - performance.now()));
    asked.push(ask());
  }
  const latencies = (await Promise.all(asked)).toSorted((a, b) => a - b);
  const [p50 = NaN, p99 = NaN] = [0.5, 0.99].map((share) => latencies[Math.floor(share * latencies.length)]);
  return { median: p50, p99 };
}

export interface BenchDoctor {
  readonly client: Client;
  readonly token: string;
  readonly id_usuario: number;
}

export interface BenchService extends AsyncDisposable {
  readonly url: string;
  /** The process that serves, and those that it has started. */
  readonly pids: readonly number[];
  readonly mysqlUrl: string;
  /** Where the service keeps its files, and the variables that a worker beside it needs. */
  readonly home: { readonly dataDir: string; readonly env: Readonly<Record<string, string>> };
  readonly version: string;
  /** A connection to the service's database. */
  readonly database: Connection;
  /** A new doctor, registered and signed in through the API. */
  doctor(correo: string): Promise<BenchDoctor>;
}

/**
 * The service in a process of its own on a new MySQL database; all of it goes with the result.
 *
 * @param more variables beside those of every bench
 */
export async function startService(more: Readonly<Record<string, string>> = {}): Promise<BenchService> {
  await using stack = new AsyncDisposableStack();
  const mysql = await findMysql();
  if (!mysql) throw new Error('this bench needs a MySQL: TEST_MYSQL_URL, Docker, or mysqld on the PATH');
  stack.defer(() => mysql.stop());
  const name = `som3d_bench_${randomUUID().replaceAll('-', '')}`;
  const server = await createConnection(mysql.url);
  stack.defer(() => server.end());
  await server.query(`create database ${name} character set utf8mb4 collate utf8mb4_general_ci`);
  stack.defer(() => server.query(`drop database ${name}`).then(() => undefined));
  const mysqlUrl = new URL(name, mysql.url).href;
  const orm = await databases.openOrm({ kind: 'mysql', url: mysqlUrl, poolMax: 2 });
  await databases.migrate(orm, { info: () => {} });
  await orm.close(true);
  const database = await createConnection(mysqlUrl);
  stack.defer(() => database.end());
  const dataDir = await mkdtemp(path.join(tmpdir(), 'som3d-bench-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const env = {
    ...ENV,
    MYSQL_URL: mysqlUrl,
    SOM3D_DATA_DIR: dataDir,
    SOM3D_EMBEDDED_WORKER: 'false',
    ...more,
  };
  const { url, pids } = stack.use(await serve(env));
  const opened = stack.move();
  return {
    url,
    pids,
    mysqlUrl,
    home: { dataDir, env },
    version: mysql.version,
    database,
    doctor: (correo) => addDoctor(url, correo),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The service on an embedded database, without its demo accounts; all of it goes with the result. */
export async function startEmbedded() {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'som3d-bench-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const program = stack.use(await serve({ ...ENV, SOM3D_DATA_DIR: dataDir, SOM3D_DEMO: 'false' }));
  const opened = stack.move();
  return { ...program, file: path.join(dataDir, 'som3d.sqlite'), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Variables of every service that a bench starts. */
const ENV = {
  JWT_SECRET: SECRET,
  PORT: '0',
  SOM3D_UPLOAD_REQUIRES: 'any',
  SOM3D_QUOTA_WAITING_JOBS: '100000',
  SOM3D_QUOTA_STORED_GIB: '100000',
  SOM3D_QUOTA_NOTES_PER_DAY: '1000000',
};

async function serve(env: Record<string, string>) {
  const ready = /serves at http:\/\/127\.0\.0\.1:(\d+)/;
  const program = await startProgram('server/dist/main.js', ['serve'], env, ready);
  const children = readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8').split(' ').filter(Boolean);
  return { ...program, url: `http://127.0.0.1:${program.port}`, pids: [program.pid, ...children.map(Number)] };
}

/** A new doctor, registered and signed in through the API. */
export async function addDoctor(url: string, correo: string): Promise<BenchDoctor> {
  const anonymous = createClient({ baseUrl: url });
  const { body: user } = await anonymous.auth.register({
    body: { nombre: 'Banco', apellido: 'Pruebas', correo, password: PASSWORD },
  });
  const { body } = await anonymous.auth.login({ body: { correo, password: PASSWORD } });
  const client = createClient({ baseUrl: url, token: body.access_token });
  return { client, token: body.access_token, id_usuario: user.id_usuario };
}

/** Patients of a doctor's, made through the API. */
export async function addPatients({ client }: BenchDoctor, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await client.patients.create({
      body: { nombres: 'Ana', apellidos: 'Gómez', doc_tipo: 'CE', doc_numero: `B${1000 + n}`, ciudad: 'Cali' },
    });
  }
}
