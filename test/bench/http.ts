import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '@som3d/client';
import { migrate } from '@som3d/server/db/migrate.js';
import { openOrm } from '@som3d/server/db/orm.js';
import autocannon from 'autocannon';
import { createConnection } from 'mysql2/promise';
import { findMysql } from '../support/mysql.ts';
import { median } from './figures.ts';

const ROUNDS = 5;
const SECONDS = 4;
const CONNECTIONS = 16;
const PATIENTS = 50;
const PASSWORD = 'correct horse battery';

const start = async (file: string, args: string[], env: Record<string, string>, ready: RegExp) => {
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const match = ready.exec(line);
    if (match) return { child, port: match[1] ?? '' };
  }
  throw new Error(`${file} has ended before it was ready`);
};

const stop = async (child: ChildProcess): Promise<void> => {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
};

const load = async (url: string, token = ''): Promise<{ rate: number; p99: number }> => {
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: SECONDS,
    headers: { authorization: `Bearer ${token}` },
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} failed`);
  return { rate: result.requests.average, p99: result.latency.p99 };
};

/** One doctor with patients, made through the API. */
const fill = async (url: string) => {
  const anonymous = createClient({ baseUrl: url });
  const correo = 'bench@som3d.local';
  const { body: user } = await anonymous.auth.register({
    body: { nombre: 'Banco', apellido: 'Pruebas', correo, password: PASSWORD },
  });
  const { body } = await anonymous.auth.login({ body: { correo, password: PASSWORD } });
  const client = createClient({ baseUrl: url, token: body.access_token });
  for (let n = 0; n < PATIENTS; n++) {
    await client.patients.create({
      body: { nombres: 'Ana', apellidos: 'Gómez', doc_tipo: 'CC', doc_numero: `B${1000 + n}`, ciudad: 'Cali' },
    });
  }
  return { user, token: body.access_token };
};

/**
 * The patients list of one doctor, ours against a raw baseline that sends the same two statements to the same MySQL,
 * in turn. Prints requests per second and the ratio of the medians.
 */
export default async (): Promise<void> => {
  const mysql = await findMysql();
  if (!mysql) throw new Error('this bench needs a MySQL: TEST_MYSQL_URL, Docker, or mysqld on the PATH');
  const name = `som3d_bench_${process.pid}`;
  const server = await createConnection(mysql.url);
  await server.query(`create database ${name} character set utf8mb4 collate utf8mb4_general_ci`);
  const MYSQL_URL = new URL(name, mysql.url).href;
  const SOM3D_DATA_DIR = await mkdtemp(path.join(tmpdir(), 'som3d-bench-'));
  const children: ChildProcess[] = [];
  try {
    const orm = await openOrm({ kind: 'mysql', url: MYSQL_URL, poolMax: 2 });
    await migrate(orm, { info: () => {} });
    await orm.close(true);
    const env = {
      MYSQL_URL,
      SOM3D_DATA_DIR,
      JWT_SECRET: 'a secret of the bench alone',
      PORT: '0',
      SOM3D_EMBEDDED_WORKER: 'false',
    };
    const ours = await start('server/dist/main.js', ['serve'], env, /serves at http:\/\/127\.0\.0\.1:(\d+)/);
    children.push(ours.child);
    const { user, token } = await fill(`http://127.0.0.1:${ours.port}`);
    const raw = await start(
      'test/bench/http-baseline.ts',
      [],
      { MYSQL_URL, BENCH_USER: String(user.id_usuario) },
      /^(\d+)$/,
    );
    children.push(raw.child);
    const urls = { ours: `http://127.0.0.1:${ours.port}/patients`, raw: `http://127.0.0.1:${raw.port}/` };
    const rates = { ours: [] as number[], raw: [] as number[] };
    await load(urls.ours, token);
    await load(urls.raw);
    console.log(
      `${mysql.version}; ${PATIENTS} patients, ${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s each`,
    );
    for (let round = 1; round <= ROUNDS; round++) {
      const a = await load(urls.ours, token);
      const b = await load(urls.raw);
      rates.ours.push(a.rate);
      rates.raw.push(b.rate);
      console.log(
        `round ${round}: ours ${a.rate.toFixed(0)}/s (p99 ${a.p99} ms), raw ${b.rate.toFixed(0)}/s (p99 ${b.p99} ms), ratio ${(a.rate / b.rate).toFixed(2)}`,
      );
    }
    const [a, b] = [median(rates.ours), median(rates.raw)];
    console.log(`median: ours ${a.toFixed(0)}/s, raw ${b.toFixed(0)}/s, ratio ${(a / b).toFixed(2)}`);
  } finally {
    await Promise.all(children.map(stop));
    await server.query(`drop database if exists ${name}`);
    await server.end();
    await mysql.stop();
    await rm(SOM3D_DATA_DIR, { recursive: true, force: true });
  }
};
