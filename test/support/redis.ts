import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { GenericContainer } from 'testcontainers';
import { attempt, dockerAnswers, freePort, onPath } from './services.ts';

/** A Redis for the whole run; each service in it has a prefix of its own. */
export interface FoundRedis {
  readonly url: string;
  readonly version: string;
  /** Where it comes from, for the reader of the run. */
  readonly source: string;
  stop(): Promise<void>;
}

const STARTUP_MS = 30_000;

/** TEST_REDIS_URL, else a container, else a server program on the PATH, else undefined. */
export async function findRedis(): Promise<FoundRedis | undefined> {
  const given = process.env['TEST_REDIS_URL'];
  if (given) return { url: given, version: await versionOf(given), source: 'TEST_REDIS_URL', stop: async () => {} };
  return (
    (await attempt('Docker gives no redis:7-alpine', fromDocker)) ?? (await attempt('no Redis from the PATH', fromPath))
  );
}

async function fromDocker(): Promise<FoundRedis | undefined> {
  if (!(await dockerAnswers())) return undefined;
  const container = await new GenericContainer('redis:7-alpine')
    .withExposedPorts(6379)
    .withStartupTimeout(STARTUP_MS)
    .start();
  const url = `redis://${container.getHost()}:${container.getMappedPort(6379)}`;
  const stop = async (): Promise<void> => void (await container.stop());
  return { url, version: await versionOf(url), source: 'Docker, redis:7-alpine', stop };
}

async function fromPath(): Promise<FoundRedis | undefined> {
  const program = await onPath('redis-server');
  if (!program) return undefined;
  const server = await startRedis(program);
  return { url: server.url, version: await versionOf(server.url), source: program, stop: () => server.kill() };
}

/** A Redis that a test may kill, empty and start again, with or without what it knew. */
export interface OwnRedis {
  readonly url: string;
  kill(): Promise<void>;
  /** Starts it on the same port, empty. */
  startAgain(): Promise<void>;
}

/** Starts a Redis server of one's own that keeps nothing on disk. */
export async function startRedis(program: string, args: readonly string[] = []): Promise<OwnRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const home = await mkdtemp(path.join(tmpdir(), 'som3d-redis-'));
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));
  const start = async () => {
    const fixed = ['--port', String(port), '--bind', '127.0.0.1', '--dir', home, '--save', '', '--appendonly', 'no'];
    const child = spawn(program, [...fixed, ...args], { stdio: 'ignore' });
    const onExit = (): void => void child.kill('SIGKILL');
    // also when the run fails or is broken off
    process.prependOnceListener('exit', onExit);
    child.once('exit', () => process.off('exit', onExit));
    await versionOf(url);
    return child;
  };
  let child = await start();
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const startAgain = async (): Promise<void> => {
    child = await start();
  };
  return { url, kill, startAgain };
}

/** Whether this run can have a Redis that is killed: needs the program. */
export function redisProgram(): Promise<string | undefined> {
  return onPath('redis-server');
}

async function versionOf(url: string): Promise<string> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
  client.on('error', () => undefined);
  const deadline = Date.now() + STARTUP_MS;
  try {
    for (;;) {
      try {
        await client.connect();
        return /redis_version:(\S+)/.exec(await client.info('server'))?.[1] ?? '?';
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await pause(50);
      }
    }
  } finally {
    client.disconnect();
  }
}
