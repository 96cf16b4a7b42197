import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GenericContainer, Wait } from 'testcontainers';
import { attempt, dockerAnswers, freePort, onPath } from './services.ts';

/** An S3 server for the whole run; each test file has buckets of its own. */
export interface FoundS3 {
  /** `http://<access key>:<secret>@<host>:<port>` */
  readonly url: string;
  /** Where it comes from, for the reader of the run. */
  readonly source: string;
  stop(): Promise<void>;
}

const MINIO = 'minio/minio:RELEASE.2025-09-07T16-13-09Z';
const STARTUP_MS = 60_000;
/** Where `s3-server.sh` installs. */
const CACHE = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
const INSTALLED = path.join(CACHE, 'som3d-s3/v1.8.0');

/** TEST_S3_URL, else a container, else a server program on the PATH or installed by `s3-server.sh`, else undefined. */
export async function findS3(): Promise<FoundS3 | undefined> {
  const given = process.env['TEST_S3_URL'];
  if (given) return await answering(given, 'TEST_S3_URL', async () => {});
  return (
    (await attempt(`Docker gives no ${MINIO}`, fromDocker)) ?? (await attempt('no S3 server from the PATH', fromPath))
  );
}

function newKeys() {
  return { id: `test${randomBytes(8).toString('hex')}`, secret: randomBytes(20).toString('hex') };
}

async function fromDocker(): Promise<FoundS3 | undefined> {
  if (!(await dockerAnswers())) return undefined;
  const { id, secret } = newKeys();
  const container = await new GenericContainer(MINIO)
    .withEnvironment({ MINIO_ROOT_USER: id, MINIO_ROOT_PASSWORD: secret })
    .withCommand(['server', '/data'])
    .withExposedPorts(9000)
    .withWaitStrategy(Wait.forHttp('/minio/health/live', 9000))
    .withStartupTimeout(STARTUP_MS)
    .start();
  const url = `http://${id}:${secret}@${container.getHost()}:${container.getMappedPort(9000)}`;
  return await answering(url, `Docker, ${MINIO}`, async () => void (await container.stop()));
}

async function fromPath(): Promise<FoundS3 | undefined> {
  const program = await s3Program();
  if (!program) return undefined;
  const server = await startS3(program);
  return { url: server.url, source: program, stop: () => server.stop() };
}

/** A server program that tests may start, and kill. */
export async function s3Program(): Promise<string | undefined> {
  return (await onPath('minio')) ?? (await onPath('versitygw', [INSTALLED]));
}

/** An S3 server that a test may kill and start again on what it has stored. */
export interface OwnS3 {
  readonly url: string;
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  /** Kills it and removes what it has stored. */
  stop(): Promise<void>;
}

function argumentsOf(program: string, address: string, home: string): string[] {
  if (path.basename(program) === 'minio') return ['server', '--address', address, path.join(home, 'data')];
  // Metadata beside the files: not every file system has extended attributes.
  const folders = ['data', 'meta'].map((name) => path.join(home, name));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  return ['--port', address, '--keep-alive', '--quiet', 'posix', '--sidecar', folders[1] ?? '', folders[0] ?? ''];
}

/** Starts a server program on a free port of loopback, over an empty temporary folder. */
export async function startS3(program: string): Promise<OwnS3> {
  const { id, secret } = newKeys();
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${id}:${secret}@${address}`;
  const home = await mkdtemp(path.join(tmpdir(), 'som3d-s3-'));
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));
  const start = async () => {
    const keys = { MINIO_ROOT_USER: id, MINIO_ROOT_PASSWORD: secret, ROOT_ACCESS_KEY: id, ROOT_SECRET_KEY: secret };
    const child = spawn(program, argumentsOf(program, address, home), {
      env: { PATH: process.env['PATH'] ?? '', HOME: home, ...keys },
      stdio: 'ignore',
    });
    const onExit = (): void => void child.kill('SIGKILL');
    // also when the run fails or is broken off
    process.prependOnceListener('exit', onExit);
    child.once('exit', () => process.off('exit', onExit));
    await answering(url, program, async () => {});
    return child;
  };
  let child = await start();
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return {
    url,
    kill,
    startAgain: async () => {
      child = await start();
    },
    stop: async () => {
      await kill();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A client of the tests' own, for a server's URL. */
export function s3Client(url: string): S3Client {
  const { protocol, host, username, password } = new URL(url);
  return new S3Client({
    endpoint: `${protocol}//${host}`,
    region: process.env['TEST_S3_REGION'] ?? 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: decodeURIComponent(username), secretAccessKey: decodeURIComponent(password) },
  });
}

async function answering(url: string, source: string, stop: () => Promise<void>): Promise<FoundS3> {
  const client = s3Client(url);
  const deadline = Date.now() + STARTUP_MS;
  try {
    for (;;) {
      try {
        await client.send(new ListBucketsCommand({}));
        return { url, source, stop };
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await pause(50);
      }
    }
  } finally {
    client.destroy();
  }
}
