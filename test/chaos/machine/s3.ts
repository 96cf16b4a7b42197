import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { CreateBucketCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
import { s3Client, s3Program } from '../../support/s3.ts';
import type { OwnServer, Place } from './own-server.ts';
import { createProgram } from './program.ts';

const S3_KEYS = { id: 'som3d-chaos', secret: 'a secret of the soak alone' } as const;
export const BUCKET = 'som3d';

/** The address of the S3 server, with its keys. */
export function s3Address(port: number): string {
  return `http://${S3_KEYS.id}:${encodeURIComponent(S3_KEYS.secret)}@127.0.0.1:${port}`;
}

/** The variables that make the service store in it, but for its address. */
export const S3_ENV: Readonly<Record<string, string>> = {
  S3_BUCKET: BUCKET,
  S3_FORCE_PATH_STYLE: 'true',
  S3_TIMEOUT_SECONDS: '10',
  AWS_ACCESS_KEY_ID: S3_KEYS.id,
  AWS_SECRET_ACCESS_KEY: S3_KEYS.secret,
};

async function s3Arguments(program: string, address: string, home: string, log: string): Promise<string[]> {
  if (path.basename(program) === 'minio') return ['server', '--address', address, path.join(home, 'data')];
  const [data = '', meta = ''] = ['data', 'meta'].map((name) => path.join(home, name));
  await mkdir(data, { recursive: true });
  await mkdir(meta, { recursive: true });
  return ['--port', address, '--access-log', log, '--keep-alive', '--quiet', 'posix', '--sidecar', meta, data];
}

async function answersS3(port: number): Promise<boolean> {
  const client = s3Client(s3Address(port));
  try {
    await client.send(new ListBucketsCommand({}));
    return true;
  } finally {
    client.destroy();
  }
}

/** An S3 server over a folder, which it comes back on when it is killed. */
export async function createS3({ folder, logs, port }: Place): Promise<OwnServer> {
  const command = await s3Program();
  if (!command) throw new Error('there is no S3 server (test/support/s3-server.sh); --storage files goes without');
  await mkdir(folder, { recursive: true });
  const program = createProgram({
    name: 's3',
    command,
    args: await s3Arguments(command, `127.0.0.1:${port}`, folder, path.join(logs, 's3-access.log')),
    cwd: folder,
    env: {
      HOME: folder,
      MINIO_ROOT_USER: S3_KEYS.id,
      MINIO_ROOT_PASSWORD: S3_KEYS.secret,
      ROOT_ACCESS_KEY: S3_KEYS.id,
      ROOT_SECRET_KEY: S3_KEYS.secret,
    },
    logFile: path.join(logs, 's3.log'),
    ready: () => answersS3(port),
  });
  return { program, port };
}

/** Makes the bucket that the service stores in. */
export async function createBucket(port: number): Promise<void> {
  const client = s3Client(s3Address(port));
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
}
