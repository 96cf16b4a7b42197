// @module-tag heavy
import { describe, expect, test } from 'vitest';
import { createBucket, hasS3 } from '../support/bucket.ts';
import { createDatabase } from '../support/database.ts';
import { memoryOf, tokenOf, uploadLarge } from '../support/large-upload.ts';
import { startProcess } from '../support/process.ts';

const MIB = 1024 ** 2;

describe.runIf(hasS3())('an upload to S3', () => {
  test('of 256 MiB does not go through the memory of the service', { tags: ['long'] }, async () => {
    await using bucket = await createBucket();
    await using database = await createDatabase('sqlite');
    const server = await startProcess(database, { SOM3D_EMBEDDED_WORKER: 'false', ...bucket.env });
    try {
      const token = await tokenOf(server.url);
      await uploadLarge(server.url, token, 8 * MIB);
      const before = await memoryOf(server.pid);
      const { status, body } = await uploadLarge(server.url, token, 256 * MIB);
      const after = await memoryOf(server.pid);
      // It has no directory: a job that tells so at once, and of which nothing is kept.
      expect({ status, state: body['status'] }).toEqual({ status: 201, state: 'error' });
      expect((after.peak - before.now) / MIB).toBeLessThan(100);
      expect(
        (await bucket.keys()).filter(
          (key) => !/^here\/(audit|installation)\//.test(key) && !key.startsWith('here/checks/'),
        ),
      ).toEqual([]);
      expect(await bucket.openUploads()).toEqual([]);
    } finally {
      await server.end('SIGTERM');
    }
  });
});
