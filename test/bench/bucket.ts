import { Readable } from 'node:stream';
import { Upload } from '@aws-sdk/lib-storage';
import { createBucket, type TestBucket } from '../support/bucket.ts';
import { findS3 } from '../support/s3.ts';

const MIB = 1024 ** 2;

/** A bucket on the S3 server that the tests would take; undefined when there is none. */
export async function openBucket(): Promise<(TestBucket & { readonly source: string }) | undefined> {
  const server = await findS3();
  if (!server) return undefined;
  const bucket = await createBucket(server.url);
  return {
    ...bucket,
    source: server.source,
    [Symbol.asyncDispose]: async () => {
      await bucket[Symbol.asyncDispose]();
      await server.stop();
    },
  };
}

function* zeros(mib: number): Generator<Buffer> {
  const chunk = Buffer.alloc(MIB);
  for (let sent = 0; sent < mib; sent++) yield chunk;
}

/** Sends zeros by the S3 client's own upload, in parts of 5 MiB, four at once. @returns how long it took in ms */
export async function copyAlone({ client, name: Bucket }: TestBucket, mib: number): Promise<number> {
  const started = performance.now();
  const params = { Bucket, Key: 'alone', Body: Readable.from(zeros(mib)) };
  await new Upload({ client, params, partSize: 5 * MIB, queueSize: 4 }).done();
  return performance.now() - started;
}
