import type { TestProject } from 'vitest/node';
import { findS3 } from './s3.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** S3 server of the run with its keys, `null` when the tests of that storage are skipped. */
    s3Url: string | null;
  }
}

/** Finds an S3 server for the whole run, and says in its first lines and its last what stored. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const s3 = await findS3();
  if (!s3 && process.env['SOM3D_TEST_REQUIRE_S3'] === '1') {
    throw new Error(
      'SOM3D_TEST_REQUIRE_S3=1, but there is no TEST_S3_URL, no Docker, no minio and no versitygw (support/s3-server.sh)',
    );
  }
  const line = s3
    ? `storages: files and S3 (${s3.source})`
    : 'storages: files ONLY. No S3 server was found (TEST_S3_URL, Docker, minio or versitygw on the PATH, support/s3-server.sh).';
  console.log(line);
  project.provide('s3Url', s3?.url ?? null);
  return async () => {
    await s3?.stop();
    console.log(line);
  };
};
