// @module-tag heavy
import { afterEach, describe, expect, inject, test } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { until } from '../support/jobs.ts';
import { startProcess, startWorker, type LogLine, type RunningProcess } from '../support/process.ts';
import { redisProgram, startRedis } from '../support/redis.ts';

const running: RunningProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.end('SIGKILL')));
});

async function tracked<T extends RunningProcess>(starting: Promise<T>): Promise<T> {
  const process = await starting;
  running.push(process);
  return process;
}

/** Waits for lines that begin so. */
async function warnings({ lines }: RunningProcess, begin: string): Promise<LogLine[]> {
  const found = () => lines.filter(({ level, msg }) => level === 'warn' && msg.startsWith(begin));
  await until(() => found().length > 0, `a warning: ${begin}`);
  return found();
}

function unsafeIn({ lines }: RunningProcess): unknown[] {
  return lines.filter(({ msg }) => msg.startsWith('unsafe setting: ')).map(({ variable }) => variable);
}

const redis = await redisProgram();

describe.runIf(redis)('a redis that is set up wrong', () => {
  test('is one clear line at the start of the API and of a worker', async () => {
    await using database = await createDatabase('sqlite');
    const server = await startRedis(redis ?? '', ['--maxmemory-policy', 'allkeys-lru']);
    try {
      const plain = { REDIS_URL: server.url, SOM3D_EMBEDDED_WORKER: 'false' };
      const [api, worker, encrypted] = await Promise.all([
        tracked(startProcess(database, plain)),
        tracked(startWorker(database, plain)),
        tracked(startProcess(database, { ...plain, REDIS_URL: server.url.replace('redis:', 'rediss:') })),
      ]);
      for (const process of [api, worker]) {
        expect(await warnings(process, 'redis evicts keys')).toMatchObject([{ policy: 'allkeys-lru' }]);
      }
      expect(await warnings(encrypted, 'REDIS_URL begins with rediss://')).toHaveLength(1);
    } finally {
      await server.kill();
    }
  });
});

test('the embedded database warns of no setting', async () => {
  await using database = await createDatabase('sqlite');
  expect(unsafeIn(await tracked(startProcess(database)))).toEqual([]);
});

test.runIf(inject('mysqlUrl'))('on MySQL unsafe settings are a line each, and safe ones none', async () => {
  await using database = await createDatabase('mysql');
  const safe = {
    BASE_URL: 'https://api.example.com',
    FRONTEND_ORIGINS: 'https://app.example.com',
    SMTP_HOST: '127.0.0.1',
  };
  const [bare, set] = await Promise.all([
    tracked(startProcess(database, { SOM3D_EMBEDDED_WORKER: 'false' })),
    tracked(startProcess(database, { SOM3D_EMBEDDED_WORKER: 'false', ...safe })),
  ]);
  await until(() => bare.lines.some(({ msg }) => msg === 'serving'), 'all lines of the start are read');
  expect(unsafeIn(bare)).toEqual([
    'BASE_URL',
    'SMTP_HOST',
    'REGISTER_REQUIRES_EMAIL_CODE',
    'FRONTEND_ORIGINS',
    'COOKIE_SECURE',
  ]);
  expect(unsafeIn(set)).toEqual([]);
});
