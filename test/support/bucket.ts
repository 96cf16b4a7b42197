import { randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { inject } from 'vitest';
import { s3Client } from './s3.ts';

/** A bucket of one test's own. */
export interface TestBucket extends AsyncDisposable {
  readonly name: string;
  readonly client: S3Client;
  /** The variables that make a service store in it, below `here/`. */
  readonly env: Readonly<Record<string, string>>;
  /** Keys of everything in it, sorted. */
  keys(): Promise<string[]>;
  /** Keys of multipart uploads that were neither completed nor aborted. */
  openUploads(): Promise<string[]>;
}

const PREFIX = 'here/';

/** Whether this run has an S3 server. */
export function hasS3(): boolean {
  return inject('s3Url') !== null;
}

/** @param url another server than that of the run */
export async function createBucket(given?: string): Promise<TestBucket> {
  const url = given ?? inject('s3Url');
  if (url === null) throw new Error('this run has no S3 server');
  const { protocol, host, username, password } = new URL(url);
  const client = s3Client(url);
  const name = `som3d-test-${randomBytes(8).toString('hex')}`;
  const Bucket = name;
  await client.send(new CreateBucketCommand({ Bucket }));

  const keys = async (): Promise<string[]> => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    return Contents.map(({ Key = '' }) => Key).toSorted((a, b) => a.localeCompare(b));
  };
  const uploads = async () => (await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? [];

  return {
    name,
    client,
    env: {
      S3_BUCKET: name,
      S3_ENDPOINT: `${protocol}//${host}`,
      S3_FORCE_PATH_STYLE: 'true',
      S3_PREFIX: PREFIX,
      AWS_REGION: process.env['TEST_S3_REGION'] ?? 'us-east-1',
      AWS_ACCESS_KEY_ID: decodeURIComponent(username),
      AWS_SECRET_ACCESS_KEY: decodeURIComponent(password),
    },
    keys,
    openUploads: async () => (await uploads()).map(({ Key = '' }) => Key),
    [Symbol.asyncDispose]: async () => {
      for (const { Key, UploadId } of await uploads()) {
        await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
      }
      for (let left = await keys(); left.length > 0; left = await keys()) {
        for (const Key of left) await client.send(new DeleteObjectCommand({ Bucket, Key }));
      }
      await client.send(new DeleteBucketCommand({ Bucket }));
      client.destroy();
    },
  };
}
